#include "publisher_sdk/examples/hostmon/proc_files.h"

#include <charconv>
#include <set>
#include <vector>

namespace spanwire::hostmon {
namespace {

constexpr uint64_t kSectorBytes = 512;  // in /proc/diskstats always, whatever the disk

std::vector<std::string_view> Split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t begin = text.find_first_not_of(separators);
    if (begin == std::string_view::npos) return parts;
    text.remove_prefix(begin);
    const size_t end = text.find_first_of(separators);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end);
  }
}

std::vector<std::string_view> Lines(std::string_view text) {
  return Split(text, "\n");
}

std::vector<std::string_view> Fields(std::string_view line) {
  return Split(line, " \t");
}

template <typename Number>
std::optional<Number> ToNumber(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The field at `index`; 0 where it is missing or no number.
uint64_t Count(const std::vector<std::string_view>& fields, size_t index) {
  return index < fields.size() ? ToNumber<uint64_t>(fields[index]).value_or(0) : 0;
}

CpuTimes TimesOf(const std::vector<std::string_view>& fields) {
  // user nice system idle iowait irq softirq steal; the guest times that follow are in user already.
  CpuTimes times;
  for (size_t i = 1; i <= 8; ++i) times.total += Count(fields, i);
  times.busy = times.total - Count(fields, 4) - Count(fields, 5);
  return times;
}

bool IsOfInterest(std::string_view disk) {
  for (const std::string_view prefix : {"loop", "ram", "zram", "dm-", "md", "sr", "fd"}) {
    if (disk.starts_with(prefix)) return false;
  }
  return true;
}

// sda1 of sda; nvme0n1p2 of nvme0n1, since a disk whose name ends in a digit gets a `p`.
bool IsPartition(std::string_view name, const std::set<std::string_view>& names) {
  const size_t stem_end = name.find_last_not_of("0123456789");
  if (stem_end == std::string_view::npos || stem_end + 1 == name.size()) return false;
  const std::string_view stem = name.substr(0, stem_end + 1);
  if (names.contains(stem)) return true;
  return stem.ends_with('p') && names.contains(stem.substr(0, stem.size() - 1));
}

}  // namespace

std::optional<CpuStat> ParseStat(std::string_view text) {
  CpuStat stat;
  bool found = false;
  for (const std::string_view line : Lines(text)) {
    const auto fields = Fields(line);
    if (fields.size() < 5 || !fields[0].starts_with("cpu")) continue;
    if (fields[0] == "cpu") {
      stat.all = TimesOf(fields);
      found = true;
    } else if (const auto core = ToNumber<int>(fields[0].substr(3))) {
      stat.cores[*core] = TimesOf(fields);
    }
  }
  return found ? std::optional(stat) : std::nullopt;
}

std::optional<Memory> ParseMeminfo(std::string_view text) {
  Memory memory;
  for (const std::string_view line : Lines(text)) {
    const auto fields = Fields(line);
    if (fields.empty()) continue;
    if (fields[0] == "MemTotal:") memory.total_bytes = Count(fields, 1) * 1024;
    if (fields[0] == "MemAvailable:") memory.available_bytes = Count(fields, 1) * 1024;
  }
  if (memory.total_bytes == 0 || memory.available_bytes > memory.total_bytes) return std::nullopt;
  return memory;
}

std::optional<Load> ParseLoadavg(std::string_view text) {
  // "0.52 0.58 0.59 1/257 9042": the fourth is running/existing threads.
  const auto fields = Split(text, " \n/");
  if (fields.size() < 5) return std::nullopt;
  const auto load1 = ToNumber<double>(fields[0]);
  const auto load5 = ToNumber<double>(fields[1]);
  const auto load15 = ToNumber<double>(fields[2]);
  if (!load1 || !load5 || !load15) return std::nullopt;
  return Load{*load1, *load5, *load15, Count(fields, 4)};
}

Traffic ParseDiskstats(std::string_view text) {
  const auto lines = Lines(text);
  std::set<std::string_view> names;
  for (const std::string_view line : lines) {
    if (const auto fields = Fields(line); fields.size() > 2) names.insert(fields[2]);
  }
  Traffic traffic;
  for (const std::string_view line : lines) {
    const auto fields = Fields(line);
    if (fields.size() < 10 || !IsOfInterest(fields[2]) || IsPartition(fields[2], names)) continue;
    traffic.in_bytes += Count(fields, 5) * kSectorBytes;
    traffic.out_bytes += Count(fields, 9) * kSectorBytes;
  }
  return traffic;
}

Traffic ParseNetDev(std::string_view text) {
  Traffic traffic;
  for (const std::string_view line : Lines(text)) {
    // The colon may touch the first number.
    const size_t colon = line.rfind(':');
    if (colon == std::string_view::npos) continue;
    const auto name = Fields(line.substr(0, colon));
    const auto counts = Fields(line.substr(colon + 1));
    if (name.empty() || name[0] == "lo" || counts.size() < 9) continue;
    traffic.in_bytes += Count(counts, 0);
    traffic.out_bytes += Count(counts, 8);
  }
  return traffic;
}

std::optional<ProcessStat> ParseProcessStat(std::string_view text) {
  // "pid (command) state ...", where the command may hold anything, parentheses and spaces too.
  const size_t open = text.find('(');
  const size_t close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  const auto pid_field = Fields(text.substr(0, open));
  const auto pid = pid_field.empty() ? std::nullopt : ToNumber<int>(pid_field[0]);
  const auto fields = Split(text.substr(close + 1), " \n");  // from the third of proc(5)
  if (!pid || fields.size() < 22) return std::nullopt;
  ProcessStat process;
  process.pid = *pid;
  process.command = text.substr(open + 1, close - open - 1);
  process.cpu_ticks = Count(fields, 11) + Count(fields, 12);
  process.start_ticks = Count(fields, 19);
  process.rss_pages = Count(fields, 21);
  return process;
}

}  // namespace spanwire::hostmon
