#include "publisher_sdk/examples/hostmon/log_follower.h"

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>

namespace spanwire::hostmon {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LogFollowerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "log_follower.XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    log_ = folder_ / "a.log";
  }
  void TearDown() override { fs::remove_all(folder_); }

  void Append(const std::string& text) { std::ofstream(log_, std::ios::app) << text; }

  fs::path folder_;
  fs::path log_;
};

TEST_F(LogFollowerTest, BeginsAtTheEndAndTellsWholeLines) {
  Append("old\n");
  LogFollower follower(log_);
  EXPECT_THAT(follower.Poll(), IsEmpty());
  Append("one\ntwo\r\n\nthr");
  EXPECT_THAT(follower.Poll(), ElementsAre("one", "two"));
  Append("ee\n");
  EXPECT_THAT(follower.Poll(), ElementsAre("three"));
}

TEST_F(LogFollowerTest, GoesOnWithTheNewFileAfterTheRestOfTheOldOne) {
  Append("old\n");
  LogFollower follower(log_);
  Append("last of the old\nunended");
  fs::rename(log_, folder_ / "a.log.1");
  Append("first of the new\n");
  EXPECT_THAT(follower.Poll(), ElementsAre("last of the old", "unended", "first of the new"));
  Append("second\n");
  EXPECT_THAT(follower.Poll(), ElementsAre("second"));
}

TEST_F(LogFollowerTest, ReadsTheOldFileWhileThereIsNoNewOne) {
  Append("old\n");
  LogFollower follower(log_);
  fs::rename(log_, folder_ / "a.log.1");
  std::ofstream(folder_ / "a.log.1", std::ios::app) << "late\n";
  EXPECT_THAT(follower.Poll(), ElementsAre("late"));
  Append("new\n");
  EXPECT_THAT(follower.Poll(), ElementsAre("new"));
}

TEST_F(LogFollowerTest, BeginsAgainWhereTheFileWasCut) {
  Append("a long old line\nhal");
  LogFollower follower(log_);
  fs::resize_file(log_, 0);
  Append("new\n");
  EXPECT_THAT(follower.Poll(), ElementsAre("new"));
}

TEST_F(LogFollowerTest, AFileThatIsNotThereIsToldAndReadFromItsStartWhenItComes) {
  LogFollower follower(log_);
  EXPECT_THAT(follower.Poll(), IsEmpty());
  EXPECT_THAT(follower.trouble(), HasSubstr("No such file"));
  Append("first\n");
  EXPECT_THAT(follower.Poll(), ElementsAre("first"));
  EXPECT_EQ(follower.trouble(), "");
}

TEST_F(LogFollowerTest, AFolderIsNoLog) {
  LogFollower follower(folder_);
  EXPECT_THAT(follower.Poll(), IsEmpty());
  EXPECT_EQ(follower.trouble(), "not a regular file");
}

TEST_F(LogFollowerTest, AnOverlongLineComesInPieces) {
  Append("");
  LogFollower follower(log_);
  Append(std::string(LogFollower::kLineBytes, 'x') + "rest\nnext\n");
  EXPECT_THAT(follower.Poll(), ElementsAre(std::string(LogFollower::kLineBytes, 'x'), "rest", "next"));
}

TEST_F(LogFollowerTest, ABurstIsReadInBoundedParts) {
  Append("");
  LogFollower follower(log_);
  const size_t count = 3 * LogFollower::kPollBytes / 100;
  for (size_t i = 0; i < count; ++i) Append(std::string(99, 'x') + "\n");
  size_t lines = 0;
  int polls = 0;
  for (; lines < count && polls < 10; ++polls) {
    const size_t got = follower.Poll().size();
    EXPECT_LE(got, LogFollower::kPollBytes / 100 + LogFollower::kLineBytes / 100 + 1);
    lines += got;
  }
  EXPECT_EQ(lines, count);
  EXPECT_GE(polls, 3);
}

}  // namespace
}  // namespace spanwire::hostmon
