#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "bridge/observe/counters.h"

namespace spanwire::ingest {

// Remembers the results of each producer's last batches, so that one resent after a lost connection is answered and not
// published again. Bounded: kSequencesPerProducer for each, `max_producers` and `memory_bytes` for all; beyond that the
// producer that was quiet for longest is forgotten whole, and counted.
//
// Results are opaque bytes here. Thread safe.
class ProducerTable {
 public:
  // More than a stream's batches in flight, so that a publisher that waits for answers like that never falls behind.
  static constexpr size_t kSequencesPerProducer = 128;

  using Waiter = absl::AnyInvocable<void(const std::string& results)>;

  enum class Standing {
    kNew,        // publish it, then Settle it whatever came of it
    kKnown,      // accepted before; `results` are its results
    kAwaited,    // on its way, perhaps from another stream; the waiter will be told
    kForgotten,  // so old that whether it was accepted is no longer known
  };
  struct Admission {
    Standing standing = Standing::kNew;
    std::string results;
  };

  // Counts forgotten producers in `evictions`, which must outlive the table.
  ProducerTable(size_t max_producers, size_t memory_bytes, observe::Counter& evictions)
      : max_producers_(max_producers), max_bytes_(memory_bytes), evictions_(evictions) {}

  // `waiter` is kept where the answer is kAwaited, else dropped.
  Admission Admit(std::string_view id, uint64_t sequence, Waiter waiter) ABSL_LOCKS_EXCLUDED(mutex_);

  // Ends a sequence that was kNew and tells who waits, from this thread. With `remember` false (nothing of it was
  // accepted) it is as if it had never been sent.
  void Settle(std::string_view id, uint64_t sequence, const std::string& results, bool remember)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Batch {
    bool settled = false;
    std::string results;
    std::vector<Waiter> waiters;
  };
  struct Producer {
    std::string id;
    absl::btree_map<uint64_t, Batch> batches;
    size_t on_their_way = 0;
    size_t bytes = 0;
    uint64_t forgotten_through = 0;  // the highest sequence whose results were dropped
  };
  using Producers = std::list<Producer>;  // the most recently heard of first

  Producer& Touch(std::string_view id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DropOldBatches(Producer& producer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DropQuietProducers() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t max_producers_;
  const size_t max_bytes_;
  observe::Counter& evictions_;
  mutable absl::Mutex mutex_;
  Producers producers_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<absl::string_view, Producers::iterator> by_id_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace spanwire::ingest
