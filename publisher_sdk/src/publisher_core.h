#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "publisher_sdk/src/error_reporter.h"
#include "publisher_sdk/src/outbox.h"
#include "publisher_sdk/src/publish_stream.h"
#include "publisher_sdk/src/result_queue.h"
#include "publisher_sdk/src/stream_control.h"
#include "spanwire/publisher_options.h"

namespace spanwire::internal {

// No wait is longer, so that adding one to a time cannot overflow.
inline constexpr Duration kForever = std::chrono::hours(24 * 365);

// The engine of a Publisher: an outbox, at most one stream, and the SDK's thread, the only one that drives the stream
// and calls back. Callers and gRPC's threads change the state under `mutex_` and wake that thread, which takes its next
// step under the lock and performs it outside. Methods as in Publisher.
class PublisherCore final : private PublishStream::Listener {
 public:
  explicit PublisherCore(PublisherOptions options);
  // Close must have returned OK or DEADLINE_EXCEEDED.
  ~PublisherCore() override;

  // Holds the event until its result is known. Where it cannot, it says why and leaves `done` alone.
  PublishResult Submit(v1::Event event, Duration deadline, PublishCallback& done) ABSL_LOCKS_EXCLUDED(mutex_);
  // Has a refusal of Submit told on the SDK's thread; waits while a whole buffer of results is untold.
  void TellRefusal(PublishCallback done, PublishResult refusal) ABSL_LOCKS_EXCLUDED(mutex_);

  absl::Status Flush(Duration deadline) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Close(Duration deadline) ABSL_LOCKS_EXCLUDED(close_mutex_, mutex_);
  PublisherStats Stats() const ABSL_LOCKS_EXCLUDED(mutex_);

  const std::shared_ptr<ErrorReporter>& reporter() const { return reporter_; }
  const PublisherOptions& options() const { return options_; }

 private:
  // One turn of the SDK's thread.
  struct Step {
    StreamControl::Action action = StreamControl::Action::kNone;
    Outbox::Message message;
    std::vector<Completed> completed;
    std::optional<PublishResult> refused;  // the bridge did not let the publisher in
    bool last = false;

    bool empty() const { return action == StreamControl::Action::kNone && !message && completed.empty() && !last; }
  };

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  Step NextStep() ABSL_LOCKS_EXCLUDED(mutex_);  // waits for one that is not empty
  Step TakeStep(TimePoint now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Why the publisher was not let in, if that is why the stream ended.
  std::optional<PublishResult> LeaveStream() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  TimePoint NextWake() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Perform(Step& step) ABSL_LOCKS_EXCLUDED(mutex_);
  void OpenStream() ABSL_LOCKS_EXCLUDED(mutex_);
  void Tell(std::vector<Completed> completed) ABSL_LOCKS_EXCLUDED(mutex_);
  void Call(Completed& completed);

  PublishResult Admit(size_t bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasRoom(size_t bytes) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool MustWake(TimePoint deadline) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Complete(std::vector<Completed> completed) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CountFailure(const PublishResult& failure) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What Flush answers, of everything published so far.
  absl::Status AwaitAccepted(TimePoint deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status AwaitTold(uint64_t ordinal, TimePoint deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The end of a sentence on why events are not confirmed; empty where the bridge is there.
  std::string WhyAway() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool OnOwnThread() const { return std::this_thread::get_id() == thread_.get_id(); }

  void OnWritten() override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnAnswer(const v1::PublishStreamResponse& answer) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnEnded() override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnClosed(const grpc::Status& status) override ABSL_LOCKS_EXCLUDED(mutex_);

  const PublisherOptions options_;
  const std::string trace_id_;  // of events that bring none; may be empty
  const std::shared_ptr<ErrorReporter> reporter_;
  std::unique_ptr<PublishStream> stream_;  // the SDK's thread's own

  absl::Mutex close_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);  // one Close at a time; never taken by the SDK's thread
  mutable absl::Mutex mutex_;
  absl::CondVar work_;  // for the SDK's thread
  absl::CondVar told_;  // results were told: there may be room, a flush may be over
  Outbox outbox_ ABSL_GUARDED_BY(mutex_);
  StreamControl control_ ABSL_GUARDED_BY(mutex_);
  ResultQueue results_ ABSL_GUARDED_BY(mutex_);
  TimePoint wake_at_ ABSL_GUARDED_BY(mutex_) = TimePoint::min();  // when the SDK's thread wakes by itself
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;                  // no new events
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;                 // nothing is held any more; the stream is ending
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;                  // the SDK's thread calls nobody any more
  uint64_t next_ordinal_ ABSL_GUARDED_BY(mutex_) = 1;
  uint64_t acknowledged_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t failed_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t failed_since_flush_ ABSL_GUARDED_BY(mutex_) = 0;  // those that no Flush has answered for
  PublishResult first_failure_ ABSL_GUARDED_BY(mutex_);      // of them, while there are any

  std::thread thread_;  // last: it uses everything above
};

}  // namespace spanwire::internal
