// spanwire-hostmon: publishes what this machine is doing. An example of a service that uses the publisher SDK.
#include <unistd.h>
#include <csignal>
#include <ctime>

#include <array>
#include <cstdio>
#include <iostream>

#include <CLI/CLI.hpp>

#include "publisher_sdk/examples/hostmon/monitor.h"
#include "spanwire/security_options.h"
#include "spanwire/server_address.h"

namespace {

using spanwire::Publisher;
using spanwire::PublishResult;
using spanwire::hostmon::Monitor;
using spanwire::hostmon::MonitorOptions;
using Clock = std::chrono::steady_clock;

constexpr char kAbout[] =
    R"(Publishes what this machine is doing to a Spanwire bridge, until it is stopped.

  stats   stats_update  CPU in all and per core, memory, load, disk and network rates
  tasks   task_update   the busiest processes, as they come, change and go
  logs    log           new lines of the files given with --follow
  alerts  alert         a figure was over its limit for a while; "resolved" when that is over)";

constexpr char kFooter[] = R"(Example:
  spanwire-hostmon --server 127.0.0.1:50051 --follow /var/log/syslog --cpu-alert 80

While the bridge is away nothing is lost but old figures: log lines wait for it up to 5 minutes, and the program goes
on when the bridge is back. Exit codes: 0 stopped by SIGINT or SIGTERM, 1 failure (of --once), 2 bad usage.)";

struct Flags {
  std::string server = "127.0.0.1:50051";
  spanwire::Security security;
  double interval = 0.5;
  double alert_after = 5;
  bool once = false;
  MonitorOptions monitor;
};

// The answer is an error sentence, or empty.
std::string CompleteServer(std::string& server) {
  absl::StatusOr<std::string> address = spanwire::ParseServerAddress(server);
  if (!address.ok()) return std::string(address.status().message());
  server = *std::move(address);
  return "";
}

void DeclareSecurity(CLI::App& app, const spanwire::SecurityOption& option, spanwire::Security& security) {
  if (option.text == nullptr) {
    app.add_flag(option.flag, security.*option.on, option.help);
    return;
  }
  app.add_option(option.flag, security.*option.text, std::string(option.help) + " (or " + option.variable + ")")
      ->type_name(option.type);
}

void Declare(CLI::App& app, Flags& flags) {
  app.footer(kFooter);
  app.set_version_flag("--version", "spanwire-hostmon " SPANWIRE_VERSION);
  app.add_option("--server", flags.server, "The bridge's gRPC address")
      ->envname("SPANWIRE_SERVER")
      ->type_name("HOST:PORT")
      ->transform(CLI::Validator(CompleteServer, ""))
      ->capture_default_str();
  for (const auto& option : spanwire::SecurityOptions()) DeclareSecurity(app, option, flags.security);
  app.add_option("--interval", flags.interval, "Seconds between figures")
      ->check(CLI::Range(0.05, 3600.0))
      ->capture_default_str();
  app.add_option("--top", flags.monitor.top, "How many processes to list; 0 for none")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  app.add_option("--follow", flags.monitor.follow, "A log file to follow, through rotation; may be given again")
      ->type_name("FILE");
  app.add_option("--cpu-alert", flags.monitor.cpu_alert, "Percent of CPU to alert at; 0 for never")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  app.add_option("--mem-alert", flags.monitor.mem_alert, "Percent of memory to alert at; 0 for never")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  app.add_option("--alert-after", flags.alert_after, "Seconds that a figure must be over its limit")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  app.add_option("--host", flags.monitor.host, "This machine's name in alerts")->default_str("the host name");
  app.add_flag("--once", flags.once, "Publish one round of everything and exit");
}

std::string HostName() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::chrono::milliseconds Milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
}

// Blocks the stop signals in every thread, so that only Waits sees them.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// False when a stop signal came before `until`.
bool WaitUntil(Clock::time_point until, const sigset_t& signals) {
  while (true) {
    const auto left = std::chrono::nanoseconds(until - Clock::now());
    if (left <= left.zero()) return true;
    const timespec wait{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
    if (sigtimedwait(&signals, nullptr, &wait) > 0) return false;
  }
}

// Says on stderr when the bridge is found and lost.
class BridgeWatch {
 public:
  void Look(const spanwire::PublisherStats& stats, const std::string& server) {
    if (stats.connected && !connected_) std::cerr << "hostmon: publishing to " << server << "\n";
    if (!stats.connected && stats.last_disconnect != told_) {
      std::cerr << "hostmon: nothing goes to " << server << " now, trying on: " << stats.last_disconnect << "\n";
      told_ = stats.last_disconnect;
    }
    if (stats.connected) told_.clear();
    connected_ = stats.connected;
  }

 private:
  bool connected_ = false;
  std::string told_;
};

const char* WhatWentWrong(const PublishResult& failure) {
  if (failure.reason == "CREDENTIALS_UNUSABLE") return "cannot go to the bridge";
  return failure.not_let_in ? "the bridge does not let it in" : "the bridge refused an event";
}

// What the bridge refuses is worth a line; what came too late for a bridge that is away has had one already.
void OnError(const PublishResult& failure) {
  const auto code = failure.status.code();
  if (code == absl::StatusCode::kDeadlineExceeded || code == absl::StatusCode::kResourceExhausted ||
      code == absl::StatusCode::kCancelled) {
    return;
  }
  std::cerr << "hostmon: " << WhatWentWrong(failure) << ": " << failure.status.message();
  if (!failure.reason.empty()) std::cerr << " (" << failure.reason << ")";
  std::cerr << "\n";
}

void Tick(Monitor& monitor, const Publisher& publisher, BridgeWatch& watch, const std::string& server) {
  monitor.Tick(Clock::now());
  for (const std::string& notice : monitor.TakeNotices()) std::cerr << "hostmon: " << notice << "\n";
  watch.Look(publisher.Stats(), server);
}

// Two looks, since rates need two.
int RunOnce(Publisher& publisher, const Flags& flags, const sigset_t& signals) {
  const Clock::time_point start = Clock::now();
  Monitor monitor(publisher, flags.monitor, start);
  BridgeWatch watch;
  if (!WaitUntil(start + flags.monitor.interval, signals)) return 0;
  Tick(monitor, publisher, watch, flags.server);
  const absl::Status delivered = publisher.Close(std::chrono::seconds(5));
  if (delivered.ok()) return 0;
  std::cerr << "hostmon: " << delivered.message() << "\n";
  return 1;
}

int RunUntilStopped(Publisher& publisher, const Flags& flags, const sigset_t& signals) {
  Monitor monitor(publisher, flags.monitor, Clock::now());
  BridgeWatch watch;
  do {
    Tick(monitor, publisher, watch, flags.server);
  } while (WaitUntil(monitor.Due(), signals));
  const std::chrono::seconds patience(publisher.Stats().connected ? 2 : 0);
  // What failed earlier (ABORTED) had its line then.
  if (const absl::Status delivered = publisher.Close(patience); absl::IsDeadlineExceeded(delivered)) {
    std::cerr << "hostmon: stopped before everything was delivered: " << delivered.message() << "\n";
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Flags flags;
  CLI::App app(kAbout, "spanwire-hostmon");
  Declare(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  spanwire::CompleteSecurity(flags.security);
  // Files may come later, when it runs; who starts it wants to hear of a mistake now.
  if (const absl::Status usable = spanwire::CheckSecurity(flags.security, flags.server); !usable.ok()) {
    std::cerr << "hostmon: " << usable.message() << "\n";
    return 2;
  }
  flags.monitor.interval = Milliseconds(flags.interval);
  flags.monitor.alert_after = Milliseconds(flags.alert_after);
  if (flags.monitor.host.empty()) flags.monitor.host = HostName();

  const sigset_t signals = BlockStopSignals();
  Publisher publisher({.target = flags.server, .security = flags.security, .on_error = OnError});
  return flags.once ? RunOnce(publisher, flags, signals) : RunUntilStopped(publisher, flags, signals);
}
