#include "bench/load/cpu_time.h"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

#include <fmt/format.h>

namespace spanwire::bench {
namespace {

double Seconds(double ticks) {
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

absl::StatusOr<CpuTime> ProcessCpu(int pid) {
  const std::string path = fmt::format("/proc/{}/stat", pid);
  std::ifstream file(path);
  std::string line;
  // The name may contain anything, so the fields count from its closing parenthesis: state is the third of proc(5).
  if (!std::getline(file, line) || line.rfind(')') == std::string::npos) {
    return absl::NotFoundError(fmt::format("cannot read {}: did the process end?", path));
  }
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0;
  double system = 0;
  if (!(fields >> user >> system)) return absl::InternalError(fmt::format("cannot understand {}", path));
  return CpuTime{Seconds(user), Seconds(system)};
}

absl::StatusOr<CpuTime> MachineCpu() {
  std::ifstream file("/proc/stat");
  std::string name;
  double user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0;
  if (!(file >> name >> user >> nice >> system >> idle >> iowait >> irq >> softirq >> steal)) {
    return absl::InternalError("cannot read /proc/stat");
  }
  return CpuTime{Seconds(user + nice), Seconds(system + irq + softirq + steal)};
}

}  // namespace spanwire::bench
