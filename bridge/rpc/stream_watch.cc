#include "bridge/rpc/stream_watch.h"

#include <algorithm>

namespace spanwire::rpc {
namespace {

// So that a wall clock that is set forward is noticed.
constexpr absl::Duration kLongestSleep = absl::Seconds(30);
// So that one that stands still is not asked without pause.
constexpr absl::Duration kShortestSleep = absl::Milliseconds(10);

}  // namespace

StreamWatch::StreamWatch(const auth::AccessControl& access, const model::Clock& clock)
    : access_(access), clock_(clock), thread_([this] { Run(); }) {}

StreamWatch::~StreamWatch() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.Signal();
  }
  thread_.join();
}

StreamWatch::Ticket StreamWatch::Enter(auth::IdentityPtr identity, End end) {
  if (!access_.enabled()) return {};
  absl::MutexLock lock(&mutex_);
  const bool sooner = identity->valid_until < NextExpiry();
  streams_.emplace(++last_number_, Stream{std::move(identity), std::move(end)});
  if (sooner) changed_.Signal();
  return {this, last_number_};
}

void StreamWatch::Leave(uint64_t number) {
  absl::MutexLock lock(&mutex_);
  streams_.erase(number);
}

size_t StreamWatch::EndStale(std::optional<std::string_view> tenant_id) {
  std::vector<std::pair<End, absl::Status>> ending;
  {
    absl::MutexLock lock(&mutex_);
    absl::erase_if(streams_, [&](auto& entry) {
      if (tenant_id && *tenant_id != entry.second.identity->tenant_id) return false;
      absl::Status status = access_.StillCounts(*entry.second.identity);
      if (status.ok()) return false;
      ending.emplace_back(std::move(entry.second.end), std::move(status));
      return true;
    });
  }
  for (const auto& [end, why] : ending) end(why);
  return ending.size();
}

void StreamWatch::Run() {
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return;
      const absl::Time next = NextExpiry();
      if (next == absl::InfiniteFuture()) {
        changed_.Wait(&mutex_);
      } else if (const absl::Duration left = next - clock_.Now(); left > absl::ZeroDuration()) {
        changed_.WaitWithTimeout(&mutex_, std::clamp(left, kShortestSleep, kLongestSleep));
      }
      if (stopping_) return;
    }
    EndStale();
  }
}

absl::Time StreamWatch::NextExpiry() const {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& [number, stream] : streams_) next = std::min(next, stream.identity->valid_until);
  return next;
}

}  // namespace spanwire::rpc
