#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <google/rpc/status.pb.h>
#include <grpcpp/server.h>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "spanwire/v1/publisher.grpc.pb.h"

namespace spanwire::testing {

// A PublisherService in this process with the bridge's memory of producers and a script of faults. It listens on a
// Unix socket in a directory of its own, so that it can go away and come back under the same name. Thread safe.
class FakeBridge final : public v1::PublisherService::Service {
 public:
  FakeBridge();
  ~FakeBridge() override;

  std::string target() const;
  void Start();
  // Ends all streams. The memory of producers stays (a bridge that was cut off) until Forget (a new process).
  void Stop();
  void Forget();

  // Script, each for what comes next.
  void RefuseNextEvents(int count, google::rpc::Status error);
  void CutBeforeAccepting();                       // ends the stream UNAVAILABLE instead of taking a message
  void CutAfterAccepting();                        // takes a message and ends the stream instead of answering
  void EndStreamOverMessage(grpc::Status status);  // ends the stream with this status over the next message
  void AnswerWithTooFewResults();
  // From now on messages of more events end their stream with BATCH_TOO_LARGE.
  void LimitBatch(int events);
  // From now on streams need `authorization: Bearer <token>`; others end UNAUTHENTICATED.
  void RequireToken(const std::string& token);
  // While held the bridge takes messages and answers none.
  void Hold();
  void Release();

  struct Received {
    uint64_t sequence = 0;
    std::string producer_id;
    std::vector<v1::Event> events;
  };
  // Every message that arrived, resent ones too.
  std::vector<Received> received() const;
  // The events accepted, in order: what subscribers would see.
  std::vector<v1::Event> accepted() const;
  int streams_opened() const;
  // Wait for that many; false after a bounded time.
  bool AwaitAccepted(size_t count) const;
  bool AwaitReceived(size_t messages) const;
  bool AwaitStreams(int count) const;

 private:
  using Stream = grpc::ServerReaderWriter<v1::PublishStreamResponse, v1::PublishStreamRequest>;

  grpc::Status PublishStream(grpc::ServerContext* context, Stream* stream) override;
  // The answer to a message, or the status to end its stream with.
  std::optional<grpc::Status> Take(const v1::PublishStreamRequest& request, v1::PublishStreamResponse& answer);
  v1::PublishResult TakeEvent(const v1::Event& event) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::filesystem::path folder_;
  std::unique_ptr<grpc::Server> server_;
  mutable absl::Mutex mutex_;
  std::map<std::string, std::map<uint64_t, v1::PublishStreamResponse>> memory_ ABSL_GUARDED_BY(mutex_);
  std::vector<Received> received_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::Event> accepted_ ABSL_GUARDED_BY(mutex_);
  int streams_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
  int refuse_ ABSL_GUARDED_BY(mutex_) = 0;
  google::rpc::Status refusal_ ABSL_GUARDED_BY(mutex_);
  bool cut_before_ ABSL_GUARDED_BY(mutex_) = false;
  bool cut_after_ ABSL_GUARDED_BY(mutex_) = false;
  int batch_limit_ ABSL_GUARDED_BY(mutex_) = 1000;
  bool too_few_ ABSL_GUARDED_BY(mutex_) = false;
  std::string required_ ABSL_GUARDED_BY(mutex_);
  std::optional<grpc::Status> end_with_ ABSL_GUARDED_BY(mutex_);
};

// A refusal as the bridge words it; with RetryInfo where `retry_after` is given.
google::rpc::Status Refusal(grpc::StatusCode code, const std::string& reason,
                            std::optional<absl::Duration> retry_after = {},
                            const std::map<std::string, std::string>& metadata = {});

}  // namespace spanwire::testing
