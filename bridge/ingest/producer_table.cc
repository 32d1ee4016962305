#include "bridge/ingest/producer_table.h"

#include <algorithm>
#include <utility>

#include "bridge/model/absl_view.h"

namespace spanwire::ingest {
namespace {

// What a producer and a batch cost beside their bytes, roughly.
constexpr size_t kProducerOverhead = 256;
constexpr size_t kBatchOverhead = 96;

}  // namespace

ProducerTable::Admission ProducerTable::Admit(std::string_view id, uint64_t sequence, Waiter waiter) {
  absl::MutexLock lock(&mutex_);
  Producer& producer = Touch(id);
  const auto found = producer.batches.find(sequence);
  if (found != producer.batches.end()) {
    if (found->second.settled) return {Standing::kKnown, found->second.results};
    found->second.waiters.push_back(std::move(waiter));
    return {Standing::kAwaited, {}};
  }
  if (sequence <= producer.forgotten_through) return {Standing::kForgotten, {}};
  producer.batches.try_emplace(sequence);
  ++producer.on_their_way;
  return {Standing::kNew, {}};
}

void ProducerTable::Settle(std::string_view id, uint64_t sequence, const std::string& results, bool remember) {
  std::vector<Waiter> waiters;
  {
    absl::MutexLock lock(&mutex_);
    Producer& producer = Touch(id);
    const auto found = producer.batches.find(sequence);
    if (found == producer.batches.end() || found->second.settled) return;
    Batch& batch = found->second;
    waiters = std::exchange(batch.waiters, {});
    --producer.on_their_way;
    if (remember) {
      batch.settled = true;
      batch.results = results;
      producer.bytes += results.size() + kBatchOverhead;
      bytes_ += results.size() + kBatchOverhead;
      DropOldBatches(producer);
      DropQuietProducers();
    } else {
      producer.batches.erase(found);
    }
  }
  for (Waiter& waiter : waiters) waiter(results);
}

ProducerTable::Producer& ProducerTable::Touch(std::string_view id) {
  const auto found = by_id_.find(model::ToAbsl(id));
  if (found != by_id_.end()) {
    producers_.splice(producers_.begin(), producers_, found->second);
    return producers_.front();
  }
  Producer& producer = producers_.emplace_front();
  producer.id = id;
  producer.bytes = kProducerOverhead;
  bytes_ += kProducerOverhead;
  by_id_.emplace(producer.id, producers_.begin());
  DropQuietProducers();
  return producer;
}

void ProducerTable::DropOldBatches(Producer& producer) {
  while (producer.batches.size() - producer.on_their_way > kSequencesPerProducer) {
    const auto oldest = std::find_if(producer.batches.begin(), producer.batches.end(),
                                     [](const auto& batch) { return batch.second.settled; });
    const size_t bytes = oldest->second.results.size() + kBatchOverhead;
    producer.bytes -= bytes;
    bytes_ -= bytes;
    producer.forgotten_through = std::max(producer.forgotten_through, oldest->first);
    producer.batches.erase(oldest);
  }
}

void ProducerTable::DropQuietProducers() {
  auto quietest = producers_.end();
  while (producers_.size() > 1 && (producers_.size() > max_producers_ || bytes_ > max_bytes_)) {
    // Those with batches on their way are passed over: they are bounded by what may be in flight.
    do {
      if (quietest == producers_.begin()) return;
      --quietest;
    } while (quietest->on_their_way > 0);
    if (quietest == producers_.begin()) return;
    bytes_ -= quietest->bytes;
    by_id_.erase(quietest->id);
    quietest = producers_.erase(quietest);
    evictions_.Add();
  }
}

}  // namespace spanwire::ingest
