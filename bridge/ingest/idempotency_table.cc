#include "bridge/ingest/idempotency_table.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace spanwire::ingest {
namespace {

// A number and a control byte in the index, which is between 7/16 and 7/8 full.
constexpr size_t kIndexBytesPerEntry = 5 * 16 / 7 + 1;

std::string_view Unpadded(const char (&text)[16]) {
  return {text, strnlen(text, sizeof(text))};
}

}  // namespace

IdempotencyTable::IdempotencyTable(absl::Duration window, size_t memory_bytes, observe::Counter& evictions)
    : window_(window),
      max_entries_(std::clamp<size_t>(memory_bytes / (sizeof(Entry) + kIndexBytesPerEntry), 1, UINT32_MAX / 2)),
      evictions_(evictions),
      index_(0, IndexHash{this}, IndexEqual{this}) {}

void IdempotencyTable::ClaimAll(absl::Span<Claim> claims, Waiter* waiter, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  Expire(now);
  for (Claim& claim : claims) Decide(claim, waiter);
}

void IdempotencyTable::Decide(Claim& claim, Waiter* waiter) {
  if (const auto known = index_.find(claim.key); known != index_.end()) {
    const Entry& entry = EntryOf(*known);
    claim.standing = Standing::kKnown;
    claim.position = {std::string(Unpadded(entry.epoch)), entry.offset};
    return;
  }
  const auto [way, is_new] = on_their_way_.try_emplace(claim.key);
  claim.standing = is_new ? Standing::kNew : Standing::kAwaited;
  if (!is_new) way->second.push_back({waiter, claim.event});
}

void IdempotencyTable::SettleAll(absl::Span<const Settlement> settlements, absl::Time now) {
  std::vector<std::pair<std::vector<Waiting>, const Outcome*>> told;
  {
    absl::MutexLock lock(&mutex_);
    for (const Settlement& settlement : settlements) {
      const auto way = on_their_way_.find(settlement.key);
      if (way == on_their_way_.end()) continue;
      if (!way->second.empty()) told.emplace_back(std::move(way->second), settlement.outcome);
      on_their_way_.erase(way);
      if (settlement.outcome->ok()) Remember(settlement.key, **settlement.outcome, now);
    }
  }
  for (const auto& [waiting, outcome] : told) {
    for (const Waiting& one : waiting) one.waiter->OnFirstSettled(one.event, *outcome);
  }
}

void IdempotencyTable::Remember(const EventKey& key, const model::Cursor& position, absl::Time now) {
  while (ring_.size() >= max_entries_) {
    ForgetOldest();
    evictions_.Add();
  }
  Entry& entry = ring_.emplace_back(Entry{key, {}, position.offset, now + window_});
  std::memcpy(entry.epoch, position.epoch.data(), std::min(position.epoch.size(), sizeof(entry.epoch)));
  index_.insert(static_cast<uint32_t>(first_number_ + ring_.size() - 1));
}

void IdempotencyTable::Expire(absl::Time now) {
  while (!ring_.empty() && ring_.front().expires <= now) ForgetOldest();
}

void IdempotencyTable::ForgetOldest() {
  index_.erase(first_number_);
  ring_.pop_front();
  ++first_number_;
}

size_t IdempotencyTable::size() const {
  absl::MutexLock lock(&mutex_);
  return ring_.size();
}

}  // namespace spanwire::ingest
