#include "bridge/broker/tenant_log.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "bridge/model/error.h"
#include "bridge/model/topic_name.h"

namespace spanwire::broker {

TenantLog::TenantLog(std::string_view tenant, std::string epoch, uint64_t head, const config::TopicPolicies& policies,
                     HistoryBudget& budget)
    : tenant_(tenant), epoch_(std::move(epoch)), policies_(policies), budget_(budget), head_(head) {}

bool TenantLog::Publish(absl::Span<std::shared_ptr<model::Envelope>> run, absl::Time now, EventSink* sink,
                        std::vector<absl::StatusOr<model::Cursor>>& results, Discards& discards) {
  std::vector<model::EnvelopePtr> sealed;
  sealed.reserve(run.size());
  Touch(now);
  absl::MutexLock lock(&mutex_);
  if (retired_) return false;
  for (std::shared_ptr<model::Envelope>& event : run) {
    if (absl::Status admitted = Admit(*event); !admitted.ok()) {
      results.emplace_back(std::move(admitted));
      continue;
    }
    event->Seal(++head_);
    results.emplace_back(model::Cursor{epoch_, head_});
    sealed.push_back(std::move(event));
  }
  // Before the history takes the references: nobody can tell the order under the lock, and so none is counted twice.
  if (sink != nullptr && !sealed.empty()) sink->OnEvents(sealed);
  Keep(sealed, now, discards);
  Settle();
  return true;
}

absl::Status TenantLog::Admit(const model::Envelope& event) const {
  if (head_ >= model::kMaxOffset) {
    return model::MakeError(absl::StatusCode::kFailedPrecondition,
                            fmt::format("the log of tenant '{}' has used up its offsets; restart the bridge", tenant_),
                            {.reason = "OFFSETS_EXHAUSTED", .metadata = {{"tenant_id", tenant_}}});
  }
  const size_t bytes = event.memory() + model::Envelope::kTailRoom + TopicLog::kOverheadBytes;
  if (bytes > budget_.limit()) {
    return model::MakeError(
        absl::StatusCode::kInvalidArgument,
        fmt::format("the event takes {} bytes and all history together may take {}; publish smaller events or raise "
                    "the broker's memory limit",
                    bytes, budget_.limit()),
        {.reason = "EVENT_EXCEEDS_HISTORY", .metadata = {{"limit", std::to_string(budget_.limit())}}});
  }
  return absl::OkStatus();
}

void TenantLog::Keep(std::vector<model::EnvelopePtr>& sealed, absl::Time now, Discards& discards) {
  TopicLog* log = nullptr;
  for (model::EnvelopePtr& event : sealed) {
    if (log == nullptr || log->topic() != event->topic().get()) log = &FindOrAdd(event->topic());
    const Footprint before = log->footprint();
    log->Append(std::move(event), now, discards);
    Account(*log, before);
  }
}

std::optional<Head> TenantLog::AddInterest(const model::TopicPtr& topic, absl::Time now) {
  Touch(now);
  absl::MutexLock lock(&mutex_);
  if (retired_) return std::nullopt;
  TopicLog& log = FindOrAdd(topic);
  const Footprint before = log.footprint();
  log.AddInterest();
  log.Touch(now);
  ++interests_;
  Account(log, before);
  Settle();
  return Head{epoch_, head_};
}

void TenantLog::RemoveInterest(const model::Topic& topic, absl::Time now, Discards& discards) {
  Touch(now);
  absl::MutexLock lock(&mutex_);
  TopicLog* log = topics_.Find(&topic);
  if (log == nullptr) return;
  const Footprint before = log->footprint();
  if (!log->RemoveInterest()) return;
  log->Touch(now);
  --interests_;
  Account(*log, before);
  // Then what speaks for the topics that are not in memory speaks for this one exactly.
  const bool is_blank = !log->was_published() && log->lost_through() == folded_through_;
  if (is_blank && !log->has_interest()) Fold(*log, discards);
  Settle();
}

std::optional<Page> TenantLog::Read(const model::Topic& topic, uint64_t after, const ReadLimits& limits, absl::Time now,
                                    Discards& discards) {
  Touch(now);
  absl::MutexLock lock(&mutex_);
  if (retired_) return std::nullopt;
  Page page = EmptyPage();
  if (TopicLog* log = FindFresh(topic, now, discards)) log->CopyAfter(after, limits, page);
  Settle();
  return page;
}

std::optional<Page> TenantLog::ReadLast(const model::Topic& topic, size_t count, const ReadLimits& limits,
                                        absl::Time now, Discards& discards) {
  Touch(now);
  absl::MutexLock lock(&mutex_);
  if (retired_) return std::nullopt;
  Page page = EmptyPage();
  if (TopicLog* log = FindFresh(topic, now, discards)) log->CopyLast(count, limits, page);
  Settle();
  return page;
}

std::vector<TopicInfo> TenantLog::List(std::string_view pattern, absl::Time now, Discards& discards) {
  std::vector<TopicInfo> list;
  absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < topics_.size(); ++i) {
    TopicLog& log = topics_.at(i);
    if (!model::TopicMatches(pattern, log.topic()->name)) continue;
    Trim(log, now, TopicLog::kAll, discards);
    list.push_back(log.Info(epoch_));
  }
  Settle();
  return list;
}

bool TenantLog::Sweep(absl::Time now, absl::Time idle_since, size_t& work, Discards& discards) {
  absl::MutexLock lock(&mutex_);
  while (work > 0 && sweep_next_ < topics_.size()) {
    TopicLog& log = topics_.at(sweep_next_);
    const size_t count = Trim(log, now, work, discards);
    if (count == work) {
      work = 0;  // and there may be more in this topic
      break;
    }
    work -= std::max<size_t>(count, 1);
    if (!log.has_events() && !log.has_interest() && log.last_used() <= idle_since) {
      Fold(log, discards);  // the last topic takes its index, and is looked at next
    } else {
      ++sweep_next_;
    }
  }
  const bool complete = sweep_next_ >= topics_.size();
  if (complete) sweep_next_ = 0;
  Settle();
  return complete;
}

size_t TenantLog::Evict(size_t bytes, Discards& discards) {
  absl::MutexLock lock(&mutex_);
  const size_t start = kept_.bytes;
  while (start - kept_.bytes < bytes) {
    TopicLog* log = topics_.Oldest();
    if (log == nullptr) break;
    if (log->has_events()) {
      const Footprint before = log->footprint();
      log->DiscardOldest(discards);
      Account(*log, before);
    }
    if (!log->has_events() && !log->has_interest()) Fold(*log, discards);
  }
  const size_t freed = start - kept_.bytes;
  Settle();
  return freed;
}

bool TenantLog::RetireIfEmpty(Discards& discards) {
  absl::MutexLock lock(&mutex_);
  if (interests_ > 0 || kept_.events > 0) return false;
  while (topics_.size() > 0) Fold(topics_.at(topics_.size() - 1), discards);
  Settle();
  retired_ = true;
  return true;
}

TopicLog& TenantLog::FindOrAdd(const model::TopicPtr& topic) {
  if (TopicLog* found = topics_.Find(topic.get())) {
    found->FollowPolicy(policies_);
    return *found;
  }
  TopicLog& added = topics_.Add(std::make_unique<TopicLog>(topic, policies_, folded_through_));
  kept_.bytes += added.footprint().bytes;
  return added;
}

TopicLog* TenantLog::FindFresh(const model::Topic& topic, absl::Time now, Discards& discards) {
  TopicLog* log = topics_.Find(&topic);
  if (log == nullptr) return nullptr;
  log->Touch(now);
  Trim(*log, now, TopicLog::kAll, discards);
  return log;
}

Page TenantLog::EmptyPage() const {
  return {.epoch = epoch_, .head = head_, .lost_through = folded_through_, .through = head_, .events = {}};
}

void TenantLog::Fold(TopicLog& log, Discards& discards) {
  folded_through_ = std::max(folded_through_, log.lost_through());
  kept_.bytes -= log.footprint().bytes;
  discards.topics.push_back(topics_.Remove(log));
}

size_t TenantLog::Trim(TopicLog& log, absl::Time now, size_t max_events, Discards& discards) {
  log.FollowPolicy(policies_);
  const Footprint before = log.footprint();
  const size_t count = log.Trim(now, max_events, discards);
  if (count > 0) Account(log, before);
  return count;
}

void TenantLog::Account(TopicLog& log, const Footprint& before) {
  const Footprint after = log.footprint();
  kept_.events += after.events - before.events;
  kept_.bytes += after.bytes - before.bytes;
  // A wanted topic without events costs nothing that eviction could gain.
  if ((before.bytes == 0) != (after.bytes == 0)) topics_.SetEvictable(log, after.bytes > 0);
}

void TenantLog::Settle() {
  budget_.Change(bytes(), kept_.bytes);
  seen_bytes_.store(kept_.bytes, std::memory_order_relaxed);
  seen_empty_.store(interests_ == 0 && kept_.events == 0, std::memory_order_relaxed);
}

}  // namespace spanwire::broker
