#include "bridge/model/json_text.h"

#include <gtest/gtest.h>

namespace spanwire::model {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(text, &out);
  return out;
}

TEST(JsonText, PlainTextIsCopiedBetweenQuotes) {
  EXPECT_EQ(Quoted(""), "\"\"");
  EXPECT_EQ(Quoted("a b"), "\"a b\"");
  EXPECT_EQ(Quoted("0123456789abcdef ~"), "\"0123456789abcdef ~\"");
}

TEST(JsonText, QuoteBackslashAndControlsAreEscaped) {
  EXPECT_EQ(Quoted("a\"b\\c"), "\"a\\\"b\\\\c\"");
  EXPECT_EQ(Quoted("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"");
  EXPECT_EQ(Quoted(std::string_view("\0\x1f", 2)), "\"\\u0000\\u001f\"");
}

TEST(JsonText, EverythingElseStaysAsItIs) {
  EXPECT_EQ(Quoted("</script>/\x7f"), "\"</script>/\x7f\"");
  EXPECT_EQ(Quoted("grüße 😀 \u2028"), "\"grüße 😀 \u2028\"");
}

// The scan takes eight bytes at a time: a byte that needs an escape must be found wherever it stands.
TEST(JsonText, AByteIsEscapedAtEveryPlace) {
  for (size_t size = 1; size <= 24; ++size) {
    for (size_t at = 0; at < size; ++at) {
      std::string text(size, '\x7f');
      text[at] = '\n';
      EXPECT_EQ(Quoted(text), '"' + text.substr(0, at) + "\\n" + text.substr(at + 1) + '"');
    }
  }
}

TEST(JsonText, EachOf256BytesIsEscapedOrNotInLongText) {
  for (int c = 0; c < 256; ++c) {
    const std::string text(16, static_cast<char>(c));
    const bool escaped = c < 0x20 || c == '"' || c == '\\';
    EXPECT_EQ(Quoted(text) != '"' + text + '"', escaped) << c;
  }
}

TEST(JsonText, WritesAtTheEndOfWhatIsThere) {
  std::string out = "{\"a\":\"";
  AppendJsonEscaped("x\ty", &out);
  EXPECT_EQ(out, "{\"a\":\"x\\ty");
}

}  // namespace
}  // namespace spanwire::model
