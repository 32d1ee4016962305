#include "bridge/model/utf8.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace spanwire::model {
namespace {

std::string Encode(uint32_t code_point) {
  std::string text;
  const auto continuation = [](uint32_t bits) { return static_cast<char>(0x80 | (bits & 0x3F)); };
  if (code_point < 0x80) return {static_cast<char>(code_point)};
  if (code_point < 0x800) return {static_cast<char>(0xC0 | code_point >> 6), continuation(code_point)};
  if (code_point < 0x10000) {
    return {static_cast<char>(0xE0 | code_point >> 12), continuation(code_point >> 6), continuation(code_point)};
  }
  return {static_cast<char>(0xF0 | code_point >> 18), continuation(code_point >> 12), continuation(code_point >> 6),
          continuation(code_point)};
}

// How many bytes of `text` a validator takes before it finds a fault; all where it finds none.
size_t TakenOneByOne(std::string_view text) {
  Utf8Validator validator;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!validator.Feed(text.substr(i, 1))) return i;
  }
  return text.size();
}

TEST(Utf8, EveryCodePointButSurrogatesIsWellFormed) {
  for (uint32_t code_point = 0; code_point <= 0x110000; ++code_point) {
    const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    ASSERT_EQ(IsUtf8(Encode(code_point)), !surrogate && code_point <= 0x10FFFF) << std::hex << code_point;
  }
}

TEST(Utf8, EveryTwoByteTextIsJudgedAsDecodingAndEncodingDoes) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      const bool two_ascii = first < 0x80 && second < 0x80;
      const uint32_t decoded = static_cast<uint32_t>((first & 0x1F) << 6 | (second & 0x3F));
      const bool one_pair = decoded >= 0x80 && decoded < 0x800 && Encode(decoded) == text;
      ASSERT_EQ(IsUtf8(text), two_ascii || one_pair) << std::hex << first << " " << second;
    }
  }
}

TEST(Utf8, OverlongFormsAreRefusedAtTheByteThatShowsThem) {
  EXPECT_EQ(TakenOneByOne("\xC0\x80"), 0u);
  EXPECT_EQ(TakenOneByOne("\xC1\xBF"), 0u);
  EXPECT_EQ(TakenOneByOne("\xE0\x9F\xBF"), 1u);
  EXPECT_EQ(TakenOneByOne("\xF0\x8F\xBF\xBF"), 1u);
}

TEST(Utf8, SurrogatesAndWhatIsBeyondUnicodeAreRefusedAtTheByteThatShowsThem) {
  EXPECT_EQ(TakenOneByOne("\xED\xA0\x80"), 1u);
  EXPECT_EQ(TakenOneByOne("\xF4\x90\x80\x80"), 1u);
  EXPECT_EQ(TakenOneByOne("\xF5\x80\x80\x80"), 0u);
  EXPECT_EQ(TakenOneByOne("\xFF"), 0u);
}

TEST(Utf8, AFaultStaysAFault) {
  Utf8Validator validator;
  EXPECT_FALSE(validator.Feed("\xFF"));
  EXPECT_FALSE(validator.Feed("a"));
  EXPECT_FALSE(validator.complete());
  validator.Reset();
  EXPECT_TRUE(validator.Feed("a"));
  EXPECT_TRUE(validator.complete());
}

TEST(Utf8, TextMayBeCutAnywhere) {
  const std::string text = "ascii ascii ascii \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80 and more of it \xED\x9F\xBF";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    Utf8Validator validator;
    ASSERT_TRUE(validator.Feed(std::string_view(text).substr(0, cut))) << cut;
    ASSERT_TRUE(validator.Feed(std::string_view(text).substr(cut))) << cut;
    ASSERT_TRUE(validator.complete()) << cut;
  }
}

TEST(Utf8, AnUnfinishedCharacterIsNotComplete) {
  for (const std::string_view text : {"\xC3", "\xE2\x82", "\xF0\x9F\x98", "12345678\xE2"}) {
    Utf8Validator validator;
    EXPECT_TRUE(validator.Feed(text));
    EXPECT_FALSE(validator.complete());
    EXPECT_FALSE(IsUtf8(text));
  }
}

TEST(Utf8, AFaultIsFoundAtEveryPlaceInAWord) {
  for (size_t place = 0; place < 24; ++place) {
    std::string text(24, 'a');
    text[place] = '\x80';
    EXPECT_FALSE(IsUtf8(text)) << place;
  }
}

TEST(Utf8, TruncateCutsNoCharacter) {
  const std::string_view text =
      "a\xE2\x82\xAC"
      "b";
  EXPECT_EQ(TruncateUtf8(text, 9), text);
  EXPECT_EQ(TruncateUtf8(text, 5), text);
  EXPECT_EQ(TruncateUtf8(text, 4), "a\xE2\x82\xAC");
  EXPECT_EQ(TruncateUtf8(text, 3), "a");
  EXPECT_EQ(TruncateUtf8(text, 2), "a");
  EXPECT_EQ(TruncateUtf8(text, 1), "a");
  EXPECT_EQ(TruncateUtf8(text, 0), "");
}

}  // namespace
}  // namespace spanwire::model
