#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace spanwire::hostmon {

// Parsers of the texts under /proc (proc(5)). Pure: what a text does not hold is left out, and a line that is not
// understood is passed over, since kernels add lines and fields.

// Ticks since boot. `busy` is all but idle and waiting for I/O.
struct CpuTimes {
  uint64_t busy = 0;
  uint64_t total = 0;
};

struct CpuStat {
  CpuTimes all;
  std::map<int, CpuTimes> cores;  // by the kernel's number; those that are offline are missing
};

struct Memory {
  uint64_t total_bytes = 0;
  uint64_t available_bytes = 0;
};

struct Load {
  double load1 = 0;
  double load5 = 0;
  double load15 = 0;
  uint64_t threads = 0;
};

// Bytes since boot in two directions: read and written, or received and sent.
struct Traffic {
  uint64_t in_bytes = 0;
  uint64_t out_bytes = 0;
};

struct ProcessStat {
  int pid = 0;
  std::string command;  // as the kernel has it: at most 15 bytes, perhaps not UTF-8
  uint64_t cpu_ticks = 0;
  uint64_t start_ticks = 0;  // since boot; with the pid it names a process for good
  uint64_t rss_pages = 0;
};

std::optional<CpuStat> ParseStat(std::string_view text);
std::optional<Memory> ParseMeminfo(std::string_view text);
std::optional<Load> ParseLoadavg(std::string_view text);
// Whole disks only: partitions, device mapper and RAID would count their disks' bytes again; loop, ram and optical
// drives are no disks of interest.
Traffic ParseDiskstats(std::string_view text);
// All interfaces but the loopback.
Traffic ParseNetDev(std::string_view text);
// The text of /proc/<pid>/stat.
std::optional<ProcessStat> ParseProcessStat(std::string_view text);

}  // namespace spanwire::hostmon
