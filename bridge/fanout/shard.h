#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "bridge/broker/broker.h"
#include "bridge/fanout/hub.h"
#include "bridge/fanout/subscriber.h"
#include "bridge/observe/metrics.h"

namespace spanwire::fanout {

// Sends what it gathered while its shard was corked. Shard thread only.
class Corked {
 public:
  virtual ~Corked() = default;
  virtual void Uncork() = 0;
};

// One I/O thread's share of the fan-out: its topics, its connections, its inbox. A connection lives on one shard for
// life, so nothing here needs a lock but the inbox.
//
// Unless a method says otherwise it may be called on the shard's thread only. The shard must outlive its subscriptions;
// its io_context must not run any more when it is destroyed.
class Shard {
 public:
  // `index` is below 64: it is a bit in Topic::shards.
  // `metrics` is this shard's own.
  Shard(int index, broker::Broker& broker, observe::ShardMetrics& metrics);
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
  void Enqueue(absl::Span<const model::EnvelopePtr> events) ABSL_LOCKS_EXCLUDED(inbox_mutex_);
  // Any thread. Called under a tenant's lock; Wake() must follow.
  void EnqueueReset(std::string_view tenant, std::string_view epoch) ABSL_LOCKS_EXCLUDED(inbox_mutex_);
  // Any thread. Sees to it that the inbox is drained soon.
  void Wake();

  // Makes the subscription take part in the topic. True: live flow is confirmed already and OnReady will not be called.
  bool Join(const model::TopicPtr& topic, Subscription& subscription);
  void Leave(Subscription& subscription);

  // As Broker's; `done` runs on this shard's thread, never inline.
  void Read(const model::TopicPtr& topic, uint64_t after, broker::ReadLimits limits,
            broker::Broker::Done<broker::Page> done);
  void ReadLast(const model::TopicPtr& topic, size_t count, broker::ReadLimits limits,
                broker::Broker::Done<broker::Page> done);

  // While corked, connections gather what they send and have Uncork() called at the end: one system call for all of it.
  bool corked() const { return cork_depth_ > 0; }
  // Asks for one Uncork() call. Only while corked. Whoever asks must take it back (Forget) before it is destroyed.
  void UncorkLater(Corked& corked) { corked_.push_back(&corked); }
  void ForgetCorked(Corked& corked);
  class CorkScope {
   public:
    explicit CorkScope(Shard& shard) : shard_(shard) { ++shard_.cork_depth_; }
    ~CorkScope() { shard_.LeaveCork(); }
    CorkScope(const CorkScope&) = delete;
    CorkScope& operator=(const CorkScope&) = delete;

   private:
    Shard& shard_;
  };

  observe::ShardMetrics& metrics() { return metrics_; }

 private:
  // The inbox holds at most so many events. A shard that falls further behind drops them all and lets its subscriptions
  // catch up from history: nothing is lost while history reaches, and memory stays bounded.
  static constexpr size_t kInboxEvents = 65536;
  // Events of one turn, so that pings and new connections get theirs in between.
  static constexpr size_t kEventsPerTurn = 512;
  // Bytes of JSON joined into one run, so that a buffer shared by all fits a socket's send buffer.
  static constexpr size_t kRunBytes = 256 * 1024;
  // A hub without members stays so long, so that a poller who comes again finds it ready.
  static constexpr std::chrono::seconds kHubLinger{5};

  struct Reset {
    std::string tenant;
    std::string epoch;
    size_t before;  // index in the inbox of the first event after it
  };

  void DrainTurn();
  // Distributes everything in the inbox.
  void DrainAll();
  bool Refill() ABSL_LOCKS_EXCLUDED(inbox_mutex_);
  void DistributeSome(size_t max_events);
  size_t NextRunLength(size_t from, size_t to) const;
  void DistributeRun(absl::Span<const model::EnvelopePtr> events);
  void ApplyReset(const Reset& reset);
  void LeaveCork();

  void AskForInterest(Hub& hub);
  void OnInterest(const model::TopicPtr& topic, absl::StatusOr<broker::Head> head);
  void Resynchronize();
  void SweepHubs();
  void ArmSweep();

  const int index_;
  const uint64_t bit_;
  broker::Broker& broker_;
  observe::ShardMetrics& metrics_;
  boost::asio::io_context io_{1};
  boost::asio::steady_timer sweep_timer_;
  bool sweep_armed_ = false;

  absl::Mutex inbox_mutex_;
  std::vector<model::EnvelopePtr> inbox_ ABSL_GUARDED_BY(inbox_mutex_);
  std::vector<Reset> resets_ ABSL_GUARDED_BY(inbox_mutex_);
  bool overflowed_ ABSL_GUARDED_BY(inbox_mutex_) = false;
  std::atomic<bool> pending_{false};    // the inbox holds something
  std::atomic<bool> scheduled_{false};  // a drain is on its way

  // The part of the inbox being distributed, from next_ on.
  std::vector<model::EnvelopePtr> draining_;
  std::vector<Reset> draining_resets_;
  size_t next_ = 0;
  size_t next_reset_ = 0;

  absl::flat_hash_map<std::string, std::unique_ptr<TenantView>> tenants_;
  absl::flat_hash_map<const model::Topic*, std::unique_ptr<Hub>> hubs_;
  std::vector<Corked*> corked_;
  int cork_depth_ = 0;
};

}  // namespace spanwire::fanout
