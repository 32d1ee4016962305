#include "bridge/broker/call_gate.h"

namespace spanwire::broker {

bool CallGate::Enter() {
  absl::MutexLock lock(&mutex_);
  if (closed_) return false;
  ++inside_;
  return true;
}

void CallGate::Leave() {
  absl::MutexLock lock(&mutex_);
  --inside_;
  if (closed_ && inside_ == 0) left_.SignalAll();
}

void CallGate::Close() {
  absl::MutexLock lock(&mutex_);
  closed_ = true;
  while (inside_ > 0) left_.Wait(&mutex_);
}

}  // namespace spanwire::broker
