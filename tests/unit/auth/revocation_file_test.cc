#include "bridge/auth/revocation_file.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/model/absl_view.h"
#include "bridge/model/clock.h"
#include "bridge/model/error.h"

namespace spanwire::auth {
namespace {

using ::testing::HasSubstr;

class RevocationFileTest : public ::testing::Test {
 protected:
  RevocationFileTest() : folder_(std::filesystem::path(::testing::TempDir()) / "revocation_file_test") {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~RevocationFileTest() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return (folder_ / "revocations").string(); }
  void Write(const std::string& text) const { std::ofstream(path(), std::ios::binary) << text; }
  std::string Text() const {
    std::ostringstream text;
    text << std::ifstream(path()).rdbuf();
    return text.str();
  }
  // Takes an order as AccessControl does.
  static absl::Status Revoke(RevocationList& list, RevocationFile& file, const Revocation& revocation) {
    absl::Status status = list.Add(revocation);
    return status.ok() ? file.Append(revocation) : status;
  }
  std::string FaultOf(const std::string& text) {
    Write(text);
    RevocationList list(clock_, 3);
    const auto file = RevocationFile::Open(path(), list);
    return file.ok() ? "" : std::string(model::ToStd(file.status().message()));
  }

  const std::filesystem::path folder_;
  model::FakeClock clock_;
};

TEST_F(RevocationFileTest, WhatWasRevokedIsRevokedAfterARestart) {
  const Identity token{.subject = "u", .tenant_id = "acme", .token_id = "t-1"};
  const Identity user{.subject = "v", .issued_at = clock_.Now()};
  {
    RevocationList list(clock_);
    const auto file = RevocationFile::Open(path(), list).value();
    ASSERT_TRUE(Revoke(list, *file, {.tenant_id = "acme", .token_id = "t-1"}).ok());
    ASSERT_TRUE(
        Revoke(list, *file, {.subject = "v", .issued_until = clock_.Now(), .until = clock_.Now() + absl::Hours(1)})
            .ok());
  }
  RevocationList list(clock_);
  const auto file = RevocationFile::Open(path(), list).value();
  EXPECT_TRUE(list.IsRevoked(token));
  EXPECT_TRUE(list.IsRevoked(user));
  EXPECT_FALSE(list.IsRevoked({.subject = "v", .issued_at = clock_.Now() + absl::Seconds(1)}));
  EXPECT_EQ(list.size(), 2U);
}

TEST_F(RevocationFileTest, OnlyItsOwnerMayReadIt) {
  RevocationList list(clock_);
  const auto file = RevocationFile::Open(path(), list).value();
  struct stat info {};
  ASSERT_EQ(stat(path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
}

TEST_F(RevocationFileTest, WhatHasExpiredIsGoneAfterARestart) {
  {
    RevocationList list(clock_);
    const auto file = RevocationFile::Open(path(), list).value();
    ASSERT_TRUE(Revoke(list, *file, {.token_id = "short", .until = clock_.Now() + absl::Hours(1)}).ok());
    ASSERT_TRUE(Revoke(list, *file, {.token_id = "long"}).ok());
  }
  clock_.Advance(absl::Hours(2));
  RevocationList list(clock_);
  const auto file = RevocationFile::Open(path(), list).value();
  EXPECT_EQ(Text(), "{\"tenant_id\":\"\",\"token_id\":\"long\"}\n");
}

TEST_F(RevocationFileTest, SaidAgainItDoesNotGrowForEver) {
  RevocationList list(clock_);
  const auto file = RevocationFile::Open(path(), list).value();
  for (int i = 0; i < 1100; ++i) ASSERT_TRUE(Revoke(list, *file, {.token_id = "t"}).ok());
  const std::string text = Text();
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 100);
}

TEST_F(RevocationFileTest, WhatACrashCutOffIsDropped) {
  Write("{\"tenant_id\":\"\",\"token_id\":\"t-1\"}\n{\"tenant_id\":\"\",\"tok");
  RevocationList list(clock_);
  const auto file = RevocationFile::Open(path(), list).value();
  EXPECT_EQ(list.size(), 1U);
  EXPECT_THAT(file->note(), HasSubstr("revocations:2: the last line is not whole"));
  ASSERT_TRUE(Revoke(list, *file, {.token_id = "t-2"}).ok());
  RevocationList again(clock_);
  ASSERT_TRUE(RevocationFile::Open(path(), again).ok());
  EXPECT_EQ(again.size(), 2U);
}

TEST_F(RevocationFileTest, ALastLineWithoutAnEndCountsWhereItIsWhole) {
  Write("{\"tenant_id\":\"\",\"token_id\":\"t-1\"}\n{\"token_id\":\"by hand\"}");
  RevocationList list(clock_);
  const auto file = RevocationFile::Open(path(), list).value();
  EXPECT_EQ(list.size(), 2U);
  EXPECT_EQ(file->note(), "");
  EXPECT_THAT(Text(), HasSubstr("by hand"));
  EXPECT_THAT(FaultOf("{\"token_id\":1}"), HasSubstr("revocations:1: ")) << "whole, but no order";
}

TEST_F(RevocationFileTest, AUserIsRevokedUpToATimeThatMustBeSaid) {
  const std::string fault = FaultOf("{\"token_id\":\"a\"}\n{\"user_id\":\"b\"}\n");
  EXPECT_THAT(fault, HasSubstr("revocations:2: "));
  EXPECT_THAT(fault, HasSubstr("issued_until"));
  EXPECT_EQ(FaultOf("{\"user_id\":\"b\",\"issued_until\":\"2026-01-15T14:05:00Z\"}\n"), "");
}

// Taken for empty it would let in whom somebody has shut out.
TEST_F(RevocationFileTest, WhatCannotBeReadIsRefusedWithItsLine) {
  const std::string good = "{\"tenant_id\":\"\",\"token_id\":\"t-1\"}\n";
  EXPECT_THAT(FaultOf(good + "garbage\n"), HasSubstr("revocations:2: "));
  for (const char* line : {"", "{}", "[]", "null", "{\"token_id\":1}", "{\"token_id\":\"\"}", "{\"user_id\":null}",
                           "{\"token_id\":\"a\",\"user_id\":\"b\"}", "{\"token_id\":\"a\",\"token_id\":\"b\"}",
                           "{\"token_id\":\"a\",\"until\":\"soon\"}", "{\"token_id\":\"a\",\"until\":1}",
                           "{\"user_id\":\"a\",\"issued_until\":\"2026-13-01T00:00:00Z\"}", "{\"token_id\":\"a\"} x",
                           "\xff\xfe", "{\"token_id\":\"a\""}) {
    EXPECT_THAT(FaultOf(std::string(line) + "\n"), HasSubstr("revocations:1: ")) << line;
  }
}

TEST_F(RevocationFileTest, MoreThanTheListHoldsIsRefused) {
  std::string text;
  for (int i = 0; i < 4; ++i) text += fmt::format("{{\"token_id\":\"t-{}\"}}\n", i);
  EXPECT_THAT(FaultOf(text), HasSubstr("revocations:4: "));
}

TEST_F(RevocationFileTest, AFolderIsNoFile) {
  std::filesystem::create_directories(path());
  RevocationList list(clock_);
  EXPECT_EQ(RevocationFile::Open(path(), list).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(RevocationFileTest, AFolderThatIsNotThereIsSaidAtTheStart) {
  RevocationList list(clock_);
  const auto file = RevocationFile::Open((folder_ / "nowhere" / "revocations").string(), list);
  EXPECT_THAT(std::string(model::ToStd(file.status().message())), HasSubstr("revocations cannot be written"));
}

}  // namespace
}  // namespace spanwire::auth
