// What the memory broker costs a publisher: events per second of the publishing thread's processor time, so that a busy
// machine does not show.
//
// Events are made outside the measured time (ingest pays for that); discarding the old ones is inside.
#include <ctime>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "absl/synchronization/blocking_counter.h"
#include "bridge/broker/memory_broker.h"

namespace spanwire::broker {
namespace {

using Batch = std::vector<std::shared_ptr<model::Envelope>>;

class CountingSink final : public EventSink {
 public:
  void OnEvents(absl::Span<const model::EnvelopePtr> events) override { events_ += events.size(); }
  void OnEventsDone() override {}
  void OnReset(std::string_view tenant, std::string_view epoch) override {}

 private:
  size_t events_ = 0;
};

double ThreadSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

class Bench {
 public:
  Bench(size_t topics, size_t memory_limit) : broker_({.memory_limit = memory_limit}, model::Clock::System()) {
    broker_.SetSink(&sink_);
    for (size_t i = 0; i < topics; ++i) topics_.push_back(table_.Intern("", "bench:" + std::to_string(i)));
  }

  MemoryBroker& broker() { return broker_; }
  const model::TopicPtr& topic() const { return topics_.front(); }

  // `run` events of a topic follow each other.
  Batch MakeBatch(size_t size, size_t run) {
    Batch batch;
    batch.reserve(size);
    const absl::Time now = absl::Now();
    for (size_t i = 0; i < size; ++i) {
      const model::TopicPtr& topic = topics_[next_++ / run % topics_.size()];
      std::string buffer = model::Envelope::NewBuffer();
      buffer += R"({"type":"stats_update","topic":"bench","timestamp":"2026-01-15T14:05:00.000Z","data":{"pad":")";
      buffer.append(128, 'x').append("\"}");
      batch.push_back(std::make_shared<model::Envelope>(topic, now, std::move(buffer)));
    }
    return batch;
  }

 private:
  model::TopicTable table_;
  CountingSink sink_;
  std::vector<model::TopicPtr> topics_;
  size_t next_ = 0;
  MemoryBroker broker_;
};

void Publish(benchmark::State& state, Bench& bench, size_t batch_size, size_t run) {
  // Enough for the history to be full, so that every event costs another its place.
  for (int i = 0; i < 200; ++i) bench.broker().Publish(bench.MakeBatch(1000, run), [](auto) {});
  for (auto _ : state) {
    Batch batch = bench.MakeBatch(batch_size, run);
    const double start = ThreadSeconds();
    bench.broker().Publish(std::move(batch), [](auto) {});
    state.SetIterationTime(ThreadSeconds() - start);
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * batch_size));
}

// Arguments: events a batch, topics.
void BM_Publish(benchmark::State& state) {
  Bench bench(static_cast<size_t>(state.range(1)), size_t{512} << 20);
  Publish(state, bench, static_cast<size_t>(state.range(0)), 1);
}
BENCHMARK(BM_Publish)
    ->UseManualTime()
    ->Args({1, 1})
    ->Args({64, 1})
    ->Args({64, 100})
    ->Args({1000, 1})
    ->Args({1000, 100});

// The memory limit, not the topics' policies, is what discards. Arguments: events a batch, topics.
void BM_PublishAtMemoryLimit(benchmark::State& state) {
  Bench bench(static_cast<size_t>(state.range(1)), size_t{32} << 20);
  Publish(state, bench, static_cast<size_t>(state.range(0)), 1);
}
BENCHMARK(BM_PublishAtMemoryLimit)->UseManualTime()->Args({64, 1000})->Args({64, 100'000});

// From the call to the callback and back, one event at a time.
void BM_PublishAndWait(benchmark::State& state) {
  Bench bench(1, size_t{512} << 20);
  for (auto _ : state) {
    absl::BlockingCounter answers(1);
    bench.broker().Publish(bench.MakeBatch(1, 1), [&](auto) { answers.DecrementCount(); });
    answers.Wait();
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
}
BENCHMARK(BM_PublishAndWait)->UseRealTime();

// A page of a full history, as a resuming subscriber reads it. Argument: events a page.
void BM_Read(benchmark::State& state) {
  Bench bench(1, size_t{512} << 20);
  bench.broker().Publish(bench.MakeBatch(1000, 1), [](auto) {});
  for (auto _ : state) {
    absl::BlockingCounter answers(1);
    bench.broker().Read(bench.topic(), 0, {.max_events = static_cast<size_t>(state.range(0))},
                        [&](absl::StatusOr<Page> page) {
                          benchmark::DoNotOptimize(page);
                          answers.DecrementCount();
                        });
    answers.Wait();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Read)->UseRealTime()->Arg(1)->Arg(1000);

}  // namespace
}  // namespace spanwire::broker
