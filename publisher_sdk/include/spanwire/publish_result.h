#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"

namespace spanwire {

// What became of one event. Of a failed one only `status`, `reason` and, where it was given, `topic` are set.
//
// `status` is OK once the bridge has given the event its position. Otherwise:
//   INVALID_ARGUMENT, FAILED_PRECONDITION, ...  the bridge (or, for an event too large to send, the SDK) refused it
//   RESOURCE_EXHAUSTED  the publisher's buffer was full (reason BUFFER_FULL); nothing was sent
//   DEADLINE_EXCEEDED   the bridge did not confirm it in time; it may have been published
//   CANCELLED           the publisher was closed before the bridge confirmed it; it may have been published
struct PublishResult {
  absl::Status status;
  std::string reason;      // stable UPPER_SNAKE_CASE word, such as UNKNOWN_TYPE; empty where the bridge gave none
  std::string topic;       // the event's topic, given or derived
  std::string epoch;       // epoch of the tenant's log
  uint64_t offset = 0;     // position in the tenant's log, from 1
  bool duplicate = false;  // the bridge had it already (a resend, or a repeated id); nothing was delivered again
  // Live subscriptions on that bridge when it was accepted: a hint, not a count of deliveries.
  uint32_t local_subscribers = 0;
  // Told to PublisherOptions::on_error alone, and of no event: the publisher could not get into the bridge. Its events
  // wait.
  bool not_let_in = false;

  bool ok() const { return status.ok(); }
};

// Called exactly once per event, on the publisher's own thread and under none of its locks. It may publish; it must not
// wait for the publisher (Flush and Close refuse there) nor for a thread that is inside Publish. Keep it short: nothing
// is sent meanwhile.
using PublishCallback = absl::AnyInvocable<void(const PublishResult&)>;

namespace internal {
class PendingResult;
}

// A result that comes later. Dropping it is allowed: a failure that nobody looked at goes to
// PublisherOptions::on_error. It may outlive its publisher. One future is for one thread at a time.
class PublishFuture {
 public:
  explicit PublishFuture(std::shared_ptr<internal::PendingResult> pending);
  ~PublishFuture();
  PublishFuture(PublishFuture&&) noexcept;
  PublishFuture& operator=(PublishFuture&&) noexcept;

  // Waits for the result. Not in a callback of the same publisher: that would wait for itself.
  PublishResult Get();
  // True once the result is there; waits at most so long for it. Looking does not count as having seen the result.
  bool WaitFor(std::chrono::milliseconds timeout) const;

 private:
  std::shared_ptr<internal::PendingResult> pending_;
};

}  // namespace spanwire
