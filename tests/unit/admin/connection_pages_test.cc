#include "bridge/admin/connection_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanwire::admin {
namespace {

using ::testing::ElementsAre;

session::ClientSnapshot Client(const std::string& id, int64_t connected_at) {
  return {.client_id = id, .connected_at = absl::FromUnixMicros(connected_at)};
}

std::vector<std::string> Ids(const std::vector<session::ClientSnapshot>& clients) {
  std::vector<std::string> ids;
  for (const auto& client : clients) ids.push_back(client.client_id);
  return ids;
}

TEST(ConnectionPagesTest, PagesFollowEachOtherOldestFirst) {
  const std::vector<session::ClientSnapshot> all = {Client("d", 20), Client("b", 3), Client("a", 20), Client("c", 100)};
  std::vector<session::ClientSnapshot> page = all;
  std::string token = TakeConnectionPage(page, 2, "");
  EXPECT_THAT(Ids(page), ElementsAre("b", "a")) << "20 is after 3, whatever their digits say";
  EXPECT_TRUE(CheckConnectionToken(token).ok());
  page = all;
  page.push_back(Client("early", 1));  // has come since, and belongs before
  token = TakeConnectionPage(page, 2, token);
  EXPECT_THAT(Ids(page), ElementsAre("d", "c"));
  EXPECT_EQ(token, "");
}

TEST(ConnectionPagesTest, TheLastPageMayBeFullOrEmpty) {
  std::vector<session::ClientSnapshot> page = {Client("a", 1), Client("b", 2)};
  EXPECT_EQ(TakeConnectionPage(page, 2, ""), "");
  EXPECT_THAT(Ids(page), ElementsAre("a", "b"));
  EXPECT_EQ(TakeConnectionPage(page, 2, "2.b"), "");
  EXPECT_THAT(Ids(page), ElementsAre());
}

TEST(ConnectionPagesTest, AForeignTokenIsRefused) {
  for (const std::string token : {"x", "12", ".", "12a.b", "99999999999999999999.a"}) {
    EXPECT_EQ(CheckConnectionToken(token).code(), absl::StatusCode::kInvalidArgument) << token;
  }
  EXPECT_TRUE(CheckConnectionToken("").ok());
}

}  // namespace
}  // namespace spanwire::admin
