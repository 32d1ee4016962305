#include "bridge/ingest/live_calls.h"

#include <utility>
#include <vector>

namespace spanwire::ingest {

bool LiveCalls::Enter() {
  absl::MutexLock lock(&mutex_);
  if (draining_) return false;
  ++calls_;
  return true;
}

void LiveCalls::Leave() {
  absl::MutexLock lock(&mutex_);
  --calls_;
}

bool LiveCalls::Enter(std::shared_ptr<Stream> stream) {
  absl::MutexLock lock(&mutex_);
  if (draining_) return false;
  streams_.insert(std::move(stream));
  return true;
}

void LiveCalls::Leave(Stream* stream) {
  // Destroyed after the lock is released, if this was the last hold on it.
  std::shared_ptr<Stream> gone;
  absl::MutexLock lock(&mutex_);
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  gone = *found;
  streams_.erase(found);
}

void LiveCalls::Drain() {
  std::vector<std::shared_ptr<Stream>> streams;
  {
    absl::MutexLock lock(&mutex_);
    draining_ = true;
    streams.assign(streams_.begin(), streams_.end());
  }
  for (const std::shared_ptr<Stream>& stream : streams) stream->BeginDrain();
}

void LiveCalls::WaitUntilNone() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &LiveCalls::None));
}

}  // namespace spanwire::ingest
