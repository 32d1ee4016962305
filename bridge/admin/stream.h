#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include <grpcpp/grpcpp.h>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "bridge/rpc/grpc_status.h"
#include "bridge/rpc/stream_watch.h"

namespace spanwire::admin {

// The writing end of a server stream, fed from any thread. Bounded in bytes: a reader who is too slow has Push()
// refused, and what to do about it is the producer's decision.
//
// Shared by gRPC, until the call is done, and by its producers; after the end Push() does nothing.
template <typename Response>
class Stream final : public grpc::ServerWriteReactor<Response> {
 public:
  static constexpr size_t kMaxQueuedBytes = 4 * 1024 * 1024;

  // Both run on threads of gRPC's. `drained` runs whenever everything queued is written; `gone` once, when the call has
  // ended for whatever reason.
  struct Callbacks {
    absl::AnyInvocable<void()> drained = [] {};
    absl::AnyInvocable<void()> gone = [] {};
  };

  static std::shared_ptr<Stream> Open() {
    std::shared_ptr<Stream> stream(new Stream());
    stream->self_ = stream;
    return stream;
  }

  // Once, after Open() and before the reactor is handed to gRPC.
  void Begin(Callbacks callbacks) {
    callbacks_ = std::move(callbacks);
    this->StartSendInitialMetadata();  // tells the caller that it is heard, before there is anything to say
  }

  // In place of Begin(): the call ends with `status` before anything was done. For the caller to return.
  Stream* Refuse(const absl::Status& status) {
    Begin({});
    End(rpc::ToGrpcStatus(status));
    return this;
  }

  // Once, after Begin() and before the reactor is handed to gRPC: the call ends when what its caller was let in with no
  // longer counts.
  void EndWith(rpc::StreamWatch& watch, const auth::IdentityPtr& identity) {
    watched_ = watch.Enter(identity, [weak = std::weak_ptr(self_)](const absl::Status& why) {
      if (const auto self = weak.lock()) self->End(rpc::ToGrpcStatus(why));
    });
  }

  // False where the queue is full: nothing was queued.
  bool Push(Response response) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (ended_ || end_with_) return true;
    if (queued_bytes_ > kMaxQueuedBytes) return false;
    queued_bytes_ += response.ByteSizeLong();
    queue_.push_back(std::move(response));
    WriteNext();
    return true;
  }

  // Ends the call after what is queued. The first status counts.
  void End(grpc::Status status) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (ended_ || end_with_) return;
    end_with_ = std::move(status);
    WriteNext();
  }

  size_t queued_bytes() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return queued_bytes_;
  }

  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_) {
    bool drained;
    {
      absl::MutexLock lock(&mutex_);
      writing_ = false;
      queued_bytes_ -= queue_.front().ByteSizeLong();
      queue_.pop_front();
      if (!ok) {
        queue_.clear();
        queued_bytes_ = 0;
      }
      drained = queue_.empty() && !end_with_;
      WriteNext();
    }
    if (drained) callbacks_.drained();
  }

  void OnCancel() override { End(grpc::Status::CANCELLED); }

  void OnDone() override {
    const std::shared_ptr<Stream> self = std::move(self_);
    watched_ = {};
    callbacks_.gone();
    callbacks_ = {};
  }

 private:
  Stream() = default;

  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (writing_ || ended_) return;
    if (!queue_.empty()) {
      writing_ = true;
      this->StartWrite(&queue_.front());
    } else if (end_with_) {
      ended_ = true;
      this->Finish(*end_with_);
    }
  }

  mutable absl::Mutex mutex_;
  std::deque<Response> queue_ ABSL_GUARDED_BY(mutex_);
  size_t queued_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<grpc::Status> end_with_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  Callbacks callbacks_;
  rpc::StreamWatch::Ticket watched_;
  std::shared_ptr<Stream> self_;  // gRPC's share
};

}  // namespace spanwire::admin
