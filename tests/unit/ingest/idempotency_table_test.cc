#include "bridge/ingest/idempotency_table.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/model/clock.h"

namespace spanwire::ingest {
namespace {

using testing::ElementsAre;
using testing::Pair;
using Standing = IdempotencyTable::Standing;

class RecordingWaiter final : public IdempotencyTable::Waiter {
 public:
  void OnFirstSettled(size_t event, const IdempotencyTable::Outcome& outcome) override {
    told.emplace_back(event, outcome.ok() ? FormatCursor(*outcome) : "failed");
  }
  std::vector<std::pair<size_t, std::string>> told;
};

class IdempotencyTableTest : public testing::Test {
 protected:
  static constexpr absl::Duration kWindow = absl::Minutes(5);

  IdempotencyTable::Claim Claim(uint64_t id, size_t event = 0) {
    IdempotencyTable::Claim claim{{id, ~id}, event, {}, {}};
    table_.ClaimAll({&claim, 1}, &waiter_, clock_.Now());
    return claim;
  }
  void Settle(uint64_t id, const IdempotencyTable::Outcome& outcome) {
    const IdempotencyTable::Settlement settlement{{id, ~id}, &outcome};
    table_.SettleAll({&settlement, 1}, clock_.Now());
  }
  void Publish(uint64_t id, uint64_t offset) {
    Claim(id);
    Settle(id, model::Cursor{"0123456789abcdef", offset});
  }

  model::FakeClock clock_;
  observe::Counter evictions_;
  RecordingWaiter waiter_;
  IdempotencyTable table_{kWindow, 64 * 1024, evictions_};
};

TEST_F(IdempotencyTableTest, APublishedIdIsKnownWithItsPosition) {
  Publish(7, 42);
  const auto claim = Claim(7);
  EXPECT_EQ(claim.standing, Standing::kKnown);
  EXPECT_EQ(FormatCursor(claim.position), "0123456789abcdef-42");
}

TEST_F(IdempotencyTableTest, AnIdIsForgottenWhenItsWindowEnds) {
  Publish(7, 42);
  clock_.Advance(kWindow - absl::Milliseconds(1));
  EXPECT_EQ(Claim(7).standing, Standing::kKnown);
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(Claim(7).standing, Standing::kNew);
  EXPECT_EQ(table_.size(), 0u);
  EXPECT_EQ(evictions_.Value(), 0u);
}

TEST_F(IdempotencyTableTest, ARepeatOfAnIdOnItsWayIsToldTheOutcome) {
  EXPECT_EQ(Claim(7).standing, Standing::kNew);
  EXPECT_EQ(Claim(7, 1).standing, Standing::kAwaited);
  EXPECT_EQ(Claim(7, 2).standing, Standing::kAwaited);
  EXPECT_THAT(waiter_.told, ElementsAre());
  Settle(7, model::Cursor{"e", 3});
  EXPECT_THAT(waiter_.told, ElementsAre(Pair(1, "e-3"), Pair(2, "e-3")));
}

TEST_F(IdempotencyTableTest, AFailureIsSharedByThoseWhoWaitAndThenForgotten) {
  Claim(7);
  Claim(7, 1);
  Settle(7, absl::UnavailableError("disk full"));
  EXPECT_THAT(waiter_.told, ElementsAre(Pair(1, "failed")));
  EXPECT_EQ(Claim(7).standing, Standing::kNew);
}

TEST_F(IdempotencyTableTest, OneClaimOfABatchRepeatsAnother) {
  IdempotencyTable::Claim claims[] = {{{1, 1}, 0, {}, {}}, {{2, 2}, 1, {}, {}}, {{1, 1}, 2, {}, {}}};
  table_.ClaimAll(absl::MakeSpan(claims), &waiter_, clock_.Now());
  EXPECT_EQ(claims[0].standing, Standing::kNew);
  EXPECT_EQ(claims[1].standing, Standing::kNew);
  EXPECT_EQ(claims[2].standing, Standing::kAwaited);
}

TEST_F(IdempotencyTableTest, BeyondItsMemoryItForgetsTheOldestAndCountsThem) {
  constexpr uint64_t kIds = 2000;  // 64 KiB hold about a thousand
  for (uint64_t id = 1; id <= kIds; ++id) Publish(id, id);
  EXPECT_GT(table_.size(), 500u);
  EXPECT_LT(table_.size(), 1500u);
  EXPECT_EQ(evictions_.Value(), kIds - table_.size());
  EXPECT_EQ(Claim(kIds).standing, Standing::kKnown);
  EXPECT_EQ(Claim(kIds - table_.size() + 1).standing, Standing::kKnown);
  EXPECT_EQ(Claim(kIds - table_.size()).standing, Standing::kNew);
}

}  // namespace
}  // namespace spanwire::ingest
