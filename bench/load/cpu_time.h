#pragma once

#include "absl/status/statusor.h"

namespace spanwire::bench {

// Processor seconds since some beginning; only differences mean anything. From /proc, 10 ms coarse.
struct CpuTime {
  double user = 0;
  double system = 0;

  double total() const { return user + system; }
  friend CpuTime operator-(CpuTime a, CpuTime b) { return {a.user - b.user, a.system - b.system}; }
};

// All threads of a process, those that ended too.
absl::StatusOr<CpuTime> ProcessCpu(int pid);
// Everything on this machine that was not idle, and what a hypervisor gave to others.
absl::StatusOr<CpuTime> MachineCpu();

}  // namespace spanwire::bench
