#include <utility>

#include "absl/time/time.h"
#include "publisher_sdk/src/pending_result.h"
#include "spanwire/publish_result.h"

namespace spanwire {
namespace internal {

void PendingResult::Set(const PublishResult& result) {
  {
    absl::MutexLock lock(&mutex_);
    result_ = result;
    if (!abandoned_ || result.ok()) return;
  }
  reporter_->Report(result);
}

void PendingResult::Abandon() {
  std::optional<PublishResult> unseen;
  {
    absl::MutexLock lock(&mutex_);
    abandoned_ = true;
    if (looked_at_ || !result_ || result_->ok()) return;
    unseen = result_;
  }
  reporter_->Report(*unseen);
}

PublishResult PendingResult::Get() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &PendingResult::HasResult));
  looked_at_ = true;
  return *result_;
}

bool PendingResult::WaitFor(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(this, &PendingResult::HasResult), timeout);
}

}  // namespace internal

PublishFuture::PublishFuture(std::shared_ptr<internal::PendingResult> pending) : pending_(std::move(pending)) {}

PublishFuture::~PublishFuture() {
  if (pending_) pending_->Abandon();
}

PublishFuture::PublishFuture(PublishFuture&&) noexcept = default;

PublishFuture& PublishFuture::operator=(PublishFuture&& other) noexcept {
  if (this == &other) return *this;
  if (pending_) pending_->Abandon();
  pending_ = std::move(other.pending_);
  return *this;
}

PublishResult PublishFuture::Get() {
  return pending_->Get();
}

bool PublishFuture::WaitFor(std::chrono::milliseconds timeout) const {
  return pending_->WaitFor(absl::FromChrono(timeout));
}

}  // namespace spanwire
