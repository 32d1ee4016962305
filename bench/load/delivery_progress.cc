#include "bench/load/delivery_progress.h"

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <ctime>

namespace spanwire::bench {
namespace {

// A waiter looks at its deadline at least this often, so that a reporter that died does not leave it asleep.
constexpr timespec kNap{.tv_sec = 0, .tv_nsec = 100'000'000};

}  // namespace

absl::StatusOr<DeliveryProgress> DeliveryProgress::Map(int fd) {
  if (ftruncate(fd, sizeof(State)) != 0) return absl::ErrnoToStatus(errno, "cannot size the progress file");
  void* memory = mmap(nullptr, sizeof(State), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return absl::ErrnoToStatus(errno, "cannot map the progress file");
  return DeliveryProgress(static_cast<State*>(memory));
}

void DeliveryProgress::Advance(uint64_t sequence) {
  state_->delivered.store(sequence);
  const uint64_t wanted = state_->wanted.load();
  if (wanted != 0 && sequence >= wanted) Wake();
}

void DeliveryProgress::Stop() {
  state_->stopped.store(true);
  Wake();
}

void DeliveryProgress::Wake() {
  state_->wanted.store(0);
  state_->turn.fetch_add(1);
  syscall(SYS_futex, &state_->turn, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

bool DeliveryProgress::WaitFor(int64_t sequence, absl::Time deadline) {
  const auto wanted = static_cast<uint64_t>(sequence);
  while (!stopped()) {
    if (sequence <= 0 || state_->delivered.load() >= wanted) return true;
    const uint32_t turn = state_->turn.load();
    state_->wanted.store(wanted);
    if (state_->delivered.load() >= wanted || stopped()) continue;
    syscall(SYS_futex, &state_->turn, FUTEX_WAIT, turn, &kNap, nullptr, 0);
    if (absl::Now() > deadline) return false;
  }
  return false;
}

}  // namespace spanwire::bench
