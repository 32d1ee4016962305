#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "bridge/ingest/call_context.h"
#include "google/protobuf/arena.h"
#include "spanwire/v1/publisher.pb.h"

namespace spanwire::ingest {

// One PublishStream call: reads batches, hands them to the publisher in order, answers in order. It takes at most
// kMaxBatches and, give or take one, kMaxBytes that are not answered yet, and does not read on until there is room:
// gRPC's flow control then holds the client back.
//
// An event's fault is in its result. What is wrong with the stream itself ends it, after the answers to all that came
// before, with a status: MALFORMED_REQUEST, MESSAGE_TOO_LARGE, BATCH_TOO_LARGE, BAD_SEQUENCE, BAD_PRODUCER_ID,
// SEQUENCE_FORGOTTEN, OVERLOADED (order would be lost if later batches were let in), DRAINING; UNAUTHENTICATED when its
// caller's token expires or is revoked.
//
// gRPC calls the On... methods, the broker's thread brings outcomes, any thread drains: so one mutex. Held by LiveCalls
// and by each outstanding publish, and gone when both let go, after OnDone.
class PublishStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                            public LiveCalls::Stream,
                            public std::enable_shared_from_this<PublishStream> {
 public:
  static constexpr size_t kMaxBatches = 64;
  static constexpr size_t kMaxBytes = 4 * 1024 * 1024;

  PublishStream(const CallContext& context, CallInfo call) : context_(context), call_(std::move(call)) {}

  // Starts reading; once, when LiveCalls has it.
  void Start() ABSL_LOCKS_EXCLUDED(mutex_);
  void BeginDrain() override ABSL_LOCKS_EXCLUDED(mutex_);

  void OnReadDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnCancel() override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnDone() override;

 private:
  // A batch that was taken and not answered yet. Changed by its publisher until settled, by the writer after.
  struct Batch {
    explicit Batch(size_t wire_bytes) : arena(ArenaFor(wire_bytes)), bytes(wire_bytes) {}

    google::protobuf::Arena arena;
    const size_t bytes;
    InFlightBudget::Share share;
    v1::PublishStreamRequest* request = nullptr;
    UnreadableEvents unreadable;  // of `request`
    v1::PublishStreamResponse* response = nullptr;
    bool settled = false;
    bool failed = false;      // ends the stream in place of an answer
    grpc::ByteBuffer answer;  // `response` on the wire
  };

  absl::Status Read(Batch& batch);
  absl::Status CheckOrder(const v1::PublishStreamRequest& request);
  void Publish(Batch* batch) ABSL_LOCKS_EXCLUDED(mutex_);
  void OnSettled(Batch* batch, const absl::Status& failure) ABSL_LOCKS_EXCLUDED(mutex_);

  // Does whatever can be done next: write, read, finish. gRPC only queues what it is asked for here, and never calls
  // back from within, so the lock may be held.
  void Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void PopBatch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The same from outside.
  void EndWith(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);
  // Takes nothing more; finishes with `status` when all that was taken is answered. The first reason stands.
  void End(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const CallContext& context_;
  grpc::ByteBuffer read_bytes_;  // of the read that is under way

  // Touched by one OnReadDone after the other.
  CallInfo call_;
  bool first_ = true;
  std::string producer_id_;
  uint64_t last_sequence_ = 0;

  rpc::StreamWatch::Ticket watched_;  // from Start to OnDone

  absl::Mutex mutex_;
  std::deque<std::unique_ptr<Batch>> batches_ ABSL_GUARDED_BY(mutex_);  // in order of arrival
  size_t batch_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;   // a read is under way
  bool handling_ ABSL_GUARDED_BY(mutex_) = false;  // OnReadDone works on what was read
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;   // the answer of the first batch is
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;     // takes nothing more
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;    // nobody reads answers any more
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status end_status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace spanwire::ingest
