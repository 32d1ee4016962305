#include "cli/table.h"

#include <sstream>

#include "gtest/gtest.h"

namespace spanwire::cli {
namespace {

TEST(TableTest, AlignsColumnsByWhatTheEyeSees) {
  Table table({"NAME", "N"});
  table.Add({"日本", "1"});
  table.Add({"ab", "22"});
  table.Add({"abcdef", "3"});
  std::ostringstream out;
  table.Print(out, false);
  EXPECT_EQ(out.str(), "NAME    N\n日本    1\nab      22\nabcdef  3\n");
}

TEST(TableTest, ColoursDoNotMoveColumns) {
  Table table({"STATE", "N"});
  table.Add({Cell("up", Style::kGood), "1"});
  std::ostringstream out;
  table.Print(out, true);
  EXPECT_EQ(out.str(), "STATE  N\n\x1b[32mup\x1b[0m     1\n");
}

TEST(TableTest, EscapesEveryCell) {
  Table table({"AGENT"});
  table.Add({"\x1b]0;pwned\a"});
  std::ostringstream out;
  table.Print(out, true);
  EXPECT_EQ(out.str(), "AGENT\n\\x1b]0;pwned\\x07\n");
}

TEST(LiveTableTest, PrintsTheHeaderOnceAndGrowsItsColumns) {
  std::ostringstream out;
  LiveTable table(out, false, {{"A", 3}, {"B", 0}});
  table.Print({"1", "x"});
  table.Print({"12345", "y"});
  table.Print({"1", "z"});
  EXPECT_EQ(out.str(), "A    B\n1    x\n12345  y\n1      z\n");
}

TEST(LiveTableTest, OneOverlongValueDoesNotPushTheRestAway) {
  std::ostringstream out;
  LiveTable table(out, false, {{"A", 1}, {"B", 0}});
  table.Print({std::string(300, 'x'), "y"});
  out.str("");
  table.Print({"1", "z"});
  EXPECT_EQ(out.str(), "1" + std::string(41, ' ') + "z\n");
}

TEST(BlockTest, AlignsValues) {
  Block block;
  block.Add("A", "1");
  block.Add("Longer", "two\n");
  std::ostringstream out;
  block.Print(out, false);
  EXPECT_EQ(out.str(), "A:       1\nLonger:  two\\n\n");
}

}  // namespace
}  // namespace spanwire::cli
