#include "bridge/fanout/fanout.h"

#include <pthread.h>

#include <string>

namespace spanwire::fanout {

Fanout::Fanout(int shards, broker::Broker& broker, observe::Metrics& metrics, const Options& options) {
  for (int i = 0; i < shards; ++i) shards_.push_back(std::make_unique<Shard>(i, broker, metrics.AddShard(), options));
  broker.SetSink(this);
}

Fanout::~Fanout() {
  Stop();
}

void Fanout::Start() {
  for (auto& shard : shards_) {
    guards_.push_back(boost::asio::make_work_guard(shard->io()));
    threads_.emplace_back([&shard] { shard->io().run(); });
    pthread_setname_np(threads_.back().native_handle(), ("shard-" + std::to_string(shard->index())).c_str());
  }
}

void Fanout::Stop() {
  guards_.clear();
  for (auto& shard : shards_) shard->io().stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Fanout::OnEvents(absl::Span<const model::EnvelopePtr> events) {
  uint64_t wanted = 0;
  for (const model::EnvelopePtr& event : events) wanted |= event->topic()->shards.load(std::memory_order_acquire);
  for (; wanted != 0; wanted &= wanted - 1) shards_[static_cast<size_t>(__builtin_ctzll(wanted))]->Enqueue(events);
}

void Fanout::OnEventsDone() {
  for (auto& shard : shards_) shard->Wake();
}

void Fanout::OnReset(std::string_view tenant, std::string_view epoch) {
  for (auto& shard : shards_) shard->EnqueueReset(tenant, epoch);
}

}  // namespace spanwire::fanout
