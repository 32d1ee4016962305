#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "bridge/ingest/event_key.h"
#include "bridge/model/cursor.h"
#include "bridge/observe/counters.h"

namespace spanwire::ingest {

// Remembers which ids were published and where their events stand, for `window` after that, within `memory_bytes`:
// beyond it the oldest are forgotten early, and counted. Ids whose first event is still on its way are known too; a
// repeat of one waits for that outcome and shares it, also where it is a failure: then nobody published, and the next
// repeat may.
//
// Thread safe; one lock for each call, so callers bring all events of a batch at once.
class IdempotencyTable {
 public:
  using Outcome = absl::StatusOr<model::Cursor>;

  // Who repeats an id that is on its way. Must live until told.
  class Waiter {
   public:
    virtual ~Waiter() = default;
    // The first event's outcome, for the repeat that was claimed with `event`. Called outside the table's lock, from
    // the thread that settles.
    virtual void OnFirstSettled(size_t event, const Outcome& outcome) = 0;
  };

  enum class Standing {
    kNew,      // publish it, then Settle it whatever came of it
    kKnown,    // published before; `position` says where
    kAwaited,  // on its way; the waiter will be told
  };

  // One event that carries an id; Claim fills the lower part.
  struct Claim {
    EventKey key;
    size_t event = 0;  // the caller's number for it

    Standing standing = Standing::kNew;
    model::Cursor position;
  };

  struct Settlement {
    EventKey key;
    const Outcome* outcome = nullptr;
  };

  // Counts early forgetting in `evictions`, which must outlive the table.
  IdempotencyTable(absl::Duration window, size_t memory_bytes, observe::Counter& evictions);

  // Decides on each of `claims`, in order; one may repeat another.
  void ClaimAll(absl::Span<Claim> claims, Waiter* waiter, absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);

  // Ends the claims that were kNew and tells who waits.
  void SettleAll(absl::Span<const Settlement> settlements, absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);

  // How many ids are remembered now.
  size_t size() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // A published id. Small, since there are a million of them.
  struct Entry {
    EventKey key;
    char epoch[16];  // padded with zeros
    uint64_t offset;
    absl::Time expires;
  };

  // The index holds numbers of entries only and finds their keys in the ring.
  struct IndexHash {
    using is_transparent = void;
    const IdempotencyTable* table;
    size_t operator()(const EventKey& key) const { return absl::Hash<EventKey>()(key); }
    size_t operator()(uint32_t number) const { return (*this)(table->EntryOf(number).key); }
  };
  struct IndexEqual {
    using is_transparent = void;
    const IdempotencyTable* table;
    const EventKey& KeyOf(uint32_t number) const { return table->EntryOf(number).key; }
    static const EventKey& KeyOf(const EventKey& key) { return key; }
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return KeyOf(a) == KeyOf(b);
    }
  };

  struct Waiting {
    Waiter* waiter;
    size_t event;
  };

  // Numbers wrap around; the ring never holds so many that this could matter.
  const Entry& EntryOf(uint32_t number) const { return ring_[static_cast<uint32_t>(number - first_number_)]; }
  void Decide(Claim& claim, Waiter* waiter) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Remember(const EventKey& key, const model::Cursor& position, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Expire(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetOldest() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const absl::Duration window_;
  const size_t max_entries_;
  observe::Counter& evictions_;
  mutable absl::Mutex mutex_;
  std::deque<Entry> ring_;  // oldest first; guarded by mutex_, which the index' functors cannot say
  uint32_t first_number_ = 0;
  absl::flat_hash_set<uint32_t, IndexHash, IndexEqual> index_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<EventKey, std::vector<Waiting>> on_their_way_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace spanwire::ingest
