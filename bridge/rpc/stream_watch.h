#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "bridge/auth/access_control.h"
#include "bridge/model/clock.h"

namespace spanwire::rpc {

// Ends streams when what they were opened with no longer counts: the token has expired, or was revoked. One thread for
// all streams, which sleeps until the next of them expires. Thread safe.
class StreamWatch {
 public:
  // Ends a stream; called at most once, and without any lock. May still be called just after the ticket went.
  using End = std::function<void(const absl::Status& why)>;

  // As long as it lives its stream is watched. Must not outlive the watch.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(StreamWatch* watch, uint64_t number) : watch_(watch), number_(number) {}
    Ticket(Ticket&& other) noexcept : watch_(std::exchange(other.watch_, nullptr)), number_(other.number_) {}
    Ticket& operator=(Ticket&& other) noexcept {
      std::swap(watch_, other.watch_);
      std::swap(number_, other.number_);
      return *this;
    }
    ~Ticket() {
      if (watch_ != nullptr) watch_->Leave(number_);
    }

   private:
    StreamWatch* watch_ = nullptr;
    uint64_t number_ = 0;
  };

  // Borrows both.
  StreamWatch(const auth::AccessControl& access, const model::Clock& clock);
  ~StreamWatch();
  StreamWatch(const StreamWatch&) = delete;
  StreamWatch& operator=(const StreamWatch&) = delete;

  [[nodiscard]] Ticket Enter(auth::IdentityPtr identity, End end) ABSL_LOCKS_EXCLUDED(mutex_);

  // Looks at all streams now, or at those of one tenant, as after a revocation. How many were ended.
  size_t EndStale(std::optional<std::string_view> tenant_id = std::nullopt) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Stream {
    auth::IdentityPtr identity;
    End end;
  };

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Time NextExpiry() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Leave(uint64_t number) ABSL_LOCKS_EXCLUDED(mutex_);

  const auth::AccessControl& access_;
  const model::Clock& clock_;
  mutable absl::Mutex mutex_;
  absl::CondVar changed_;
  absl::flat_hash_map<uint64_t, Stream> streams_ ABSL_GUARDED_BY(mutex_);
  uint64_t last_number_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace spanwire::rpc
