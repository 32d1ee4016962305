#include "bridge/transport/websocket/unmask.h"

#include <cstring>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace spanwire::transport::websocket {
namespace {

uint32_t MaskOf(const char* key) {
  uint32_t mask;
  std::memcpy(&mask, key, sizeof(mask));
  return mask;
}

std::string MaskedByteByByte(std::string bytes, const char* key) {
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] ^= key[i % 4];
  return bytes;
}

TEST(Unmask, GivesBackTheExampleOfRfc6455) {
  std::string bytes = "\x7f\x9f\x4d\x51\x58";
  Unmask(absl::MakeSpan(bytes), MaskOf("\x37\xfa\x21\x3d"));
  EXPECT_EQ(bytes, "Hello");
}

TEST(Unmask, PiecesOfEverySizeAgreeWithTheWhole) {
  const char* key = "\x01\x80\xfe\x7f";
  std::string plain;
  for (int i = 0; i < 67; ++i) plain.push_back(static_cast<char>(i * 5));
  const std::string masked = MaskedByteByByte(plain, key);
  for (size_t first = 0; first <= plain.size(); ++first) {
    for (size_t second = first; second <= plain.size(); ++second) {
      std::string bytes = masked;
      const auto all = absl::MakeSpan(bytes);
      uint32_t mask = Unmask(all.first(first), MaskOf(key));
      mask = Unmask(all.subspan(first, second - first), mask);
      Unmask(all.subspan(second), mask);
      ASSERT_EQ(bytes, plain) << "cut at " << first << " and " << second;
    }
  }
}

}  // namespace
}  // namespace spanwire::transport::websocket
