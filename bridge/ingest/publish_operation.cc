#include "bridge/ingest/publish_operation.h"

#include <cassert>
#include <string>
#include <utility>

namespace spanwire::ingest {

PublishOperation::PublishOperation(PublishPipeline& pipeline, Results* results, absl::Time started,
                                   absl::AnyInvocable<void()> done)
    : pipeline_(pipeline), results_(results), started_(started), done_(std::move(done)) {}

void PublishOperation::Add(size_t event, PublishPipeline::Composed composed) {
  envelopes_.push_back(std::move(composed.envelope));
  stored_.push_back({event, composed.has_id, composed.key});
  has_ids_ |= composed.has_id;
}

void PublishOperation::Run() {
  // Before anybody can bring an outcome.
  outstanding_.fetch_add(stored_.size(), std::memory_order_relaxed);
  const size_t known = has_ids_ ? ClaimIds() : 0;
  if (!envelopes_.empty()) {
    pipeline_.broker_.Publish(std::move(envelopes_), [this](Outcomes outcomes) { OnStored(outcomes); });
  }
  Settled(1 + known);
}

// Leaves in `stored_` and `envelopes_` what is to be published. Gives the number of those that need not be.
size_t PublishOperation::ClaimIds() {
  std::vector<IdempotencyTable::Claim> claims;
  for (const Stored& one : stored_) {
    if (one.has_id) claims.emplace_back(IdempotencyTable::Claim{one.key, one.event, {}, {}});
  }
  pipeline_.published_ids_.ClaimAll(absl::MakeSpan(claims), this, started_);

  auto claim = claims.begin();
  size_t kept = 0;
  size_t known = 0;
  for (size_t i = 0; i < stored_.size(); ++i) {
    const bool is_new = !stored_[i].has_id || claim->standing == IdempotencyTable::Standing::kNew;
    if (stored_[i].has_id) {
      if (claim->standing == IdempotencyTable::Standing::kKnown) {
        Answer(stored_[i].event, std::move(claim->position), /*duplicate=*/true);
        ++known;
      }
      ++claim;
    }
    if (!is_new) continue;
    if (kept != i) {
      stored_[kept] = stored_[i];
      envelopes_[kept] = std::move(envelopes_[i]);
    }
    ++kept;
  }
  stored_.resize(kept);
  envelopes_.resize(kept);
  pipeline_.metrics_.events_duplicate.Add(known);
  return known;
}

void PublishOperation::OnStored(const Outcomes& outcomes) {
  assert(outcomes.size() == stored_.size());
  size_t published = 0;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    Answer(stored_[i].event, outcomes[i], /*duplicate=*/false);
    published += outcomes[i].ok() ? 1 : 0;
  }
  pipeline_.metrics_.events_published.Add(published);
  if (has_ids_) SettleIds(outcomes);
  Settled(outcomes.size());
}

void PublishOperation::SettleIds(const Outcomes& outcomes) {
  std::vector<IdempotencyTable::Settlement> settlements;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    if (stored_[i].has_id) settlements.push_back({stored_[i].key, &outcomes[i]});
  }
  pipeline_.published_ids_.SettleAll(settlements, pipeline_.clock_.Now());
}

void PublishOperation::OnFirstSettled(size_t event, const IdempotencyTable::Outcome& outcome) {
  Answer(event, outcome, /*duplicate=*/true);
  if (outcome.ok()) pipeline_.metrics_.events_duplicate.Add();
  Settled(1);
}

void PublishOperation::Answer(size_t event, const absl::StatusOr<model::Cursor>& outcome, bool duplicate) {
  v1::PublishResult* result = results_->Mutable(static_cast<int>(event));
  if (!outcome.ok()) {
    pipeline_.Refuse({}, outcome.status(), result);
    return;
  }
  result->mutable_response()->set_epoch(outcome->epoch);
  result->mutable_response()->set_offset(outcome->offset);
  result->mutable_response()->set_duplicate(duplicate);
}

void PublishOperation::Settled(size_t count) {
  if (outstanding_.fetch_sub(count, std::memory_order_acq_rel) != count) return;
  pipeline_.metrics_.publish_latency.Observe(absl::ToDoubleSeconds(pipeline_.clock_.Now() - started_));
  absl::AnyInvocable<void()> done = std::move(done_);
  delete this;
  done();
}

}  // namespace spanwire::ingest
