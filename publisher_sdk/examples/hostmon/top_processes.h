#pragma once

#include <map>
#include <vector>

#include "publisher_sdk/examples/hostmon/proc_files.h"
#include "spanwire/v1/builtin_events.pb.h"

namespace spanwire::hostmon {

// Keeps the list of the busiest processes as tasks: each look says what was created, updated and deleted since the one
// before. A process that leaves the list is deleted, ended ("succeeded") or merely less busy ("running"). One thread.
class TopProcesses {
 public:
  // `machine_ticks_per_second`: ticks that all cores together do in a second. `page_bytes`: the size of a page.
  TopProcesses(size_t count, double machine_ticks_per_second, uint64_t page_bytes)
      : count_(count), machine_ticks_per_second_(machine_ticks_per_second), page_bytes_(page_bytes) {}

  // `seconds` since the last look. The first look knows no CPU shares and ranks by memory.
  std::vector<v1::TaskUpdate> Look(const std::vector<ProcessStat>& processes, double seconds);

 private:
  struct Ranked {
    ProcessStat stat;
    double share = 0;  // of the whole machine's CPU, 0 to 1
  };

  double ShareOf(const ProcessStat& process, double seconds) const;
  std::vector<Ranked> Rank(const std::vector<ProcessStat>& processes, double seconds) const;
  v1::TaskUpdate Task(const Ranked& process, const char* action, const char* state) const;

  const size_t count_;
  const double machine_ticks_per_second_;
  const uint64_t page_bytes_;
  std::map<int, ProcessStat> before_;  // every process of the last look, by pid
  std::map<int, Ranked> listed_;       // the list that was told, by pid
};

}  // namespace spanwire::hostmon
