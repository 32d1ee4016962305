// Tells ThreadSanitizer what absl::Mutex, CondVar and Notification order. Debian's abseil is not built for it, so
// without this every use of them looks like a race. Linked into everything when SPANWIRE_SANITIZE names thread; the
// linker sends our calls here (-Wl,--wrap, see Toolchain.cmake), and abseil's own inner calls stay as they are.
#include <sanitizer/tsan_interface.h>
#include <sched.h>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

using absl::Condition;
using absl::CondVar;
using absl::Duration;
using absl::Mutex;
using absl::Notification;
using absl::Time;

// __wrap_X is called for X, and __real_X is X. The names are the mangled ones of Debian 12's abseil.
#define SPANWIRE_WRAP(result, name, ...)        \
  extern "C" result __real_##name(__VA_ARGS__); \
  extern "C" result __wrap_##name(__VA_ARGS__)

namespace {

constexpr unsigned kRead = __tsan_mutex_read_lock;
constexpr unsigned kTry = __tsan_mutex_try_lock;
constexpr unsigned kFailed = __tsan_mutex_try_lock_failed;

void Unlocking(Mutex* mutex, unsigned flags) {
  // Before the real unlock, after which the mutex may be gone.
  __tsan_mutex_pre_unlock(mutex, flags);
  __tsan_mutex_post_unlock(mutex, flags);
}

// abseil evaluates conditions on whichever thread unlocks, which the sanitizer cannot follow: so look from time to
// time.
bool AwaitUntil(Mutex* mutex, const Condition& condition, Time deadline) {
  while (!condition.Eval()) {
    if (absl::Now() >= deadline) return false;
    mutex->Unlock();
    sched_yield();
    mutex->Lock();
  }
  return true;
}

// HasBeenNotified() is inlined and reads the flag behind the mutex: what was notified is tied to that address.
void* FlagOf(const Notification* notification) {
  return const_cast<char*>(reinterpret_cast<const char*>(notification)) + sizeof(Mutex);
}

// Looks from time to time for the same reason: the notifying thread would read the flag after the waiter saw it set,
// and perhaps destroyed it.
bool AwaitNotification(const Notification* notification, Time deadline) {
  while (!notification->HasBeenNotified()) {
    if (absl::Now() >= deadline) return false;
    sched_yield();
  }
  __tsan_acquire(FlagOf(notification));
  return true;
}

// The sanitizer finds deadlocks itself; abseil's own search shares a graph under a lock that is not seen either.
[[maybe_unused]] const bool kAbseilLeavesDeadlocksAlone = [] {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return true;
}();

}  // namespace

SPANWIRE_WRAP(void, _ZN4absl7debian35Mutex4LockEv, Mutex* mutex) {
  __tsan_mutex_pre_lock(mutex, 0);
  __real__ZN4absl7debian35Mutex4LockEv(mutex);
  __tsan_mutex_post_lock(mutex, 0, 0);
}

SPANWIRE_WRAP(void, _ZN4absl7debian35Mutex6UnlockEv, Mutex* mutex) {
  Unlocking(mutex, 0);
  __real__ZN4absl7debian35Mutex6UnlockEv(mutex);
}

SPANWIRE_WRAP(bool, _ZN4absl7debian35Mutex7TryLockEv, Mutex* mutex) {
  __tsan_mutex_pre_lock(mutex, kTry);
  const bool locked = __real__ZN4absl7debian35Mutex7TryLockEv(mutex);
  __tsan_mutex_post_lock(mutex, locked ? kTry : kTry | kFailed, 0);
  return locked;
}

SPANWIRE_WRAP(void, _ZN4absl7debian35Mutex10ReaderLockEv, Mutex* mutex) {
  __tsan_mutex_pre_lock(mutex, kRead);
  __real__ZN4absl7debian35Mutex10ReaderLockEv(mutex);
  __tsan_mutex_post_lock(mutex, kRead, 0);
}

SPANWIRE_WRAP(void, _ZN4absl7debian35Mutex12ReaderUnlockEv, Mutex* mutex) {
  Unlocking(mutex, kRead);
  __real__ZN4absl7debian35Mutex12ReaderUnlockEv(mutex);
}

SPANWIRE_WRAP(void, _ZN4absl7debian35MutexD1Ev, Mutex* mutex) {
  __tsan_mutex_destroy(mutex, __tsan_mutex_not_static);
  __real__ZN4absl7debian35MutexD1Ev(mutex);
}

SPANWIRE_WRAP(void, _ZN4absl7debian35Mutex5AwaitERKNS0_9ConditionE, Mutex* mutex, const Condition& condition) {
  AwaitUntil(mutex, condition, absl::InfiniteFuture());
}

SPANWIRE_WRAP(bool, _ZN4absl7debian35Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE, Mutex* mutex,
              const Condition& condition, Duration timeout) {
  return AwaitUntil(mutex, condition, absl::Now() + timeout);
}

SPANWIRE_WRAP(bool, _ZN4absl7debian35Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE, Mutex* mutex,
              const Condition& condition, Time deadline) {
  return AwaitUntil(mutex, condition, deadline);
}

SPANWIRE_WRAP(void, _ZN4absl7debian35Mutex8LockWhenERKNS0_9ConditionE, Mutex* mutex, const Condition& condition) {
  mutex->Lock();
  AwaitUntil(mutex, condition, absl::InfiniteFuture());
}

SPANWIRE_WRAP(void, _ZN4absl7debian37CondVar4WaitEPNS0_5MutexE, CondVar* variable, Mutex* mutex) {
  Unlocking(mutex, 0);
  __real__ZN4absl7debian37CondVar4WaitEPNS0_5MutexE(variable, mutex);
  __tsan_mutex_pre_lock(mutex, 0);
  __tsan_mutex_post_lock(mutex, 0, 0);
}

SPANWIRE_WRAP(bool, _ZN4absl7debian37CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE, CondVar* variable,
              Mutex* mutex, Duration timeout) {
  Unlocking(mutex, 0);
  const bool timed_out =
      __real__ZN4absl7debian37CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE(variable, mutex, timeout);
  __tsan_mutex_pre_lock(mutex, 0);
  __tsan_mutex_post_lock(mutex, 0, 0);
  return timed_out;
}

SPANWIRE_WRAP(bool, _ZN4absl7debian37CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE, CondVar* variable, Mutex* mutex,
              Time deadline) {
  Unlocking(mutex, 0);
  const bool timed_out =
      __real__ZN4absl7debian37CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE(variable, mutex, deadline);
  __tsan_mutex_pre_lock(mutex, 0);
  __tsan_mutex_post_lock(mutex, 0, 0);
  return timed_out;
}

SPANWIRE_WRAP(void, _ZN4absl7debian312Notification6NotifyEv, Notification* notification) {
  __tsan_release(FlagOf(notification));
  __real__ZN4absl7debian312Notification6NotifyEv(notification);
}

SPANWIRE_WRAP(void, _ZNK4absl7debian312Notification19WaitForNotificationEv, Notification* notification) {
  AwaitNotification(notification, absl::InfiniteFuture());
}

SPANWIRE_WRAP(bool, _ZNK4absl7debian312Notification30WaitForNotificationWithTimeoutENS0_8DurationE,
              Notification* notification, Duration timeout) {
  return AwaitNotification(notification, absl::Now() + timeout);
}
