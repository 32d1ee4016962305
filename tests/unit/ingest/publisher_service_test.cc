#include "bridge/ingest/publisher_service.h"

#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include "tests/unit/ingest/service_fixture.h"

namespace spanwire::ingest {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

constexpr char kTraceId[] = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr char kTraceparent[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

class PublisherServiceTest : public ServiceTest {
 protected:
  // Sends `bytes` as the request of a unary method, whatever they are.
  grpc::Status CallWithBytes(const std::string& method, const std::string& bytes) {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const grpc::Slice slice(bytes);
    grpc::ByteBuffer response;
    grpc::Status status;
    auto call = stub.PrepareUnaryCall(&context, method, grpc::ByteBuffer(&slice, 1), &queue);
    call->StartCall();
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    return status;
  }
};

TEST_F(PublisherServiceTest, PublishAnswersWithThePosition) {
  v1::PublishResponse response;
  ASSERT_TRUE(Publish(NoteEvent("t"), &response).ok());
  EXPECT_EQ(response.topic(), "t");
  EXPECT_EQ(response.epoch(), "e1");
  EXPECT_EQ(response.offset(), 1u);
}

TEST_F(PublisherServiceTest, PublishRefusesABadEventByItsStatus) {
  const grpc::Status status = Publish(NoteEvent("a b"));
  EXPECT_EQ(CodeAndReason(status), "INVALID_ARGUMENT BAD_TOPIC");
  EXPECT_EQ(ErrorInfoOf(DetailsOf(status)).domain(), "spanwire");
}

TEST_F(PublisherServiceTest, PublishWithoutAnEventIsRefused) {
  grpc::ClientContext context;
  v1::PublishResponse response;
  EXPECT_EQ(CodeAndReason(stub_->Publish(&context, {}, &response)), "INVALID_ARGUMENT MISSING_PAYLOAD");
}

TEST_F(PublisherServiceTest, AHugeBadNameDoesNotBreakTheTrailer) {
  v1::Event event = NoteEvent("t");
  event.mutable_message()->set_type_url("type.googleapis.com/" + std::string(100'000, 'x'));
  EXPECT_EQ(CodeAndReason(Publish(event)), "FAILED_PRECONDITION UNKNOWN_TYPE");
}

TEST_F(PublisherServiceTest, PublishBatchAnswersEachEvent) {
  v1::PublishBatchResponse response;
  ASSERT_TRUE(PublishBatch({NoteEvent("a"), NoteEvent("a b"), NoteEvent("c")}, &response).ok());
  ASSERT_THAT(response.results(), SizeIs(3));
  EXPECT_EQ(response.results(0).response().offset(), 1u);
  EXPECT_EQ(ErrorInfoOf(response.results(1).error()).reason(), "BAD_TOPIC");
  EXPECT_EQ(response.results(2).response().offset(), 2u);
}

TEST_F(PublisherServiceTest, AnEmptyBatchIsFine) {
  v1::PublishBatchResponse response;
  EXPECT_TRUE(PublishBatch({}, &response).ok());
  EXPECT_THAT(response.results(), SizeIs(0));
}

TEST_F(PublisherServiceTest, ABatchOverTheLimitPublishesNothing) {
  const std::vector<v1::Event> limit(1000, NoteEvent("t"));
  const std::vector<v1::Event> over(1001, NoteEvent("t"));
  EXPECT_EQ(CodeAndReason(PublishBatch(over)), "INVALID_ARGUMENT BATCH_TOO_LARGE");
  EXPECT_THAT(broker_.Stored(), SizeIs(0));
  EXPECT_TRUE(PublishBatch(limit).ok());
  EXPECT_THAT(broker_.Stored(), SizeIs(1000));
}

TEST_F(PublisherServiceTest, BytesThatAreNoRequestAreRefusedClearly) {
  for (const char* method : {"Publish", "PublishBatch"}) {
    const grpc::Status status = CallWithBytes("/spanwire.v1.PublisherService/" + std::string(method), "\x0A\xFF\xFF");
    EXPECT_EQ(CodeAndReason(status), "INVALID_ARGUMENT MALFORMED_REQUEST");
  }
}

TEST_F(PublisherServiceTest, TheTraceparentHeaderBecomesTheTraceId) {
  grpc::ClientContext context;
  context.AddMetadata("traceparent", kTraceparent);
  v1::PublishRequest request;
  *request.mutable_event() = NoteEvent("t");
  v1::PublishResponse response;
  ASSERT_TRUE(stub_->Publish(&context, request, &response).ok());
  EXPECT_THAT(broker_.Stored().at(0), HasSubstr(std::string("\"trace_id\":\"") + kTraceId + "\""));
}

TEST_F(PublisherServiceTest, TwoTraceparentHeadersAreAsGoodAsNone) {
  grpc::ClientContext context;
  context.AddMetadata("traceparent", kTraceparent);
  context.AddMetadata("traceparent", kTraceparent);
  v1::PublishRequest request;
  *request.mutable_event() = NoteEvent("t");
  v1::PublishResponse response;
  ASSERT_TRUE(stub_->Publish(&context, request, &response).ok());
  EXPECT_THAT(broker_.Stored().at(0), testing::Not(HasSubstr("trace_id")));
}

TEST_F(PublisherServiceTest, AClientThatGaveUpLeavesNothingBehind) {
  broker_.Hold();
  grpc::ClientContext context;
  std::thread publisher([&] {
    v1::PublishRequest request;
    *request.mutable_event() = NoteEvent("t");
    v1::PublishResponse response;
    EXPECT_EQ(stub_->Publish(&context, request, &response).error_code(), grpc::StatusCode::CANCELLED);
  });
  broker_.AwaitCalls(1);
  context.TryCancel();
  publisher.join();
  ShutDown();
  EXPECT_EQ(metrics_.publish_in_flight_bytes.Value(), 0);
}

TEST_F(PublisherServiceTest, DrainingRefusesTheNewAndFinishesTheOld) {
  broker_.Hold();
  grpc::Status old;
  std::thread publisher([&] { old = Publish(NoteEvent("t")); });
  broker_.AwaitCalls(1);
  service_.Drain();
  const grpc::Status status = Publish(NoteEvent("t"));
  EXPECT_EQ(CodeAndReason(status), "UNAVAILABLE DRAINING");
  EXPECT_TRUE(HasRetryInfo(DetailsOf(status)));
  EXPECT_EQ(CodeAndReason(PublishBatch({})), "UNAVAILABLE DRAINING");
  broker_.Release();
  publisher.join();
  EXPECT_TRUE(old.ok());
}

class SmallBudgetTest : public ServiceTest {
 protected:
  static config::Config SmallBudget() {
    config::Config config;
    config.limits.publish_in_flight_bytes = 1024;
    return config;
  }
  SmallBudgetTest() : ServiceTest(SmallBudget()) {}
};

TEST_F(SmallBudgetTest, BeyondWhatMayBeInFlightPublishersAreToldToComeBack) {
  broker_.Hold();
  grpc::Status first;
  std::thread publisher([&] { first = PublishBatch(std::vector<v1::Event>(20, NoteEvent("t"))); });
  broker_.AwaitCalls(1);
  const grpc::Status refused = PublishBatch(std::vector<v1::Event>(50, NoteEvent("t")));
  EXPECT_EQ(CodeAndReason(refused), "RESOURCE_EXHAUSTED OVERLOADED");
  EXPECT_TRUE(HasRetryInfo(DetailsOf(refused)));
  broker_.Release();
  publisher.join();
  EXPECT_TRUE(first.ok());
  EXPECT_TRUE(PublishBatch(std::vector<v1::Event>(50, NoteEvent("t"))).ok());
  EXPECT_EQ(metrics_.events_rejected.Values().at("OVERLOADED"), 50u);
}

}  // namespace
}  // namespace spanwire::ingest
