#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "absl/container/flat_hash_map.h"
#include "bridge/broker/broker.h"
#include "bridge/fanout/cork.h"
#include "bridge/fanout/hub.h"
#include "bridge/fanout/inbox.h"
#include "bridge/fanout/options.h"
#include "bridge/fanout/subscriber.h"
#include "bridge/fanout/topic_rules.h"
#include "bridge/fanout/window_queue.h"
#include "bridge/observe/metrics.h"

namespace spanwire::fanout {

// One I/O thread's share of the fan-out: its topics, its connections, its inbox. A connection lives on one shard for
// life, so nothing here needs a lock but the inbox.
//
// Unless a method says otherwise it may be called on the shard's thread only. The shard must outlive its subscriptions;
// its io_context must not run any more when it is destroyed.
class Shard {
 public:
  // `index` is below 64: it is a bit in Topic::shards.
  // `metrics` is this shard's own.
  Shard(int index, broker::Broker& broker, observe::ShardMetrics& metrics, const Options& options);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  int index() const { return index_; }
  // Any thread.
  boost::asio::io_context& io() { return io_; }
  // Any thread. Runs `work` on the shard's thread.
  template <typename Work>
  void Post(Work&& work) {
    boost::asio::post(io_, std::forward<Work>(work));
  }

  // Any thread. Takes the events of topics that this shard takes part in; Wake() must follow. Called under a tenant's
  // lock.
  void Enqueue(absl::Span<const model::EnvelopePtr> events) { inbox_.Add(events); }
  // Any thread. Called under a tenant's lock; Wake() must follow.
  void EnqueueReset(std::string_view tenant, std::string_view epoch) { inbox_.AddReset(tenant, epoch); }
  // Any thread. Sees to it that the inbox is drained soon.
  void Wake();

  // Ends the windows of throttled topics whose time has come, by Options::steady_now. The shard's own timer calls it;
  // whoever moves that clock may.
  void EndWindows();

  // Whether one more subscription may join.
  bool has_room() const { return static_cast<size_t>(metrics_.subscriptions.Value()) < options_.max_subscriptions; }
  // Makes the subscription take part in the topic. True: live flow is confirmed already and OnReady will not be called.
  bool Join(const model::TopicPtr& topic, Subscription& subscription);
  void Leave(Subscription& subscription);

  // As Broker's; `done` runs on this shard's thread, never inline.
  void Read(const model::TopicPtr& topic, uint64_t after, broker::ReadLimits limits,
            broker::Broker::Done<broker::Page> done);
  void ReadLast(const model::TopicPtr& topic, size_t count, broker::ReadLimits limits,
                broker::Broker::Done<broker::Page> done);

  // See Cork.
  bool corked() const { return cork_.in(); }
  void UncorkLater(Corked& corked) { cork_.Later(corked); }
  void ForgetCorked(Corked& corked) { cork_.Forget(corked); }
  class CorkScope {
   public:
    explicit CorkScope(Shard& shard) : cork_(shard.cork_) { cork_.PutIn(); }
    ~CorkScope() { cork_.Pull(); }
    CorkScope(const CorkScope&) = delete;
    CorkScope& operator=(const CorkScope&) = delete;

   private:
    Cork& cork_;
  };

  observe::ShardMetrics& metrics() { return metrics_; }
  // Tenants that it keeps a view of: those of its topics.
  size_t tenants() const { return tenants_.size(); }

 private:
  using Hubs = absl::flat_hash_map<const model::Topic*, std::unique_ptr<Hub>>;

  // Events of one turn, so that pings and new connections get theirs in between.
  static constexpr size_t kEventsPerTurn = 512;
  // Bytes of JSON joined into one run, so that a buffer shared by all fits a socket's send buffer.
  static constexpr size_t kRunBytes = 256 * 1024;

  void Schedule();
  void DrainTurn();
  // Distributes everything in the inbox.
  void DrainAll();
  bool Refill();
  void DistributeSome(size_t max_events);
  size_t NextRunLength(size_t from, size_t to) const;
  void DistributeRun(absl::Span<const model::EnvelopePtr> events);
  void ApplyReset(const Inbox::Reset& reset);
  // The rules in force for a topic, and for a hub that has older ones.
  TopicRules RulesFor(const model::Topic& topic);
  void RefreshRules(Hub& hub);
  void ExpectEndOfWindow(const Hub& hub);
  void ArmWindowTimer();

  void AskForInterest(Hub& hub);
  void OnInterest(const model::TopicPtr& topic, absl::StatusOr<broker::Head> head);
  // The broker cannot serve the topic.
  void GiveUp(Hubs::iterator where, const absl::Status& why);
  void Resynchronize();
  void SweepHubs();
  void ForgetTenants();
  void ArmSweep();

  const int index_;
  const uint64_t bit_;
  broker::Broker& broker_;
  observe::ShardMetrics& metrics_;
  const Options options_;
  boost::asio::io_context io_{1};
  boost::asio::steady_timer sweep_timer_;
  bool sweep_armed_ = false;
  boost::asio::steady_timer window_timer_;
  WindowQueue windows_;

  Inbox inbox_;
  std::atomic<bool> scheduled_{false};  // a drain is on its way

  // The part of the inbox being distributed, from next_ on.
  Inbox::Batch draining_;
  size_t next_ = 0;
  size_t next_reset_ = 0;

  absl::flat_hash_map<std::string, std::unique_ptr<TenantView>> tenants_;
  Hubs hubs_;
  const std::shared_ptr<const config::TopicPolicy> no_policy_ = std::make_shared<config::TopicPolicy>();
  Cork cork_;
};

}  // namespace spanwire::fanout
