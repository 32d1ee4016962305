#include "bridge/ingest/sequenced_publisher.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/synchronization/notification.h"
#include "bridge/model/error.h"
#include "tests/unit/ingest/pipeline_fixture.h"

namespace spanwire::ingest {
namespace {

using testing::SizeIs;

// One batch of a stream, and its answer.
class Batch {
 public:
  Batch(SequencedPublisher& publisher, std::string_view producer, uint64_t sequence, std::vector<v1::Event> events)
      : events_(std::move(events)) {
    std::vector<const v1::Event*> pointers;
    for (const v1::Event& event : events_) pointers.push_back(&event);
    publisher.Publish({}, producer, sequence, {.all = pointers}, &response_, [this](absl::Status status) {
      status_ = std::move(status);
      done_.Notify();
    });
  }
  bool IsDone() const { return done_.HasBeenNotified(); }
  const absl::Status& status() {
    done_.WaitForNotification();
    return status_;
  }
  const v1::PublishStreamResponse& response() {
    done_.WaitForNotification();
    return response_;
  }

 private:
  std::vector<v1::Event> events_;
  v1::PublishStreamResponse response_;
  absl::Status status_;
  absl::Notification done_;
};

class SequencedPublisherTest : public PipelineTest {
 protected:
  Batch Send(std::string_view producer, uint64_t sequence, std::vector<v1::Event> events) {
    return Batch(publisher_, producer, sequence, std::move(events));
  }

  SequencedPublisher publisher_{pipeline_, metrics_};
};

TEST_F(SequencedPublisherTest, AResentSequenceIsAnsweredAndNotPublished) {
  Send("p", 1, {NoteEvent("a"), NoteEvent("b")}).response();
  auto again = Send("p", 1, {NoteEvent("a"), NoteEvent("b")});
  EXPECT_EQ(again.response().sequence(), 1u);
  ASSERT_THAT(again.response().results(), SizeIs(2));
  EXPECT_EQ(again.response().results(1).response().topic(), "b");
  EXPECT_EQ(again.response().results(1).response().offset(), 2u);
  EXPECT_TRUE(again.response().results(1).response().duplicate());
  EXPECT_THAT(broker_.Stored(), SizeIs(2));
  EXPECT_EQ(metrics_.events_duplicate.Value(), 2u);
}

TEST_F(SequencedPublisherTest, WithoutAProducerIdNothingIsRemembered) {
  Send("", 1, {NoteEvent("a")}).response();
  Send("", 1, {NoteEvent("a")}).response();
  EXPECT_THAT(broker_.Stored(), SizeIs(2));
}

TEST_F(SequencedPublisherTest, AResentSequenceKeepsTheErrorsOfItsBadEvents) {
  Send("p", 1, {NoteEvent("a b"), NoteEvent("b")}).response();
  auto again = Send("p", 1, {NoteEvent("a b"), NoteEvent("b")});
  EXPECT_EQ(ErrorInfoOf(again.response().results(0).error()).reason(), "BAD_TOPIC");
  EXPECT_TRUE(again.response().results(1).response().duplicate());
}

TEST_F(SequencedPublisherTest, AResentSequenceOnItsWayWaitsForItsOutcome) {
  broker_.Hold();
  auto first = Send("p", 1, {NoteEvent("a")});
  Batch again(publisher_, "p", 1, {NoteEvent("a")});
  EXPECT_EQ(broker_.calls(), 1u);
  EXPECT_FALSE(again.IsDone());
  broker_.Release();
  EXPECT_TRUE(again.response().results(0).response().duplicate());
  EXPECT_FALSE(first.response().results(0).response().duplicate());
}

TEST_F(SequencedPublisherTest, ASequenceThatFailedWholeIsPublishedWhenResent) {
  broker_.FailWith(absl::UnavailableError("no quorum"));
  Send("p", 1, {NoteEvent("a")}).response();
  broker_.FailWith(absl::OkStatus());
  auto again = Send("p", 1, {NoteEvent("a")});
  EXPECT_EQ(again.response().results(0).response().offset(), 1u);
  EXPECT_FALSE(again.response().results(0).response().duplicate());
}

TEST_F(SequencedPublisherTest, AsManyProducersAreRememberedAsTheLimitSays) {
  config::Limits limits;
  limits.producers = 2;
  SequencedPublisher publisher(pipeline_, metrics_, limits);
  const auto send = [&](std::string_view producer) {
    return Batch(publisher, producer, 1, {NoteEvent("a")}).response().results(0).response().duplicate();
  };
  EXPECT_FALSE(send("p"));
  EXPECT_FALSE(send("q"));
  EXPECT_TRUE(send("q"));
  EXPECT_TRUE(send("p"));
  EXPECT_FALSE(send("r")) << "takes the place of the one quiet for longest";
  EXPECT_TRUE(send("p"));
  EXPECT_FALSE(send("q"));
  EXPECT_EQ(metrics_.idempotency_evictions.Value(), 2u);
}

TEST_F(SequencedPublisherTest, ASequenceBelowWhatIsRememberedIsAnError) {
  for (uint64_t sequence = 1; sequence <= ProducerTable::kSequencesPerProducer + 1; ++sequence) {
    Send("p", sequence, {NoteEvent("a")}).response();
  }
  auto forgotten = Send("p", 1, {NoteEvent("a")});
  EXPECT_EQ(forgotten.status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(model::DetailOf(forgotten.status()).reason, "SEQUENCE_FORGOTTEN");
  EXPECT_THAT(broker_.Stored(), SizeIs(ProducerTable::kSequencesPerProducer + 1));
}

}  // namespace
}  // namespace spanwire::ingest
