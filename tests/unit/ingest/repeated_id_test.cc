// What becomes of events whose id was published before, or is just being published.
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/ingest/pipeline_fixture.h"

namespace spanwire::ingest {
namespace {

using testing::SizeIs;

class RepeatedIdTest : public PipelineTest {};

TEST_F(RepeatedIdTest, IsAnsweredWithTheFirstsPosition) {
  Publish({NoteEvent("t"), NoteWithId("t", "a")}).results();
  auto repeat = Publish({NoteWithId("t", "a")});
  EXPECT_EQ(repeat.result().response().topic(), "t");
  EXPECT_EQ(repeat.result().response().epoch(), "e1");
  EXPECT_EQ(repeat.result().response().offset(), 2u);
  EXPECT_TRUE(repeat.result().response().duplicate());
  EXPECT_THAT(broker_.Stored(), SizeIs(2));
  EXPECT_EQ(metrics_.events_duplicate.Value(), 1u);
  EXPECT_EQ(metrics_.events_published.Value(), 2u);
}

TEST_F(RepeatedIdTest, CountsPerTenantAndTopic) {
  v1::Event other_tenant = NoteWithId("t", "a");
  other_tenant.set_tenant_id("acme");
  Publish({NoteWithId("t", "a"), NoteWithId("u", "a"), other_tenant}).results();
  EXPECT_THAT(broker_.Stored(), SizeIs(3));
}

TEST_F(RepeatedIdTest, IsPublishedAgainWhenTheWindowIsOver) {
  Publish({NoteWithId("t", "a")}).results();
  clock_.Advance(config_.idempotency_window);
  auto again = Publish({NoteWithId("t", "a")});
  EXPECT_FALSE(again.result().response().duplicate());
  EXPECT_EQ(again.result().response().offset(), 2u);
}

TEST_F(RepeatedIdTest, WithinOneBatchIsPublishedOnce) {
  auto call = Publish({NoteWithId("t", "a"), NoteEvent("t"), NoteWithId("t", "a"), NoteWithId("t", "b")});
  EXPECT_FALSE(call.results().Get(0).response().duplicate());
  EXPECT_EQ(call.results().Get(1).response().offset(), 2u);
  EXPECT_TRUE(call.results().Get(2).response().duplicate());
  EXPECT_EQ(call.results().Get(2).response().offset(), 1u);
  EXPECT_EQ(call.results().Get(3).response().offset(), 3u);
}

TEST_F(RepeatedIdTest, WaitsForAFirstThatIsOnItsWay) {
  broker_.Hold();
  auto first = Publish({NoteWithId("t", "a")});
  PublishCall repeat(pipeline_, {NoteWithId("t", "a")});
  EXPECT_EQ(broker_.calls(), 1u);
  EXPECT_FALSE(repeat.IsDone());
  broker_.Release();
  EXPECT_EQ(repeat.result().response().offset(), 1u);
  EXPECT_TRUE(repeat.result().response().duplicate());
  EXPECT_FALSE(first.result().response().duplicate());
}

TEST_F(RepeatedIdTest, FailsAlikeWhereTheFirstFailsAndMayThenBeTriedAgain) {
  broker_.Hold();
  broker_.FailWith(absl::UnavailableError("no quorum"));
  auto first = Publish({NoteWithId("t", "a")});
  PublishCall repeat(pipeline_, {NoteWithId("t", "a")});
  broker_.Release();
  EXPECT_EQ(repeat.result().error().message(), "no quorum");
  EXPECT_EQ(first.result().error().message(), "no quorum");
  broker_.FailWith(absl::OkStatus());
  EXPECT_FALSE(Publish({NoteWithId("t", "a")}).result().response().duplicate());
}

TEST_F(RepeatedIdTest, OfABadEventIsNotRemembered) {
  v1::Event bad = NoteWithId("t", "a");
  bad.set_trace_id("x");
  Publish({bad}).results();
  EXPECT_FALSE(Publish({NoteWithId("t", "a")}).result().response().duplicate());
}

TEST_F(RepeatedIdTest, ManyPublishersAtOncePublishEachIdOnce) {
  constexpr int kThreads = 8;
  constexpr int kIds = 200;
  std::vector<std::thread> publishers;
  for (int t = 0; t < kThreads; ++t) {
    publishers.emplace_back([this, t] {
      std::deque<PublishCall> calls;
      for (int i = 0; i < kIds; i += 2) {
        // Each in its own order, and pairs overlap across batches.
        const int at = (i + 37 * t) % kIds;
        calls.emplace_back(pipeline_, std::vector<v1::Event>{NoteWithId("t", std::to_string(at)),
                                                             NoteWithId("t", std::to_string((at + 1) % kIds))});
      }
      for (PublishCall& call : calls) {
        for (const v1::PublishResult& result : call.results()) EXPECT_GT(result.response().offset(), 0u);
      }
    });
  }
  for (std::thread& publisher : publishers) publisher.join();
  EXPECT_THAT(broker_.Stored(), SizeIs(kIds));
  EXPECT_EQ(metrics_.events_published.Value(), static_cast<uint64_t>(kIds));
  EXPECT_EQ(metrics_.events_duplicate.Value(), static_cast<uint64_t>(kIds * (kThreads - 1)));
}

}  // namespace
}  // namespace spanwire::ingest
