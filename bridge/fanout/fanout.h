#pragma once

#include <memory>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>

#include "bridge/broker/broker.h"
#include "bridge/fanout/shard.h"

namespace spanwire::fanout {

// All shards and their threads: takes events from the broker and passes each to the shards that want it.
class Fanout final : public broker::EventSink {
 public:
  // `shards` is 1 to 64. Registers itself as the broker's sink.
  Fanout(int shards, broker::Broker& broker, observe::Metrics& metrics, const Options& options = {});
  ~Fanout() override;

  // Starts one thread per shard.
  void Start();
  // Ends the threads. Work that was posted and did not run is dropped with the shards. Idempotent.
  void Stop();

  size_t size() const { return shards_.size(); }
  Shard& shard(size_t index) { return *shards_[index]; }

  void OnEvents(absl::Span<const model::EnvelopePtr> events) override;
  void OnEventsDone() override;
  void OnReset(std::string_view tenant, std::string_view epoch) override;

 private:
  using WorkGuard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<WorkGuard> guards_;
  std::vector<std::thread> threads_;
};

}  // namespace spanwire::fanout
