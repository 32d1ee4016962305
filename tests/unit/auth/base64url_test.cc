#include "bridge/auth/base64url.h"

#include <random>

#include "gtest/gtest.h"

namespace spanwire::auth {
namespace {

TEST(Base64Url, DecodesWhatItEncodes) {
  std::mt19937 random(1);
  for (size_t size = 0; size < 200; ++size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    EXPECT_EQ(DecodeBase64Url(EncodeBase64Url(bytes)), bytes);
  }
}

TEST(Base64Url, KnowsTheExampleOfRfc7515) {
  EXPECT_EQ(EncodeBase64Url("\x03\xec\xff\xe0\xc1"), "A-z_4ME");
  EXPECT_EQ(DecodeBase64Url("A-z_4ME"), "\x03\xec\xff\xe0\xc1");
}

TEST(Base64Url, RefusesWhatIsNotTheOneTextOfItsBytes) {
  for (const char* text : {"Zg==", "Zm8=", "Zg=", "Z", "Zm9vY", "Zm 8", "Zm8\n", "Zm+v", "Zm/v", "Zm.v", "Z\xC3\xA4"}) {
    EXPECT_EQ(DecodeBase64Url(text), std::nullopt) << text;
  }
}

TEST(Base64Url, RefusesUnusedBitsThatAreSet) {
  EXPECT_EQ(DecodeBase64Url("Zg"), "f");
  for (const char* text : {"Zh", "Zi", "Zv", "Zm9", "Zm-"}) EXPECT_EQ(DecodeBase64Url(text), std::nullopt) << text;
  EXPECT_EQ(DecodeBase64Url("Zm8"), "fo");
}

TEST(Base64Url, ExactlyOneTextPerByte) {
  // Of all two-letter texts, those that are taken are as many as there are bytes.
  int taken = 0;
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string text = {static_cast<char>(a), static_cast<char>(b)};
      taken += DecodeBase64Url(text).has_value() ? 1 : 0;
    }
  }
  EXPECT_EQ(taken, 256);
}

}  // namespace
}  // namespace spanwire::auth
