// What a publisher gets for a request that is too large, or whose bytes cannot be read, and what operators see of it.
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include "bridge/observe/logging.h"
#include "tests/unit/ingest/service_fixture.h"
#include "tests/unit/ingest/wire_bytes.h"

namespace spanwire::ingest {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

constexpr size_t kMessageLimit = 64 * 1024;

class BadRequestTest : public ServiceTest {
 protected:
  static config::Config SmallMessages() {
    config::Config config;
    config.limits.publish_message_bytes = kMessageLimit;
    return config;
  }
  BadRequestTest() : ServiceTest(SmallMessages()) {
    auto logger = observe::MakeLogger({}, std::make_shared<spdlog::sinks::ostream_sink_mt>(log_));
    EXPECT_TRUE(logger.ok());
    spdlog::set_default_logger(*logger);
  }
  ~BadRequestTest() override {
    ShutDown();
    EXPECT_TRUE(observe::SetUpLogging({}).ok());
  }

  // Sends `bytes` as the one message of a call, whatever they are.
  grpc::Status Call(const std::string& method, const std::string& bytes, google::protobuf::Message* response) {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const grpc::Slice slice(bytes);
    grpc::ByteBuffer answer;
    grpc::Status status;
    auto call =
        stub.PrepareUnaryCall(&context, "/spanwire.v1.PublisherService/" + method, grpc::ByteBuffer(&slice, 1), &queue);
    call->StartCall();
    call->Finish(&answer, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    if (status.ok()) {
      std::vector<grpc::Slice> slices;
      EXPECT_TRUE(answer.Dump(&slices).ok());
      std::string text;
      for (const grpc::Slice& part : slices) text.append(reinterpret_cast<const char*>(part.begin()), part.size());
      EXPECT_TRUE(response->ParseFromString(text));
    }
    return status;
  }

  // A batch of one event that has so many bytes in all.
  static v1::PublishBatchRequest BatchOf(size_t bytes) {
    v1::PublishBatchRequest batch;
    v1::Event* event = batch.add_events();
    *event = NoteEvent("t");
    event->set_json_text("{\"a\":\"\"}" + std::string(bytes / 2, ' '));
    event->set_json_text("{\"a\":\"\"}" + std::string(bytes / 2 + bytes - batch.ByteSizeLong(), ' '));
    EXPECT_EQ(batch.ByteSizeLong(), bytes);
    return batch;
  }

  uint64_t Rejected(const std::string& reason) const {
    const auto values = metrics_.events_rejected.Values();
    const auto found = values.find(reason);
    return found == values.end() ? 0 : found->second;
  }

  std::ostringstream log_;
};

TEST_F(BadRequestTest, AnEventThatNestsTooDeepSpoilsOnlyItself) {
  // Those of gRPC's wire limit, those of ours, and one that no parser should follow down.
  for (const int levels : {33, 100, 101, 110, 3000}) {
    v1::PublishBatchResponse response;
    ASSERT_TRUE(PublishBatch({NoteEvent("a"), NestedEvent(levels), NoteEvent("c")}, &response).ok()) << levels;
    ASSERT_THAT(response.results(), SizeIs(3));
    EXPECT_TRUE(response.results(0).has_response());
    EXPECT_EQ(response.results(1).has_response(), levels <= 100) << levels;
    EXPECT_TRUE(response.results(2).has_response());
    if (levels <= 100) continue;
    EXPECT_THAT(response.results(1).error().message(), HasSubstr("nests deeper than 100 levels: flatten it"));
    EXPECT_EQ(ErrorInfoOf(response.results(1).error()).reason(), "BAD_PAYLOAD");
    EXPECT_EQ(ErrorInfoOf(response.results(1).error()).metadata().at("limit"), "100");
  }
  EXPECT_EQ(CodeAndReason(Publish(NestedEvent(3000))), "INVALID_ARGUMENT BAD_PAYLOAD");
}

TEST_F(BadRequestTest, AnEventThatCannotBeReadSpoilsOnlyItself) {
  const std::string good = NoteEvent("t").SerializeAsString();
  for (const std::string& bad : {EventWithBadText(), std::string("\xFF\xFF\xFF")}) {
    v1::PublishBatchResponse response;
    ASSERT_TRUE(Call("PublishBatch", Field(1, good) + Field(1, bad) + Field(1, good), &response).ok());
    ASSERT_THAT(response.results(), SizeIs(3));
    EXPECT_TRUE(response.results(0).has_response());
    EXPECT_EQ(ErrorInfoOf(response.results(1).error()).reason(), "MALFORMED_EVENT");
    EXPECT_TRUE(response.results(2).has_response());
    EXPECT_EQ(CodeAndReason(Call("Publish", Field(1, bad), nullptr)), "INVALID_ARGUMENT MALFORMED_EVENT");
  }
  EXPECT_EQ(Rejected("MALFORMED_EVENT"), 4u);
  EXPECT_THAT(broker_.Stored(), SizeIs(4));
}

TEST_F(BadRequestTest, TextThatIsNoUtf8IsNamed) {
  EXPECT_THAT(Call("Publish", Field(1, EventWithBadText()), nullptr).error_message(),
              HasSubstr("spanwire.v1.Event.topic is not valid UTF-8"));
}

TEST_F(BadRequestTest, AMessageOfExactlyTheLimitIsTaken) {
  v1::PublishBatchResponse response;
  EXPECT_TRUE(Call("PublishBatch", BatchOf(kMessageLimit).SerializeAsString(), &response).ok());
  const grpc::Status status = Call("PublishBatch", BatchOf(kMessageLimit + 1).SerializeAsString(), &response);
  EXPECT_EQ(CodeAndReason(status), "INVALID_ARGUMENT MESSAGE_TOO_LARGE");
  const google::rpc::Status details = DetailsOf(status);
  EXPECT_EQ(ErrorInfoOf(details).metadata().at("limit"), std::to_string(kMessageLimit));
  EXPECT_EQ(ErrorInfoOf(details).metadata().at("bytes"), std::to_string(kMessageLimit + 1));
  EXPECT_FALSE(HasRetryInfo(details));
  EXPECT_THAT(broker_.Stored(), SizeIs(1));
}

TEST_F(BadRequestTest, AMessageIsRefusedInOurWordsUpToTwiceTheLimit) {
  v1::PublishBatchResponse response;
  EXPECT_EQ(CodeAndReason(Call("PublishBatch", BatchOf(2 * kMessageLimit).SerializeAsString(), &response)),
            "INVALID_ARGUMENT MESSAGE_TOO_LARGE");
  const grpc::Status beyond = Call("PublishBatch", BatchOf(2 * kMessageLimit + 1).SerializeAsString(), &response);
  EXPECT_EQ(beyond.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(beyond.error_details(), "");
}

TEST_F(BadRequestTest, EveryEventOfARefusedBatchIsCountedAndTheBatchLogged) {
  EXPECT_EQ(CodeAndReason(PublishBatch(std::vector<v1::Event>(1001, NoteEvent("a b")))),
            "INVALID_ARGUMENT BATCH_TOO_LARGE");
  EXPECT_EQ(Rejected("BATCH_TOO_LARGE"), 1001u);
  ShutDown();
  EXPECT_THAT(log_.str(), AllOf(HasSubstr("publish request refused"), HasSubstr("reason=BATCH_TOO_LARGE"),
                                HasSubstr("events=1001")));
}

TEST_F(BadRequestTest, TheEventsOfARequestThatIsTooLargeAreCountedWithoutReadingThem) {
  std::vector<v1::Event> events(100, NoteEvent("t"));
  for (v1::Event& event : events) event.set_json_text("{}" + std::string(1000, ' '));
  EXPECT_EQ(CodeAndReason(PublishBatch(events)), "INVALID_ARGUMENT MESSAGE_TOO_LARGE");
  EXPECT_EQ(Rejected("MESSAGE_TOO_LARGE"), 100u);
}

// Each would take a hundred times its three bytes, and more to say what is wrong with it.
TEST_F(BadRequestTest, EventsAreCountedBeforeTheyTakeMemory) {
  std::string bytes;
  for (int i = 0; i < 20'000; ++i) bytes += Field(1, "\xFF");
  for (const char* method : {"Publish", "PublishBatch"}) {
    EXPECT_EQ(CodeAndReason(Call(method, bytes, nullptr)), "INVALID_ARGUMENT BATCH_TOO_LARGE");
  }
  EXPECT_EQ(Rejected("BATCH_TOO_LARGE"), 40'000u);
}

TEST_F(BadRequestTest, ARequestThatCannotBeReadAtAllCountsAsOneEvent) {
  v1::PublishBatchResponse response;
  EXPECT_EQ(CodeAndReason(Call("PublishBatch", "\xFF\xFF\xFF", &response)), "INVALID_ARGUMENT MALFORMED_REQUEST");
  EXPECT_EQ(Rejected("MALFORMED_REQUEST"), 1u);
}

TEST_F(BadRequestTest, WhatAPublisherSendsDoesNotFillTheLog) {
  v1::Event event = NoteEvent("t");
  event.mutable_message()->set_type_url("x/" + std::string(20'000, 'x'));
  event.set_trace_id(std::string(20'000, 'x'));
  EXPECT_FALSE(Publish(event).ok());
  event.clear_trace_id();
  EXPECT_EQ(CodeAndReason(Publish(event)), "FAILED_PRECONDITION UNKNOWN_TYPE");
  ShutDown();
  EXPECT_THAT(log_.str(), AllOf(HasSubstr("reason=BAD_TRACE_ID"), HasSubstr("reason=UNKNOWN_TYPE")));
  EXPECT_LT(log_.str().size(), 4000u);
}

class BadStreamRequestTest : public BadRequestTest {
 protected:
  // The stream's end, after its answers.
  grpc::Status Stream(const std::string& bytes, v1::PublishStreamResponse* answer) {
    // Sent as one call with one message each way, which is the same on the wire.
    return Call("PublishStream", bytes, answer);
  }
};

TEST_F(BadStreamRequestTest, AnEventThatCannotBeReadSpoilsOnlyItself) {
  const std::string good = NoteEvent("t").SerializeAsString();
  v1::PublishStreamRequest around;
  around.set_sequence(7);
  around.set_producer_id("p");
  const std::string bytes = Field(2, good) + Field(2, EventWithBadText()) +
                            Field(2, NestedEvent(500).SerializeAsString()) + around.SerializeAsString() +
                            Field(2, good);
  v1::PublishStreamResponse answer;
  const grpc::Status status = Stream(bytes, &answer);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(answer.sequence(), 7u);
  ASSERT_THAT(answer.results(), SizeIs(4));
  EXPECT_TRUE(answer.results(0).has_response());
  EXPECT_EQ(ErrorInfoOf(answer.results(1).error()).reason(), "MALFORMED_EVENT");
  EXPECT_EQ(ErrorInfoOf(answer.results(2).error()).reason(), "BAD_PAYLOAD");
  EXPECT_TRUE(answer.results(3).has_response());

  // The producer was read too: the same sequence again is known.
  ASSERT_TRUE(Stream(bytes, &answer).ok());
  EXPECT_TRUE(answer.results(0).response().duplicate());
}

TEST_F(BadStreamRequestTest, WhatIsAroundTheEventsIsNamedWhereItCannotBeRead) {
  v1::PublishStreamResponse answer;
  const grpc::Status status = Stream(Field(2, NoteEvent("t").SerializeAsString()) + Field(3, "\xFF"), &answer);
  EXPECT_EQ(CodeAndReason(status), "INVALID_ARGUMENT MALFORMED_REQUEST");
  EXPECT_THAT(status.error_message(), HasSubstr("PublishStreamRequest.producer_id is not valid UTF-8"));
  EXPECT_EQ(Rejected("MALFORMED_REQUEST"), 1u);
}

TEST_F(BadStreamRequestTest, AMessageOverTheLimitEndsTheStream) {
  const v1::Event large = BatchOf(kMessageLimit).events(0);
  v1::PublishStreamResponse answer;
  EXPECT_EQ(CodeAndReason(Stream(StreamBatch(1, {large, NoteEvent("t")}).SerializeAsString(), &answer)),
            "INVALID_ARGUMENT MESSAGE_TOO_LARGE");
}

TEST_F(BadStreamRequestTest, EventsOfASequenceThatIsOutOfOrderAreCounted) {
  v1::PublishStreamResponse answer;
  const auto batch = StreamBatch(0, {NoteEvent("t"), NoteEvent("t"), NoteEvent("t")}, "p");
  EXPECT_EQ(CodeAndReason(Stream(batch.SerializeAsString(), &answer)), "INVALID_ARGUMENT BAD_SEQUENCE");
  EXPECT_EQ(Rejected("BAD_SEQUENCE"), 3u);
}

}  // namespace
}  // namespace spanwire::ingest
