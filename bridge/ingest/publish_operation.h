#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "bridge/broker/broker.h"
#include "bridge/ingest/idempotency_table.h"
#include "bridge/ingest/publish_pipeline.h"

namespace spanwire::ingest {

// One call of PublishPipeline::Publish on its way. Owns itself: it ends, and calls `done`, when every event has its
// outcome, whoever brings the last one. Each event's result is written by one thread only.
class PublishOperation final : public IdempotencyTable::Waiter {
 public:
  PublishOperation(PublishPipeline& pipeline, Results* results, absl::Time started, absl::AnyInvocable<void()> done);

  // Adds an event to be published as the next in order; `event` is its index in the results.
  void Add(size_t event, PublishPipeline::Composed composed);

  // Recognizes repeats and hands the rest to the broker. Last call of the maker: the object may be gone after it.
  void Run();

  void OnFirstSettled(size_t event, const IdempotencyTable::Outcome& outcome) override;

 private:
  using Outcomes = std::vector<absl::StatusOr<model::Cursor>>;

  ~PublishOperation() override = default;

  // What is kept of an event that went to the broker.
  struct Stored {
    size_t event;
    bool has_id;
    EventKey key;
  };

  size_t ClaimIds();
  void OnStored(const Outcomes& outcomes);
  void SettleIds(const Outcomes& outcomes);
  void Answer(size_t event, const absl::StatusOr<model::Cursor>& outcome, bool duplicate);
  // `count` events got their outcome.
  void Settled(size_t count);

  PublishPipeline& pipeline_;
  Results* const results_;
  const absl::Time started_;
  absl::AnyInvocable<void()> done_;
  std::vector<std::shared_ptr<model::Envelope>> envelopes_;
  std::vector<Stored> stored_;
  bool has_ids_ = false;
  std::atomic<size_t> outstanding_{1};  // events without an outcome, and one for Run
};

}  // namespace spanwire::ingest
