#include "bridge/ingest/publish_stream.h"

#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include "tests/unit/ingest/service_fixture.h"

namespace spanwire::ingest {
namespace {

using testing::SizeIs;

// One client stream.
class Client {
 public:
  explicit Client(v1::PublisherService::Stub& stub) : stream_(stub.PublishStream(&context_)) {}

  bool Send(uint64_t sequence, std::vector<v1::Event> events, const std::string& producer_id = "") {
    return stream_->Write(StreamBatch(sequence, std::move(events), producer_id));
  }
  // The next answer; sequence 0 where there is none.
  v1::PublishStreamResponse Read() {
    v1::PublishStreamResponse response;
    stream_->Read(&response);
    return response;
  }
  void WritesDone() { stream_->WritesDone(); }
  void Cancel() { context_.TryCancel(); }
  // How the stream ended, after the answers that nobody read.
  grpc::Status Finish() {
    v1::PublishStreamResponse unread;
    while (stream_->Read(&unread)) {
    }
    return stream_->Finish();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::PublishStreamRequest, v1::PublishStreamResponse>> stream_;
};

class PublishStreamTest : public ServiceTest {
 protected:
  using ServiceTest::ServiceTest;
  Client Open() { return Client(*stub_); }
};

TEST_F(PublishStreamTest, EachBatchIsAnsweredInOrder) {
  Client client = Open();
  client.Send(1, {NoteEvent("a"), NoteEvent("b")});
  client.Send(2, {NoteEvent("a b"), NoteEvent("c")});
  client.Send(3, {});
  client.WritesDone();
  const auto first = client.Read();
  EXPECT_EQ(first.sequence(), 1u);
  EXPECT_EQ(first.results(1).response().offset(), 2u);
  const auto second = client.Read();
  EXPECT_EQ(second.sequence(), 2u);
  EXPECT_EQ(ErrorInfoOf(second.results(0).error()).reason(), "BAD_TOPIC");
  EXPECT_EQ(second.results(1).response().offset(), 3u);
  EXPECT_EQ(client.Read().sequence(), 3u);
  EXPECT_TRUE(client.Finish().ok());
}

TEST_F(PublishStreamTest, ABatchThatNeedsNoBrokerDoesNotOvertakeOneThatDoes) {
  broker_.Hold();
  Client client = Open();
  client.Send(1, {NoteEvent("a")});
  client.Send(2, {NoteEvent("a b")});
  client.WritesDone();
  broker_.AwaitCalls(1);
  broker_.Release();
  EXPECT_EQ(client.Read().sequence(), 1u);
  EXPECT_EQ(client.Read().sequence(), 2u);
  EXPECT_TRUE(client.Finish().ok());
}

TEST_F(PublishStreamTest, KeepsAtMostSoManyBatchesInFlightAndLosesNone) {
  constexpr uint64_t kBatches = 300;
  broker_.Hold();
  Client client = Open();
  std::thread writer([&] {
    for (uint64_t sequence = 1; sequence <= kBatches; ++sequence) client.Send(sequence, {NoteEvent("t")}, "p");
    client.WritesDone();
  });
  broker_.AwaitCalls(PublishStream::kMaxBatches);
  // Each answer makes room for exactly one more.
  for (size_t i = 1; i <= 20; ++i) {
    broker_.ReleaseOne();
    EXPECT_EQ(client.Read().sequence(), i);
    broker_.AwaitCalls(PublishStream::kMaxBatches + i);
  }
  broker_.Release();
  for (uint64_t sequence = 21; sequence <= kBatches; ++sequence) EXPECT_EQ(client.Read().sequence(), sequence);
  writer.join();
  EXPECT_TRUE(client.Finish().ok());
  EXPECT_EQ(broker_.most_unanswered(), PublishStream::kMaxBatches);
  EXPECT_THAT(broker_.Stored(), SizeIs(kBatches));
}

TEST_F(PublishStreamTest, KeepsAtMostSoManyBytesInFlight) {
  v1::Event large = NoteEvent("t");
  large.set_json_text("{\"a\":\"" + std::string(200 * 1024, 'x') + "\"}");
  const std::vector<v1::Event> batch(4, large);  // 800 KiB, so six reach 4 MiB
  constexpr uint64_t kBatches = 20;
  broker_.Hold();
  Client client = Open();
  std::thread writer([&] {
    for (uint64_t sequence = 1; sequence <= kBatches; ++sequence) client.Send(sequence, batch);
    client.WritesDone();
  });
  broker_.AwaitCalls(6);
  broker_.ReleaseOne();
  EXPECT_EQ(client.Read().sequence(), 1u);
  broker_.AwaitCalls(7);
  broker_.Release();
  for (uint64_t sequence = 2; sequence <= kBatches; ++sequence) EXPECT_EQ(client.Read().sequence(), sequence);
  writer.join();
  EXPECT_TRUE(client.Finish().ok());
  EXPECT_LE(broker_.most_unanswered(), 6u);
}

TEST_F(PublishStreamTest, AResendOnANewStreamWaitsForTheOldOne) {
  broker_.Hold();
  {
    Client broken = Open();
    broken.Send(1, {NoteEvent("t")}, "p");
    broker_.AwaitCalls(1);
    broken.Cancel();
    EXPECT_EQ(broken.Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  Client client = Open();
  client.Send(1, {NoteEvent("t")}, "p");
  client.Send(2, {NoteEvent("t")}, "p");
  client.WritesDone();
  broker_.AwaitCalls(2);
  broker_.Release();
  EXPECT_TRUE(client.Read().results(0).response().duplicate());
  EXPECT_FALSE(client.Read().results(0).response().duplicate());
  EXPECT_TRUE(client.Finish().ok());
  EXPECT_THAT(broker_.Stored(), SizeIs(2));
}

TEST_F(PublishStreamTest, ASequenceThatNobodyRemembersEndsTheStreamBeforeWhatFollows) {
  constexpr uint64_t kPublished = ProducerTable::kSequencesPerProducer + 1;
  {
    Client client = Open();
    for (uint64_t sequence = 1; sequence <= kPublished; ++sequence) {
      client.Send(sequence, {NoteEvent("t")}, "p");
      EXPECT_EQ(client.Read().sequence(), sequence);
    }
    client.WritesDone();
    EXPECT_TRUE(client.Finish().ok());
  }
  Client client = Open();
  client.Send(1, {NoteEvent("t")}, "p");
  client.Send(kPublished + 1, {NoteEvent("t")}, "p");
  EXPECT_EQ(client.Read().sequence(), 0u);
  EXPECT_EQ(CodeAndReason(client.Finish()), "OUT_OF_RANGE SEQUENCE_FORGOTTEN");
  EXPECT_THAT(broker_.Stored(), SizeIs(kPublished));
}

struct BadStream {
  std::string name;
  std::string code_and_reason;
  v1::PublishStreamRequest second;
};

class BadStreamTest : public PublishStreamTest, public testing::WithParamInterface<BadStream> {};

TEST_P(BadStreamTest, EndsAfterTheAnswersToWhatCameBefore) {
  broker_.Hold();
  Client client = Open();
  client.Send(5, {NoteEvent("t")}, "p");
  client.Send(GetParam().second.sequence(), {GetParam().second.events().begin(), GetParam().second.events().end()},
              GetParam().second.producer_id());
  broker_.AwaitCalls(1);
  broker_.Release();
  EXPECT_EQ(client.Read().sequence(), 5u);
  EXPECT_EQ(CodeAndReason(client.Finish()), GetParam().code_and_reason);
  EXPECT_THAT(broker_.Stored(), SizeIs(1));
}

INSTANTIATE_TEST_SUITE_P(Table, BadStreamTest,
                         testing::ValuesIn(std::vector<BadStream>{
                             {"SameSequence", "INVALID_ARGUMENT BAD_SEQUENCE", StreamBatch(5, {NoteEvent("t")}, "p")},
                             {"LowerSequence", "INVALID_ARGUMENT BAD_SEQUENCE", StreamBatch(4, {NoteEvent("t")})},
                             {"OtherProducer", "INVALID_ARGUMENT BAD_PRODUCER_ID",
                              StreamBatch(6, {NoteEvent("t")}, "q")},
                             {"TooManyEvents", "INVALID_ARGUMENT BATCH_TOO_LARGE",
                              StreamBatch(6, std::vector<v1::Event>(1001, NoteEvent("t")))},
                         }),
                         [](const auto& param) { return param.param.name; });

TEST_F(PublishStreamTest, SequencesOfAProducerStartAtOne) {
  Client client = Open();
  client.Send(0, {NoteEvent("t")}, "p");
  EXPECT_EQ(CodeAndReason(client.Finish()), "INVALID_ARGUMENT BAD_SEQUENCE");
}

TEST_F(PublishStreamTest, AProducerIdHasAtMost64Bytes) {
  Client client = Open();
  client.Send(1, {NoteEvent("t")}, std::string(65, 'p'));
  EXPECT_EQ(CodeAndReason(client.Finish()), "INVALID_ARGUMENT BAD_PRODUCER_ID");
}

TEST_F(PublishStreamTest, WithoutAProducerIdASequenceIsOnlyEchoed) {
  Client client = Open();
  client.Send(7, {NoteEvent("t")});
  client.Send(7, {NoteEvent("t")});
  client.WritesDone();
  EXPECT_EQ(client.Read().sequence(), 7u);
  EXPECT_EQ(client.Read().sequence(), 7u);
  EXPECT_TRUE(client.Finish().ok());
}

TEST_F(PublishStreamTest, BytesThatAreNoBatchEndTheStreamClearly) {
  grpc::GenericStub stub(channel_);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const auto next = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    return ok;
  };
  auto call = stub.PrepareCall(&context, "/spanwire.v1.PublisherService/PublishStream", &queue);
  call->StartCall(nullptr);
  ASSERT_TRUE(next());
  const grpc::Slice slice("\xFF\xFF\xFF");
  call->Write(grpc::ByteBuffer(&slice, 1), nullptr);
  ASSERT_TRUE(next());
  grpc::Status status;
  call->Finish(&status, nullptr);
  ASSERT_TRUE(next());
  EXPECT_EQ(CodeAndReason(status), "INVALID_ARGUMENT MALFORMED_REQUEST");
}

TEST_F(PublishStreamTest, AClientThatVanishesMidwayLeavesNothingBehind) {
  broker_.Hold();
  {
    Client client = Open();
    for (uint64_t sequence = 1; sequence <= 200; ++sequence) client.Send(sequence, {NoteEvent("t")});
    broker_.AwaitCalls(PublishStream::kMaxBatches);
    client.Cancel();
    EXPECT_EQ(client.Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  ShutDown();
  EXPECT_EQ(metrics_.publish_in_flight_bytes.Value(), 0);
}

TEST_F(PublishStreamTest, AClientThatNeverReadsAnswersIsHeldBackAndCanBeShutDown) {
  Client client = Open();
  // Answers of 1,000 errors each fill the client's window long before the last; then reading stops.
  const std::vector<v1::Event> batch(1000, NoteEvent("a b"));
  std::thread writer([&] {
    for (uint64_t sequence = 1; sequence <= 300 && client.Send(sequence, batch); ++sequence) {
    }
  });
  client.Read();
  server_->Shutdown(std::chrono::system_clock::now());
  writer.join();
  EXPECT_FALSE(client.Finish().ok());
}

TEST_F(PublishStreamTest, DrainingAnswersWhatWasTakenAndThenEndsTheStream) {
  broker_.Hold();
  Client client = Open();
  client.Send(1, {NoteEvent("t")});
  broker_.AwaitCalls(1);
  service_.Drain();
  broker_.Release();
  EXPECT_EQ(client.Read().sequence(), 1u);
  const grpc::Status status = client.Finish();
  EXPECT_EQ(CodeAndReason(status), "UNAVAILABLE DRAINING");
  EXPECT_TRUE(HasRetryInfo(DetailsOf(status)));
}

TEST_F(PublishStreamTest, DrainingEndsAnIdleStreamAndRefusesNewOnes) {
  Client idle = Open();
  idle.Send(1, {NoteEvent("t")});
  EXPECT_EQ(idle.Read().sequence(), 1u);
  service_.Drain();
  EXPECT_EQ(CodeAndReason(idle.Finish()), "UNAVAILABLE DRAINING");
  EXPECT_EQ(CodeAndReason(Open().Finish()), "UNAVAILABLE DRAINING");
}

TEST_F(PublishStreamTest, StreamsOpeningClosingAndDrainingAtOnceAllEnd) {
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([this, i] {
      for (uint64_t round = 1; round <= 10; ++round) {
        Client client = Open();
        client.Send(round, {NoteEvent("t")}, "p" + std::to_string(i));
        if (round % 3 == 0) client.Cancel();
        if (round % 2 == 0) client.WritesDone();
        client.Read();
        if (round % 2 != 0) client.Cancel();
        client.Finish();
      }
    });
  }
  broker_.AwaitCalls(20);
  service_.Drain();
  for (std::thread& client : clients) client.join();
  ShutDown();
  EXPECT_EQ(metrics_.publish_in_flight_bytes.Value(), 0);
}

class SmallBudgetStreamTest : public PublishStreamTest {
 protected:
  static config::Config SmallBudget() {
    config::Config config;
    config.limits.publish_in_flight_bytes = 200;
    return config;
  }
  SmallBudgetStreamTest() : PublishStreamTest(SmallBudget()) {}
};

TEST_F(SmallBudgetStreamTest, OverloadEndsTheStreamSoThatNothingIsPublishedOutOfOrder) {
  broker_.Hold();
  Client client = Open();
  client.Send(1, {NoteEvent("t")});
  broker_.AwaitCalls(1);
  std::thread other([this] { EXPECT_TRUE(PublishBatch({NoteEvent("u")}).ok()); });
  broker_.AwaitCalls(2);
  broker_.ReleaseOne();
  EXPECT_EQ(client.Read().sequence(), 1u);
  // While the other's event holds its part.
  client.Send(2, std::vector<v1::Event>(50, NoteEvent("t")));
  client.Send(3, {NoteEvent("t")});
  const grpc::Status status = client.Finish();
  EXPECT_EQ(CodeAndReason(status), "RESOURCE_EXHAUSTED OVERLOADED");
  EXPECT_TRUE(HasRetryInfo(DetailsOf(status)));
  broker_.Release();
  other.join();
  EXPECT_THAT(broker_.Stored(), SizeIs(2));
}

}  // namespace
}  // namespace spanwire::ingest
