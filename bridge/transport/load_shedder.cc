#include "bridge/transport/load_shedder.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "bridge/observe/logging.h"

namespace spanwire::transport {
namespace {

// Of one shard in one round; where these are not enough the next round comes soon.
constexpr size_t kNamedByShard = 1024;

struct Named {
  size_t bytes;
  size_t shard;
  std::weak_ptr<OutboundHolder> holder;
};

std::vector<Named> LargestOf(const OutboundShare& share, size_t shard) {
  std::vector<Named> named;
  for (OutboundHolder* holder : share.waiting()) {
    named.push_back({.bytes = holder->held_bytes(), .shard = shard, .holder = holder->WeakHolder()});
  }
  const auto larger = [](const Named& a, const Named& b) { return a.bytes > b.bytes; };
  const size_t count = std::min(named.size(), kNamedByShard);
  std::partial_sort(named.begin(), named.begin() + static_cast<std::ptrdiff_t>(count), named.end(), larger);
  named.resize(count);
  return named;
}

}  // namespace

struct LoadShedder::Round {
  explicit Round(size_t shards) : left(shards) {}
  absl::Mutex mutex;
  std::vector<Named> named ABSL_GUARDED_BY(mutex);
  std::atomic<size_t> left;
};

void LoadShedder::Shed() {
  const auto round = std::make_shared<Round>(shards_.size());
  for (size_t i = 0; i < shards_.size(); ++i) {
    shards_[i]->shard.Post([this, round, i] {
      std::vector<Named> named = LargestOf(shards_[i]->outbound, i);
      {
        absl::MutexLock lock(&round->mutex);
        std::move(named.begin(), named.end(), std::back_inserter(round->named));
      }
      if (round->left.fetch_sub(1) == 1) Pick(round);
    });
  }
}

void LoadShedder::Pick(const std::shared_ptr<Round>& round) {
  std::vector<Named> named;
  {
    absl::MutexLock lock(&round->mutex);
    named.swap(round->named);
  }
  std::sort(named.begin(), named.end(), [](const Named& a, const Named& b) { return a.bytes > b.bytes; });
  std::vector<std::vector<std::weak_ptr<OutboundHolder>>> chosen(shards_.size());
  int64_t excess = budget_.excess();
  size_t count = 0;
  for (; count < named.size() && excess > 0; ++count) {
    excess -= static_cast<int64_t>(named[count].bytes);
    chosen[named[count].shard].push_back(std::move(named[count].holder));
  }
  if (const std::optional<uint64_t> left_out = log_limiter_.Admit()) {
    observe::Log(spdlog::level::warn, "the outbound queues are over their limit: the largest are closed",
                 {{"closed", std::to_string(count)}, {"left_out", std::to_string(*left_out)}});
  }
  const auto left = std::make_shared<std::atomic<size_t>>(shards_.size());
  // NOLINTNEXTLINE(modernize-loop-convert): two lists side by side.
  for (size_t i = 0; i < shards_.size(); ++i) {
    shards_[i]->shard.Post([this, left, shard = shards_[i], mine = std::move(chosen[i])] {
      for (const auto& holder : mine) {
        if (const auto alive = holder.lock()) {
          shard->metrics.outbound_shed.Add();
          alive->Shed();
        }
      }
      if (left->fetch_sub(1) == 1) budget_.Settled();
    });
  }
}

}  // namespace spanwire::transport
