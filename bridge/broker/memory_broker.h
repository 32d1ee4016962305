#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "bridge/broker/broker.h"
#include "bridge/broker/call_gate.h"
#include "bridge/broker/completion_thread.h"
#include "bridge/broker/history_budget.h"
#include "bridge/broker/history_eviction.h"
#include "bridge/broker/history_sweep.h"
#include "bridge/broker/tenant_directory.h"
#include "bridge/broker/tenant_log.h"
#include "bridge/model/clock.h"

namespace spanwire::broker {

// The broker of a single bridge: history lives in this process's memory and ends with it.
//
// Every operation does its work on the caller's thread under the tenant's lock, and leaves only the callback to the
// broker's own thread. All topics must come from one model::TopicTable, which outlives the broker.
//
// Memory is bounded: per topic by its policy; over all tenants by `memory_limit`, counted as Envelope::memory() of the
// kept events and 512 bytes for each topic that could be let go. Publishing at the limit discards the oldest history of
// the largest tenant. Tenants are bounded by `max_tenants`: those without history and interest make place, and a log
// may so be replaced without OnReset (its tenant comes back later); whoever adds the first interest learns the epoch.
//
// Locks, in the order they are taken: HistoryEviction or HistorySweep, TenantDirectory, TenantLog. The sink is called
// under the latter. Topics are let go of, which takes the topic table's lock, under neither of the last two. CallGate
// and CompletionThread are taken with none of these held.
class MemoryBroker final : public Broker {
 public:
  struct Options {
    // How much of which topic is kept; may be replaced meanwhile. Borrowed. Null: HistoryPolicy's defaults.
    const config::TopicPolicies* policies = nullptr;
    size_t memory_limit = 512 * 1024 * 1024;
    size_t max_tenants = 10'000;
    // A topic without events and interest stays so long, so that its lost_through stays exact.
    absl::Duration topic_idle = absl::Hours(1);
    // How often what is too old is given back in topics that nobody uses; InfiniteDuration: only by Sweep().
    absl::Duration sweep_interval = absl::Seconds(1);
    // Topics and events that one sweep looks at.
    size_t sweep_work = 16'384;
  };

  // What the broker holds now.
  struct Usage {
    size_t tenants = 0;
    size_t history_bytes = 0;     // as counted for memory_limit
    uint64_t evicted_events = 0;  // since the start, because all history together was over memory_limit
  };

  // `clock` is borrowed.
  MemoryBroker(Options options, const model::Clock& clock);
  // Stops.
  ~MemoryBroker() override;

  void SetSink(EventSink* sink) override { sink_ = sink; }
  // Beside those of Broker, refuses for good with the reasons EVENT_EXCEEDS_HISTORY (INVALID_ARGUMENT) and
  // OFFSETS_EXHAUSTED (FAILED_PRECONDITION), and for now with TOO_MANY_TENANTS (RESOURCE_EXHAUSTED), which AddInterest
  // (nothing is counted then), Read and ReadLast may answer too.
  void Publish(std::vector<std::shared_ptr<model::Envelope>> events, PublishDone done) override;
  void AddInterest(model::TopicPtr topic, Done<Head> done) override;
  void RemoveInterest(model::TopicPtr topic) override;
  void Read(model::TopicPtr topic, uint64_t after, ReadLimits limits, Done<Page> done) override;
  void ReadLast(model::TopicPtr topic, size_t count, ReadLimits limits, Done<Page> done) override;
  void ListTopics(TopicQuery query, Done<std::vector<TopicInfo>> done) override;
  void Stop() override;

  // One sweep, as the timer does it.
  void Sweep() { sweep_.Run(clock_.Now()); }
  Usage usage() const;

 private:
  using Events = absl::Span<std::shared_ptr<model::Envelope>>;
  using Results = std::vector<absl::StatusOr<model::Cursor>>;

  void PublishRun(Events run, absl::Time now, Results& results, Discards& discards);
  template <typename Operation>
  auto WithLog(const std::string& tenant, Operation operation)
      -> absl::StatusOr<typename std::invoke_result_t<Operation, TenantLog&>::value_type>;
  template <typename T>
  void Complete(Done<T> done, absl::StatusOr<T> result);
  void Complete(PublishDone done, Results results);

  const model::Clock& clock_;
  EventSink* sink_ = nullptr;
  HistoryBudget budget_;
  TenantDirectory tenants_;
  HistoryEviction eviction_;
  HistorySweep sweep_;
  CallGate gate_;
  CompletionThread completions_;  // last: its thread sweeps
};

}  // namespace spanwire::broker
