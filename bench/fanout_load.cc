// The subscribers: many WebSockets on one epoll in a process of their own. Prints {"subscribed":N} when all are
// subscribed, measures a window of time while somebody publishes, sees every event arrive at everybody, and prints a
// report as JSON.
//
// Ends without a report when its standard input closes: that is how it holds idle connections, and how it does not
// outlive the script that started it.
#include <sched.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "bench/load/cpu_time.h"
#include "bench/load/delivery_ledger.h"
#include "bench/load/delivery_progress.h"
#include "bench/load/latency_histogram.h"
#include "bench/load/server_frame.h"
#include "bench/load/websocket_client.h"

namespace spanwire::bench {
namespace {

struct Options {
  uint16_t port = 0;
  int server_pid = 0;
  int progress_fd = -1;
  uint64_t subscribers = 1000;
  uint64_t topics = 1;
  double warmup_s = 0.5;
  double window_s = 2;
  bool spin = false;
};

constexpr size_t kReadBytes = 256 * 1024;
// How long the last events may take to arrive.
constexpr int64_t kSettle = 10'000'000'000;

int64_t Nanoseconds(double seconds) {
  return static_cast<int64_t>(seconds * 1e9);
}

// Processor time of everybody who takes part.
struct CpuSample {
  CpuTime server, publisher, subscribers, machine;
  int64_t sleeps = 0;  // of the subscribers
};

// Where the window of measurement stands.
enum class Phase { kAwaitingFirst, kWarmingUp, kMeasuring, kSettling, kDone };

class FanoutLoad {
 public:
  FanoutLoad(const Options& options, DeliveryProgress progress)
      : options_(options), progress_(progress), ledger_(options.subscribers, options.topics), buffer_(kReadBytes) {}

  absl::Status Subscribe();
  // Until the report is printed or standard input closes.
  absl::Status Run();

 private:
  struct Connection {
    int fd;
    std::string rest;  // the beginning of a frame whose end has not arrived
  };
  struct Counts {
    uint64_t deliveries = 0;
    uint64_t bytes = 0;
    uint64_t reads = 0;
  };
  static constexpr uint64_t kStandardInput = UINT64_MAX;

  absl::Status Read(size_t index);
  absl::Status Handle(size_t index, const ServerFrame& frame, int64_t now);
  absl::Status AdvancePhase();
  absl::Status Sample(CpuSample* sample) const;
  void Report() const;

  const Options options_;
  DeliveryProgress progress_;
  DeliveryLedger ledger_;
  std::vector<char> buffer_;
  std::vector<Connection> connections_;
  int epoll_ = -1;

  Phase phase_ = Phase::kAwaitingFirst;
  int64_t phase_ends_ = 0;
  int64_t window_begins_ = 0;
  int64_t window_ends_ = 0;
  LatencyHistogram latency_;
  Counts counts_, window_;
  CpuSample begin_, end_;
};

absl::Status FanoutLoad::Subscribe() {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  epoll_event input{.events = EPOLLIN, .data = {.u64 = kStandardInput}};
  if (epoll_ < 0 || epoll_ctl(epoll_, EPOLL_CTL_ADD, STDIN_FILENO, &input) != 0) {
    return absl::ErrnoToStatus(errno, "cannot wait for standard input: it must be a pipe");
  }
  for (uint64_t i = 0; i < options_.subscribers; ++i) {
    const absl::StatusOr<int> fd = ConnectSubscriber(options_.port, TopicOf(i, options_.topics));
    if (!fd.ok()) return fd.status();
    connections_.push_back({*fd, ""});
    epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, *fd, &event) != 0) return absl::ErrnoToStatus(errno, "epoll");
  }
  fmt::print("{{\"subscribed\":{}}}\n", connections_.size());
  std::fflush(stdout);
  return absl::OkStatus();
}

absl::Status FanoutLoad::Run() {
  std::vector<epoll_event> ready(1024);
  while (phase_ != Phase::kDone) {
    const int count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), options_.spin ? 0 : 10);
    if (count == 0 && options_.spin) sched_yield();  // to the publisher
    if (count < 0 && errno != EINTR) return absl::ErrnoToStatus(errno, "epoll");
    for (int i = 0; i < count; ++i) {
      const uint64_t index = ready[static_cast<size_t>(i)].data.u64;
      if (index == kStandardInput) return absl::OkStatus();
      if (absl::Status status = Read(index); !status.ok()) return status;
    }
    progress_.Advance(ledger_.complete());
    if (absl::Status status = AdvancePhase(); !status.ok()) return status;
  }
  Report();
  return absl::OkStatus();
}

absl::Status FanoutLoad::Read(size_t index) {
  Connection& connection = connections_[index];
  const size_t rest = connection.rest.copy(buffer_.data(), connection.rest.size());
  const ssize_t count = recv(connection.fd, buffer_.data() + rest, buffer_.size() - rest, MSG_DONTWAIT);
  if (count == 0) return absl::UnavailableError(fmt::format("subscriber {} was disconnected", index));
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return absl::OkStatus();
  if (count < 0) return absl::ErrnoToStatus(errno, fmt::format("subscriber {}", index));
  const int64_t now = MonotonicNow();
  ++counts_.reads;
  counts_.bytes += static_cast<uint64_t>(count);
  std::string_view input(buffer_.data(), rest + static_cast<size_t>(count));
  ServerFrame frame;
  while (TakeFrame(&input, &frame)) {
    if (absl::Status status = Handle(index, frame, now); !status.ok()) return status;
  }
  if (input.size() == buffer_.size()) return absl::InternalError("a frame larger than the buffer");
  if (!input.empty() || rest > 0) connection.rest.assign(input);
  return absl::OkStatus();
}

absl::Status FanoutLoad::Handle(size_t index, const ServerFrame& frame, int64_t now) {
  switch (frame.kind) {
    case ServerFrame::Kind::kText: {
      int64_t at_ns = 0;
      if (absl::Status status = ledger_.Deliver(index, frame.payload, &at_ns); !status.ok()) return status;
      ++counts_.deliveries;
      if (phase_ == Phase::kMeasuring) latency_.Add(now - at_ns);
      return absl::OkStatus();
    }
    case ServerFrame::Kind::kPing:
      SendPong(connections_[index].fd);
      return absl::OkStatus();
    case ServerFrame::Kind::kPong:
      return absl::OkStatus();
    default:
      return absl::UnavailableError(
          fmt::format("subscriber {} got a close frame or nonsense: {}", index, frame.payload.substr(0, 200)));
  }
}

absl::Status FanoutLoad::AdvancePhase() {
  const int64_t now = MonotonicNow();
  switch (phase_) {
    case Phase::kAwaitingFirst:
      if (ledger_.complete() == 0) return absl::OkStatus();
      phase_ = Phase::kWarmingUp;
      phase_ends_ = now + Nanoseconds(options_.warmup_s);
      return absl::OkStatus();
    case Phase::kWarmingUp:
      if (now < phase_ends_) return absl::OkStatus();
      phase_ = Phase::kMeasuring;
      window_ = counts_;
      window_begins_ = now;
      phase_ends_ = now + Nanoseconds(options_.window_s);
      return Sample(&begin_);
    case Phase::kMeasuring:
      if (now < phase_ends_) return absl::OkStatus();
      window_ = {counts_.deliveries - window_.deliveries, counts_.bytes - window_.bytes, counts_.reads - window_.reads};
      window_ends_ = now;
      phase_ = Phase::kSettling;
      phase_ends_ = now + kSettle;
      if (absl::Status status = Sample(&end_); !status.ok()) return status;
      progress_.Stop();
      return absl::OkStatus();
    case Phase::kSettling:
      if (progress_.settled() && ledger_.complete() == progress_.published()) phase_ = Phase::kDone;
      if (phase_ == Phase::kDone || now < phase_ends_) return absl::OkStatus();
      return absl::DataLossError(fmt::format("{} events were published, but only {} reached every subscriber",
                                             progress_.published(), ledger_.complete()));
    case Phase::kDone:
      return absl::OkStatus();
  }
  return absl::InternalError("no such phase");
}

absl::Status FanoutLoad::Sample(CpuSample* sample) const {
  const auto read = [](absl::StatusOr<CpuTime> from, CpuTime* to) {
    if (from.ok()) *to = *from;
    return from.status();
  };
  absl::Status status = read(ProcessCpu(options_.server_pid), &sample->server);
  // The floor publishes itself.
  const int publisher = progress_.publisher_pid();
  if (publisher != options_.server_pid) status.Update(read(ProcessCpu(publisher), &sample->publisher));
  status.Update(read(ProcessCpu(getpid()), &sample->subscribers));
  status.Update(read(MachineCpu(), &sample->machine));
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) status.Update(absl::ErrnoToStatus(errno, "getrusage"));
  sample->sleeps = usage.ru_nvcsw;
  return status;
}

void FanoutLoad::Report() const {
  const CpuTime server = end_.server - begin_.server;
  const auto per = [](uint64_t total, uint64_t count) {
    return static_cast<double>(total) / static_cast<double>(std::max<uint64_t>(count, 1));
  };
  const auto ms = [this](double quantile) { return static_cast<double>(latency_.Quantile(quantile)) * 1e-6; };
  fmt::print(
      "{{\"subscribers\":{},\"window_s\":{:.3f},\"deliveries\":{},\"frame_bytes\":{:.1f},\"messages_per_read\":{:.2f},"
      "\"server_user_s\":{:.2f},\"server_system_s\":{:.2f},\"publisher_cpu_s\":{:.2f},\"subscriber_cpu_s\":{:.2f},"
      "\"machine_cpu_s\":{:.2f},\"subscriber_sleeps\":{},\"p50_ms\":{:.3f},\"p99_ms\":{:.3f},\"p999_ms\":{:.3f},\"max_"
      "ms\":{:.3f}}}\n",
      options_.subscribers, static_cast<double>(window_ends_ - window_begins_) * 1e-9, window_.deliveries,
      per(window_.bytes, window_.deliveries), per(window_.deliveries, window_.reads), server.user, server.system,
      (end_.publisher - begin_.publisher).total(), (end_.subscribers - begin_.subscribers).total(),
      (end_.machine - begin_.machine).total(), end_.sleeps - begin_.sleeps, ms(0.5), ms(0.99), ms(0.999),
      static_cast<double>(latency_.max()) * 1e-6);
}

void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;  // connecting says what is missing
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

absl::Status Main(const Options& options) {
  if (options.subscribers % options.topics != 0) {
    return absl::InvalidArgumentError("--subscribers must be a multiple of --topics");
  }
  absl::StatusOr<DeliveryProgress> progress = DeliveryProgress::Map(options.progress_fd);
  if (!progress.ok()) return progress.status();
  RaiseFileLimit();
  FanoutLoad load(options, *progress);
  if (absl::Status status = load.Subscribe(); !status.ok()) return status;
  return load.Run();
}

}  // namespace
}  // namespace spanwire::bench

int main(int argc, char** argv) {
  spanwire::bench::Options options;
  CLI::App app("subscribers for measuring a fan-out");
  app.add_option("--port", options.port, "the server's WebSocket port")->required();
  app.add_option("--server-pid", options.server_pid, "whose processor time is measured")->required();
  app.add_option("--progress-fd", options.progress_fd, "memory file shared with the publisher")->required();
  app.add_option("--subscribers", options.subscribers)->check(CLI::PositiveNumber);
  app.add_option("--topics", options.topics)->check(CLI::PositiveNumber);
  app.add_option("--warmup", options.warmup_s, "seconds from the first event on");
  app.add_option("--window", options.window_s, "seconds to measure");
  app.add_flag("--spin", options.spin, "never sleep, so that no send has to wake this process up");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = spanwire::bench::Main(options);
  if (status.ok()) return 0;
  fmt::print(stderr, "fanout_load: {}\n", status.ToString());
  return 1;
}
