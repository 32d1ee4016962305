#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "publisher_sdk/examples/hostmon/proc_files.h"

namespace spanwire::hostmon {

// One look at the whole machine.
struct MachineSample {
  std::optional<CpuStat> cpu;
  std::optional<Memory> memory;
  std::optional<Load> load;
  std::optional<Traffic> disk;
  std::optional<Traffic> net;
  uint64_t processes = 0;
};

// Reads a /proc: the machine's own, or a test's folder of the same shape. One thread at a time.
class Machine {
 public:
  explicit Machine(std::filesystem::path proc) : proc_(std::move(proc)) {}

  // What cannot be read is left out of the sample.
  MachineSample Sample() const;
  // All processes; those that vanish meanwhile, or are hidden, are left out.
  std::vector<ProcessStat> Processes() const;
  // The files of the sample that cannot be read, to be told once.
  std::vector<std::string> Unreadable() const;

 private:
  std::optional<std::string> Read(const std::filesystem::path& file) const;
  std::vector<std::string> ProcessFolders() const;

  const std::filesystem::path proc_;
};

// The figures between two looks, `seconds` apart, by their stable names; what a look does not hold is left out:
//   cpu_pct, cpu0_pct, cpu1_pct, ...            share of time not idle, 0 to 100
//   mem_used_pct, mem_used_bytes, mem_total_bytes   used: total less what the kernel calls available
//   load1, load5, load15                        load averages
//   disk_read_bytes_per_s, disk_write_bytes_per_s   all whole disks
//   net_rx_bytes_per_s, net_tx_bytes_per_s      all interfaces but the loopback
//   procs, threads                              how many exist
std::map<std::string, double> Figures(const MachineSample& before, const MachineSample& now, double seconds);

}  // namespace spanwire::hostmon
