#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "publisher_sdk/examples/hostmon/log_follower.h"
#include "publisher_sdk/examples/hostmon/machine.h"
#include "publisher_sdk/examples/hostmon/threshold.h"
#include "publisher_sdk/examples/hostmon/top_processes.h"
#include "spanwire/publisher.h"

namespace spanwire::hostmon {

struct MonitorOptions {
  std::chrono::milliseconds interval{500};  // between figures
  std::chrono::milliseconds top_interval{2000};
  std::chrono::milliseconds follow_interval{200};
  size_t top = 10;        // processes; 0: none
  double cpu_alert = 90;  // percent; 0: none
  double mem_alert = 90;
  std::chrono::milliseconds alert_after{5000};
  std::vector<std::filesystem::path> follow = {};
  std::string host = {};  // label of alerts
  std::filesystem::path proc = "/proc";
};

// Watches the machine and publishes what it sees. One thread, which calls Tick whenever Due has come.
class Monitor {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // `publisher` must outlive it.
  Monitor(Publisher& publisher, const MonitorOptions& options, TimePoint now);

  // Does what is due at `now`.
  void Tick(TimePoint now);
  TimePoint Due() const;
  // Troubles since the last call, each told once: an unreadable file, and its return.
  std::vector<std::string> TakeNotices();

 private:
  struct Followed {
    std::unique_ptr<LogFollower> file;
    std::string told_trouble;
  };

  void PublishFigures(TimePoint now);
  void PublishTop(TimePoint now);
  void PublishLogs();
  void Watch(const std::map<std::string, double>& figures, TimePoint now);

  Publisher& publisher_;
  const MonitorOptions options_;
  const Machine machine_;
  TopProcesses top_;
  std::map<std::string, Threshold> thresholds_;  // by figure
  std::vector<Followed> followed_;
  std::vector<std::string> notices_;

  MachineSample last_sample_;
  TimePoint last_sample_at_;
  std::optional<TimePoint> last_top_at_;
  TimePoint figures_due_;
  TimePoint top_due_;
  TimePoint logs_due_;
};

}  // namespace spanwire::hostmon
