#include "publisher_sdk/examples/hostmon/monitor.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "publisher_sdk/examples/hostmon/log_line.h"

namespace spanwire::hostmon {
namespace {

// A figure that comes late says nothing about now.
constexpr std::chrono::seconds kFigureDeadline(5);
constexpr double kAlertMargin = 5;

double Seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

double MachineTicksPerSecond() {
  return static_cast<double>(sysconf(_SC_CLK_TCK)) * static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN));
}

// The next time after `due` that is not past already: a machine that slept does not catch up.
Monitor::TimePoint Next(Monitor::TimePoint due, std::chrono::milliseconds interval, Monitor::TimePoint now) {
  return std::max(due + interval, now);
}

std::string Percent(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0f %%", value);
  return text;
}

}  // namespace

Monitor::Monitor(Publisher& publisher, const MonitorOptions& options, TimePoint now)
    : publisher_(publisher),
      options_(options),
      machine_(options.proc),
      top_(options.top, MachineTicksPerSecond(), static_cast<uint64_t>(sysconf(_SC_PAGESIZE))),
      last_sample_(machine_.Sample()),
      last_sample_at_(now),
      figures_due_(now + options.interval),
      top_due_(now),
      logs_due_(now) {
  for (const std::string& file : machine_.Unreadable()) {
    notices_.push_back(file + " cannot be read: its figures are left out");
  }
  const auto threshold = [&](const char* figure, double limit) {
    if (limit > 0) thresholds_.emplace(figure, Threshold(limit, kAlertMargin, options.alert_after));
  };
  threshold("cpu_pct", options.cpu_alert);
  threshold("mem_used_pct", options.mem_alert);
  for (const auto& path : options.follow) {
    auto follower = std::make_unique<LogFollower>(path);
    followed_.push_back({std::move(follower), ""});
  }
}

Monitor::TimePoint Monitor::Due() const {
  TimePoint due = figures_due_;
  if (options_.top > 0) due = std::min(due, top_due_);
  if (!followed_.empty()) due = std::min(due, logs_due_);
  return due;
}

void Monitor::Tick(TimePoint now) {
  if (now >= figures_due_) {
    PublishFigures(now);
    figures_due_ = Next(figures_due_, options_.interval, now);
  }
  if (options_.top > 0 && now >= top_due_) {
    PublishTop(now);
    top_due_ = Next(top_due_, options_.top_interval, now);
  }
  if (!followed_.empty() && now >= logs_due_) {
    PublishLogs();
    logs_due_ = Next(logs_due_, options_.follow_interval, now);
  }
}

void Monitor::PublishFigures(TimePoint now) {
  MachineSample sample = machine_.Sample();
  const std::map<std::string, double> figures = Figures(last_sample_, sample, Seconds(now - last_sample_at_));
  last_sample_ = std::move(sample);
  last_sample_at_ = now;

  v1::StatsUpdate stats;
  stats.mutable_metrics()->insert(figures.begin(), figures.end());
  publisher_.Publish(stats, {.deadline = kFigureDeadline});
  Watch(figures, now);
}

void Monitor::Watch(const std::map<std::string, double>& figures, TimePoint now) {
  for (auto& [name, threshold] : thresholds_) {
    const auto figure = figures.find(name);
    if (figure == figures.end()) continue;
    const auto change = threshold.Update(figure->second, now);
    if (!change) continue;
    const bool raised = *change == Threshold::Change::kRaised;
    const std::string what = name == "cpu_pct" ? "CPU" : "Memory";
    publisher_.BroadcastAlert(raised ? "critical" : "resolved", what + (raised ? " is high" : " is normal again"),
                              what + " of " + options_.host + " is at " + Percent(figure->second) + ", the limit is " +
                                  Percent(threshold.limit()),
                              {{"host", options_.host}, {"metric", name}});
  }
}

void Monitor::PublishTop(TimePoint now) {
  const double seconds = last_top_at_ ? Seconds(now - *last_top_at_) : 0;
  last_top_at_ = now;
  for (const v1::TaskUpdate& task : top_.Look(machine_.Processes(), seconds)) {
    // A "deleted" that got lost would leave its task on every page for ever.
    const bool passing = task.action() == "updated";
    publisher_.Publish(task, {.deadline = passing ? kFigureDeadline : std::chrono::seconds(0)});
  }
}

void Monitor::PublishLogs() {
  for (Followed& followed : followed_) {
    const std::string source = ToUtf8(followed.file->path().filename().string());
    for (const std::string& line : followed.file->Poll()) {
      publisher_.BroadcastLog(GuessLevel(line), ToUtf8(line), source);
    }
    if (const std::string& trouble = followed.file->trouble(); trouble != followed.told_trouble) {
      notices_.push_back(followed.file->path().string() +
                         (trouble.empty() ? " can be read again" : " cannot be read, trying on: " + trouble));
      followed.told_trouble = trouble;
    }
  }
}

std::vector<std::string> Monitor::TakeNotices() {
  return std::exchange(notices_, {});
}

}  // namespace spanwire::hostmon
