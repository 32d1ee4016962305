#include "publisher_sdk/examples/hostmon/top_processes.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <tuple>

#include "publisher_sdk/examples/hostmon/log_line.h"

namespace spanwire::hostmon {
namespace {

bool SameProcess(const ProcessStat& a, const ProcessStat& b) {
  return a.pid == b.pid && a.start_ticks == b.start_ticks;
}

double Rounded(double share) {
  return std::round(share * 1000) / 1000;
}

}  // namespace

double TopProcesses::ShareOf(const ProcessStat& process, double seconds) const {
  const auto before = before_.find(process.pid);
  if (before == before_.end() || !SameProcess(before->second, process) || seconds <= 0) return 0;
  if (process.cpu_ticks < before->second.cpu_ticks) return 0;
  const auto ticks = static_cast<double>(process.cpu_ticks - before->second.cpu_ticks);
  return Rounded(std::min(ticks / (seconds * machine_ticks_per_second_), 1.0));
}

std::vector<TopProcesses::Ranked> TopProcesses::Rank(const std::vector<ProcessStat>& processes, double seconds) const {
  std::vector<Ranked> ranked;
  ranked.reserve(processes.size());
  for (const ProcessStat& process : processes) ranked.push_back({process, ShareOf(process, seconds)});
  const size_t kept = std::min(count_, ranked.size());
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(kept), ranked.end(),
                    [](const Ranked& a, const Ranked& b) {
                      return std::tie(b.share, b.stat.rss_pages, a.stat.pid) <
                             std::tie(a.share, a.stat.rss_pages, b.stat.pid);
                    });
  ranked.resize(kept);
  return ranked;
}

std::vector<v1::TaskUpdate> TopProcesses::Look(const std::vector<ProcessStat>& processes, double seconds) {
  std::vector<v1::TaskUpdate> updates;
  std::map<int, Ranked> listed;
  for (const Ranked& process : Rank(processes, seconds)) {
    const auto told = listed_.find(process.stat.pid);
    if (told == listed_.end() || !SameProcess(told->second.stat, process.stat)) {
      updates.push_back(Task(process, "created", "running"));
    } else if (told->second.share != process.share || told->second.stat.rss_pages != process.stat.rss_pages) {
      updates.push_back(Task(process, "updated", "running"));
    }
    listed.emplace(process.stat.pid, process);
  }

  std::map<int, ProcessStat> now;
  for (const ProcessStat& process : processes) now.emplace(process.pid, process);
  for (const auto& [pid, process] : listed_) {
    if (listed.contains(pid)) continue;
    const auto alive = now.find(pid);
    const bool ended = alive == now.end() || !SameProcess(alive->second, process.stat);
    updates.push_back(Task(process, "deleted", ended ? "succeeded" : "running"));
  }
  before_ = std::move(now);
  listed_ = std::move(listed);
  return updates;
}

v1::TaskUpdate TopProcesses::Task(const Ranked& process, const char* action, const char* state) const {
  v1::TaskUpdate task;
  task.set_task_id("proc-" + std::to_string(process.stat.pid));
  task.set_action(action);
  task.set_state(state);
  task.set_progress(process.share);
  task.set_message(ToUtf8(process.stat.command));
  auto& details = *task.mutable_details()->mutable_fields();
  details["pid"].set_number_value(process.stat.pid);
  details["cpu_pct"].set_number_value(std::round(process.share * 1000) / 10);
  details["rss_bytes"].set_number_value(static_cast<double>(process.stat.rss_pages * page_bytes_));
  return task;
}

}  // namespace spanwire::hostmon
