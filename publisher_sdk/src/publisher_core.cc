#include "publisher_sdk/src/publisher_core.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "publisher_sdk/src/answer.h"
#include "publisher_sdk/src/sendable.h"
#include "spanwire/event.h"

namespace spanwire::internal {
namespace {

// The bridge takes no more in a message.
constexpr size_t kMaxBatchEvents = 1000;

constexpr char kPublisherClosed[] = "PUBLISHER_CLOSED";

TimePoint After(TimePoint now, Duration wait) {
  return now + std::clamp(wait, Duration::zero(), kForever);
}

std::string RandomProducerId() {
  std::random_device random;
  return absl::StrFormat("%08x%08x%08x%08x", random(), random(), random(), random());
}

Outbox::Limits LimitsOf(const PublisherOptions& options) {
  return {.batch_events = std::clamp<size_t>(options.max_batch_events, 1, kMaxBatchEvents),
          .batch_bytes = std::min(options.max_batch_bytes, kMaxEventBytes),
          .in_flight_messages = std::max<size_t>(options.max_in_flight_messages, 1),
          .answer_timeout = std::clamp(options.answer_timeout, Duration(1), kForever)};
}

}  // namespace

PublisherCore::PublisherCore(PublisherOptions options)
    : options_(std::move(options)),
      trace_id_(TraceIdOf(options_.traceparent)),
      reporter_(std::make_shared<ErrorReporter>(options_.on_error)),
      outbox_(LimitsOf(options_), RandomProducerId(), Backoff(options_.initial_backoff, options_.max_backoff)),
      control_(Backoff(options_.initial_backoff, options_.max_backoff)),
      thread_([this] { Run(); }) {}

PublisherCore::~PublisherCore() = default;

PublishResult PublisherCore::Submit(v1::Event event, Duration deadline, PublishCallback& done) {
  if (event.trace_id().empty() && !trace_id_.empty()) event.set_trace_id(trace_id_);
  PublishResult verdict = CheckSendable(event);
  const size_t bytes = event.ByteSizeLong();
  absl::MutexLock lock(&mutex_);
  if (verdict.ok()) verdict = Admit(bytes);
  if (!verdict.ok()) {
    verdict.topic = event.topic();
    CountFailure(verdict);
    return verdict;
  }
  HeldEvent held;
  held.ordinal = next_ordinal_++;
  held.event = std::move(event);
  held.bytes = bytes;
  held.deadline = After(SteadyClock::now(), deadline > Duration::zero() ? deadline : options_.delivery_deadline);
  held.done = std::move(done);
  const bool wake = MustWake(held.deadline);
  outbox_.Add(std::move(held));
  if (wake) work_.Signal();
  return verdict;
}

PublishResult PublisherCore::Admit(size_t bytes) {
  const TimePoint give_up = After(SteadyClock::now(), OnOwnThread() ? Duration::zero() : options_.overflow_wait);
  while (!closing_ && !HasRoom(bytes)) {
    const auto left = give_up - SteadyClock::now();
    if (left <= left.zero()) {
      return Failure(absl::ResourceExhaustedError("the publisher's buffer is full: the bridge is away or slower than "
                                                  "this service; publish less, or raise buffer_events, buffer_bytes "
                                                  "or overflow_wait"),
                     "BUFFER_FULL");
    }
    told_.WaitWithTimeout(&mutex_, absl::FromChrono(left));
  }
  if (closing_) {
    return Failure(absl::FailedPreconditionError("the publisher is closed: make a new one"), kPublisherClosed);
  }
  return {};
}

bool PublisherCore::HasRoom(size_t bytes) const {
  const size_t events = outbox_.queued_events() + outbox_.in_flight_events() + results_.size();
  if (events == 0) return true;  // one event is always taken, however small the buffer
  return events < options_.buffer_events && outbox_.bytes() + bytes <= options_.buffer_bytes;
}

bool PublisherCore::MustWake(TimePoint deadline) const {
  return control_.absent() || (control_.CanWrite() && !outbox_.WindowFull()) || deadline < wake_at_;
}

void PublisherCore::TellRefusal(PublishCallback done, PublishResult refusal) {
  Completed completed{0, std::move(done), std::move(refusal)};
  {
    absl::MutexLock lock(&mutex_);
    while (!stopped_ && !OnOwnThread() && results_.size() >= std::max<size_t>(options_.buffer_events, 1)) {
      told_.Wait(&mutex_);
    }
    if (!stopped_) {
      completed.ordinal = next_ordinal_++;
      results_.Add(std::move(completed));
      work_.Signal();
      return;
    }
  }
  Call(completed);  // there is no other thread left to do it
}

absl::Status PublisherCore::Flush(Duration deadline) {
  if (OnOwnThread()) return absl::FailedPreconditionError("Flush in a callback of the same publisher would never end");
  const TimePoint give_up = After(SteadyClock::now(), deadline);
  absl::MutexLock lock(&mutex_);
  return AwaitAccepted(give_up);
}

void PublisherCore::CountFailure(const PublishResult& failure) {
  ++failed_;
  if (closing_ && failure.reason == kPublisherClosed) return;  // it came after the Close that is under way
  if (failed_since_flush_++ == 0) first_failure_ = failure;
}

absl::Status PublisherCore::AwaitAccepted(TimePoint deadline) {
  if (absl::Status told = AwaitTold(next_ordinal_ - 1, deadline); !told.ok()) return told;
  const uint64_t failures = std::exchange(failed_since_flush_, 0);
  if (failures == 0) return absl::OkStatus();
  const std::string_view topic = first_failure_.topic;
  return absl::AbortedError(absl::StrFormat("%d %s not published; the first%s%s: %s%s", failures,
                                            failures == 1 ? "event was" : "events were", topic.empty() ? "" : ", for ",
                                            topic, first_failure_.status.ToString(), ReasonInBrackets(first_failure_)));
}

absl::Status PublisherCore::AwaitTold(uint64_t ordinal, TimePoint deadline) {
  while (std::min(outbox_.OldestOrdinal(), results_.OldestOrdinal()) <= ordinal) {
    const auto left = deadline - SteadyClock::now();
    if (left <= left.zero()) {
      return absl::DeadlineExceededError(
          absl::StrFormat("%d events are not confirmed yet%s",
                          outbox_.queued_events() + outbox_.in_flight_events() + results_.size(), WhyAway()));
    }
    told_.WaitWithTimeout(&mutex_, absl::FromChrono(left));
  }
  return absl::OkStatus();
}

std::string PublisherCore::WhyAway() const {
  return control_.connected() || control_.last_disconnect().empty() ? "" : ": " + control_.last_disconnect();
}

absl::Status PublisherCore::Close(Duration deadline) {
  if (OnOwnThread()) return absl::FailedPreconditionError("Close in a callback of the same publisher would never end");
  const TimePoint give_up = After(SteadyClock::now(), deadline);
  absl::MutexLock closing(&close_mutex_);
  if (!thread_.joinable()) return absl::OkStatus();
  absl::Status status;
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
    told_.SignalAll();  // those who wait for room learn that there will be none
    status = AwaitAccepted(give_up);
    std::vector<Completed> rest;
    outbox_.FailAll(absl::CancelledError(absl::StrCat("the publisher was closed before the bridge confirmed the event, "
                                                      "so it may or may not be published",
                                                      WhyAway())),
                    rest);
    if (!rest.empty()) control_.GiveUp("the publisher was closed");
    Complete(std::move(rest));
    control_.Stop(give_up);
    stopping_ = true;
    work_.Signal();
  }
  thread_.join();
  reporter_->ReportLeftOut();
  return status;
}

PublisherStats PublisherCore::Stats() const {
  absl::MutexLock lock(&mutex_);
  return {.queued = outbox_.queued_events(),
          .in_flight = outbox_.in_flight_events(),
          .acknowledged = acknowledged_,
          .failed = failed_,
          .held_bytes = outbox_.bytes(),
          .retried = outbox_.retried(),
          .reconnects = control_.opened() > 0 ? control_.opened() - 1 : 0,
          .connected = control_.connected(),
          .last_disconnect = control_.last_disconnect()};
}

}  // namespace spanwire::internal
