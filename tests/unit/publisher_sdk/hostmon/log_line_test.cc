#include "publisher_sdk/examples/hostmon/log_line.h"

#include <gmock/gmock.h>

namespace spanwire::hostmon {
namespace {

TEST(GuessLevelTest, TakesTheFirstWordThatNamesALevel) {
  EXPECT_EQ(GuessLevel("2026-01-15 14:05:00 [WARN] disk is slow, error follows"), "warning");
  EXPECT_EQ(GuessLevel(R"({"time":"2026-01-15","level":"error","msg":"x"})"), "error");
  EXPECT_EQ(GuessLevel("level=debug msg=x"), "debug");
  EXPECT_EQ(GuessLevel("Jan 15 kernel: PANIC: oops"), "critical");
  EXPECT_EQ(GuessLevel("NOTICE: reloaded"), "info");
  EXPECT_EQ(GuessLevel("<trace> enter"), "trace");
}

TEST(GuessLevelTest, KnowsGlog) {
  EXPECT_EQ(GuessLevel("E0102 15:04:05.000000 7 file.cc:1] no info"), "error");
  EXPECT_EQ(GuessLevel("W0102 x"), "warning");
  EXPECT_EQ(GuessLevel("F0102 x"), "critical");
}

TEST(GuessLevelTest, IsInfoOtherwise) {
  EXPECT_EQ(GuessLevel(""), "info");
  EXPECT_EQ(GuessLevel("terrors and warnings are no level words"), "info");
  EXPECT_EQ(GuessLevel(std::string(200, '-') + " error far away"), "info");
}

TEST(ToUtf8Test, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(ToUtf8("grün €😀"), "grün €😀");
  EXPECT_EQ(ToUtf8("a\xff"
                   "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(ToUtf8("cut \xE2\x82"), "cut \xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(ToUtf8("\xC0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "overlong";
  EXPECT_EQ(ToUtf8("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD") << "a surrogate";
  EXPECT_EQ(ToUtf8("\xF4\x90\x80\x80").substr(0, 3), "\xEF\xBF\xBD") << "past U+10FFFF";
}

}  // namespace
}  // namespace spanwire::hostmon
