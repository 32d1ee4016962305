#include "publisher_sdk/examples/hostmon/machine.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <system_error>

namespace spanwire::hostmon {
namespace {

namespace fs = std::filesystem;

// Hundredths are enough for people and keep the JSON short.
double Rounded(double value) {
  return std::round(value * 100) / 100;
}

double BusyPercent(const CpuTimes& before, const CpuTimes& now) {
  if (now.total <= before.total || now.busy < before.busy) return 0;
  const double share = static_cast<double>(now.busy - before.busy) / static_cast<double>(now.total - before.total);
  return Rounded(100 * std::min(share, 1.0));
}

// Counters go back when a disk or an interface goes away: no rate then, rather than a huge one.
double PerSecond(uint64_t before, uint64_t now, double seconds) {
  return now < before || seconds <= 0 ? 0 : std::round(static_cast<double>(now - before) / seconds);
}

void AddCpu(const CpuStat& before, const CpuStat& now, std::map<std::string, double>& figures) {
  figures["cpu_pct"] = BusyPercent(before.all, now.all);
  for (const auto& [core, times] : now.cores) {
    const auto earlier = before.cores.find(core);
    if (earlier != before.cores.end()) {
      figures["cpu" + std::to_string(core) + "_pct"] = BusyPercent(earlier->second, times);
    }
  }
}

}  // namespace

std::optional<std::string> Machine::Read(const fs::path& file) const {
  std::ifstream stream(proc_ / file, std::ios::binary);
  if (!stream) return std::nullopt;
  std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  return stream.bad() ? std::nullopt : std::optional(std::move(text));
}

std::vector<std::string> Machine::ProcessFolders() const {
  std::vector<std::string> folders;
  std::error_code error;
  for (fs::directory_iterator entry(proc_, error), end; !error && entry != end; entry.increment(error)) {
    std::string name = entry->path().filename();
    if (name.find_first_not_of("0123456789") == std::string::npos) folders.push_back(std::move(name));
  }
  return folders;
}

MachineSample Machine::Sample() const {
  MachineSample sample;
  if (const auto text = Read("stat")) sample.cpu = ParseStat(*text);
  if (const auto text = Read("meminfo")) sample.memory = ParseMeminfo(*text);
  if (const auto text = Read("loadavg")) sample.load = ParseLoadavg(*text);
  if (const auto text = Read("diskstats")) sample.disk = ParseDiskstats(*text);
  if (const auto text = Read("net/dev")) sample.net = ParseNetDev(*text);
  sample.processes = ProcessFolders().size();
  return sample;
}

std::vector<ProcessStat> Machine::Processes() const {
  std::vector<ProcessStat> processes;
  for (const std::string& folder : ProcessFolders()) {
    const auto text = Read(fs::path(folder) / "stat");
    if (!text) continue;
    if (auto process = ParseProcessStat(*text)) processes.push_back(std::move(*process));
  }
  return processes;
}

std::vector<std::string> Machine::Unreadable() const {
  std::vector<std::string> unreadable;
  for (const char* file : {"stat", "meminfo", "loadavg", "diskstats", "net/dev"}) {
    if (!Read(file)) unreadable.push_back((proc_ / file).string());
  }
  return unreadable;
}

std::map<std::string, double> Figures(const MachineSample& before, const MachineSample& now, double seconds) {
  std::map<std::string, double> figures;
  if (before.cpu && now.cpu) AddCpu(*before.cpu, *now.cpu, figures);
  if (now.memory) {
    const auto total = static_cast<double>(now.memory->total_bytes);
    const double used = total - static_cast<double>(now.memory->available_bytes);
    figures["mem_total_bytes"] = total;
    figures["mem_used_bytes"] = used;
    figures["mem_used_pct"] = Rounded(100 * used / total);
  }
  if (now.load) {
    figures["load1"] = now.load->load1;
    figures["load5"] = now.load->load5;
    figures["load15"] = now.load->load15;
    figures["threads"] = static_cast<double>(now.load->threads);
  }
  if (before.disk && now.disk) {
    figures["disk_read_bytes_per_s"] = PerSecond(before.disk->in_bytes, now.disk->in_bytes, seconds);
    figures["disk_write_bytes_per_s"] = PerSecond(before.disk->out_bytes, now.disk->out_bytes, seconds);
  }
  if (before.net && now.net) {
    figures["net_rx_bytes_per_s"] = PerSecond(before.net->in_bytes, now.net->in_bytes, seconds);
    figures["net_tx_bytes_per_s"] = PerSecond(before.net->out_bytes, now.net->out_bytes, seconds);
  }
  figures["procs"] = static_cast<double>(now.processes);
  return figures;
}

}  // namespace spanwire::hostmon
