#include "cli/printable.h"

#include "gtest/gtest.h"

namespace spanwire::cli {
namespace {

TEST(PrintableTest, LeavesOrdinaryTextAlone) {
  EXPECT_EQ(Printable("Mozilla/5.0 (X11) \\ \"q\" äöü 日本 🎉"), "Mozilla/5.0 (X11) \\ \"q\" äöü 日本 🎉");
}

TEST(PrintableTest, EscapesWhatCouldSteerATerminal) {
  EXPECT_EQ(Printable("\x1b[2Ja\r\n\tb\x7f"), "\\x1b[2Ja\\r\\n\\tb\\x7f");
  EXPECT_EQ(Printable(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(Printable("\xc2\x9b"
                      "31m"),
            "\\u009b31m")
      << "C1 CSI";
}

TEST(PrintableTest, EscapesWhatCouldDisguiseText) {
  EXPECT_EQ(Printable("exe\u202Egpj"), "exe\\u202egpj");
  EXPECT_EQ(Printable("a\u2028b\uFEFFc"), "a\\u2028b\\ufeffc");
}

TEST(PrintableTest, EscapesBytesThatAreNotUtf8) {
  EXPECT_EQ(Printable("a\xff\xc3"), "a\\xff\\xc3");
  EXPECT_EQ(Printable("\xc0\x9b"), "\\xc0\\x9b") << "overlong";
  EXPECT_EQ(Printable("\xe0\x80\x9b"), "\\xe0\\x80\\x9b") << "overlong";
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "surrogate";
  EXPECT_EQ(Printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond Unicode";
}

TEST(PrintableTest, JsonStaysTheSameJson) {
  EXPECT_EQ(PrintableJson("{\"a\":\"\xc2\x9b\x7f ä\"}"), "{\"a\":\"\\u009b\\u007f ä\"}");
}

TEST(DisplayWidthTest, CountsColumnsNotBytes) {
  EXPECT_EQ(DisplayWidth(""), 0u);
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("äöü"), 3u);
  EXPECT_EQ(DisplayWidth("日本"), 4u);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1u);
  EXPECT_EQ(DisplayWidth("🎉"), 2u);
}

}  // namespace
}  // namespace spanwire::cli
