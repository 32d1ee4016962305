#include "bridge/broker/memory_broker.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace spanwire::broker {
namespace {

// A log can be retired between looking it up and using it; that this happens time and again takes tenants coming and
// going faster than they are used.
constexpr int kLookUps = 16;

absl::Status Stopped() {
  return absl::CancelledError("the broker has stopped");
}

absl::Status Thrashing() {
  return absl::UnavailableError("too many tenants come and go at once; try again");
}

const config::TopicPolicies& OrDefault(const config::TopicPolicies* policies) {
  static const config::TopicPolicies kDefaults;
  return policies != nullptr ? *policies : kDefaults;
}

}  // namespace

MemoryBroker::MemoryBroker(Options options, const model::Clock& clock)
    : clock_(clock),
      budget_(options.memory_limit),
      tenants_(options.max_tenants, OrDefault(options.policies), budget_),
      eviction_(budget_, tenants_),
      sweep_(tenants_, options.topic_idle, options.sweep_work),
      completions_(options.sweep_interval, [this] { Sweep(); }) {}

MemoryBroker::~MemoryBroker() {
  Stop();
}

void MemoryBroker::Publish(std::vector<std::shared_ptr<model::Envelope>> events, PublishDone done) {
  Results results;
  results.reserve(events.size());
  const CallGate::Pass pass(gate_);
  if (!pass) {
    results.assign(events.size(), Stopped());
    return Complete(std::move(done), std::move(results));
  }
  const absl::Time now = clock_.Now();
  Discards discards;
  for (Events rest = absl::MakeSpan(events); !rest.empty();) {
    const std::string& tenant = rest.front()->topic()->tenant;
    const auto end =
        std::find_if(rest.begin(), rest.end(), [&](const auto& e) { return e->topic()->tenant != tenant; });
    const auto count = static_cast<size_t>(end - rest.begin());
    PublishRun(rest.first(count), now, results, discards);
    rest.remove_prefix(count);
  }
  if (sink_ != nullptr) sink_->OnEventsDone();
  eviction_.Enforce();
  Complete(std::move(done), std::move(results));
}

void MemoryBroker::PublishRun(Events run, absl::Time now, Results& results, Discards& discards) {
  // A copy: the events, and with them the topic, may leave with the run.
  const model::TopicPtr topic = run.front()->topic();
  const auto stored = WithLog(topic->tenant, [&](TenantLog& log) {
    return log.Publish(run, now, sink_, results, discards) ? std::optional<bool>(true) : std::nullopt;
  });
  if (!stored.ok()) results.insert(results.end(), run.size(), stored.status());
}

void MemoryBroker::AddInterest(model::TopicPtr topic, Done<Head> done) {
  const CallGate::Pass pass(gate_);
  if (!pass) return Complete<Head>(std::move(done), Stopped());
  Complete<Head>(std::move(done),
                 WithLog(topic->tenant, [&](TenantLog& log) { return log.AddInterest(topic, clock_.Now()); }));
}

void MemoryBroker::RemoveInterest(model::TopicPtr topic) {
  const CallGate::Pass pass(gate_);
  if (!pass) return;
  {
    Discards discards;
    if (const std::shared_ptr<TenantLog> log = tenants_.Find(topic->tenant)) {
      log->RemoveInterest(*topic, clock_.Now(), discards);
    }
  }
  // A topic that nobody wants any more begins to count.
  eviction_.Enforce();
}

void MemoryBroker::Read(model::TopicPtr topic, uint64_t after, ReadLimits limits, Done<Page> done) {
  const CallGate::Pass pass(gate_);
  if (!pass) return Complete<Page>(std::move(done), Stopped());
  Discards discards;
  Complete<Page>(std::move(done), WithLog(topic->tenant, [&](TenantLog& log) {
                   return log.Read(*topic, after, limits, clock_.Now(), discards);
                 }));
}

void MemoryBroker::ReadLast(model::TopicPtr topic, size_t count, ReadLimits limits, Done<Page> done) {
  const CallGate::Pass pass(gate_);
  if (!pass) return Complete<Page>(std::move(done), Stopped());
  Discards discards;
  Complete<Page>(std::move(done), WithLog(topic->tenant, [&](TenantLog& log) {
                   return log.ReadLast(*topic, count, limits, clock_.Now(), discards);
                 }));
}

void MemoryBroker::ListTopics(TopicQuery query, Done<std::vector<TopicInfo>> done) {
  const CallGate::Pass pass(gate_);
  if (!pass) return Complete<std::vector<TopicInfo>>(std::move(done), Stopped());
  std::vector<TopicInfo> list;
  Discards discards;
  if (const std::shared_ptr<TenantLog> log = tenants_.Find(query.tenant)) {
    list = log->List(query.pattern, clock_.Now(), discards);
  }
  std::sort(list.begin(), list.end(),
            [](const TopicInfo& a, const TopicInfo& b) { return a.topic->name < b.topic->name; });
  Complete<std::vector<TopicInfo>>(std::move(done), std::move(list));
}

void MemoryBroker::Stop() {
  completions_.Cancel();
  gate_.Close();
  completions_.Drain();
}

MemoryBroker::Usage MemoryBroker::usage() const {
  return {.tenants = tenants_.size(), .history_bytes = budget_.used(), .evicted_events = eviction_.evicted_events()};
}

template <typename Operation>
auto MemoryBroker::WithLog(const std::string& tenant, Operation operation)
    -> absl::StatusOr<typename std::invoke_result_t<Operation, TenantLog&>::value_type> {
  for (int tries = 0; tries < kLookUps; ++tries) {
    absl::StatusOr<std::shared_ptr<TenantLog>> log = tenants_.FindOrCreate(tenant);
    if (!log.ok()) return log.status();
    if (auto result = operation(**log)) return *std::move(result);
  }
  return Thrashing();
}

template <typename T>
void MemoryBroker::Complete(Done<T> done, absl::StatusOr<T> result) {
  completions_.Post([done = std::move(done), result = std::move(result)](bool cancelled) mutable {
    done(cancelled ? absl::StatusOr<T>(Stopped()) : std::move(result));
  });
}

void MemoryBroker::Complete(PublishDone done, Results results) {
  completions_.Post([done = std::move(done), results = std::move(results)](bool cancelled) mutable {
    if (cancelled) results.assign(results.size(), Stopped());
    done(std::move(results));
  });
}

}  // namespace spanwire::broker
