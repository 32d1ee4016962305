#include "spanwire/publisher.h"

#include <utility>

#include "publisher_sdk/src/pending_result.h"
#include "publisher_sdk/src/publisher_core.h"

namespace spanwire {

Publisher::Publisher(PublisherOptions options) : core_(std::make_unique<internal::PublisherCore>(std::move(options))) {}

Publisher::~Publisher() {
  // What is not confirmed by then is told to each event's own callback.
  core_->Close(core_->options().close_deadline).IgnoreError();
}

absl::Status Publisher::Flush(std::chrono::milliseconds deadline) {
  return core_->Flush(deadline);
}

absl::Status Publisher::Close(std::chrono::milliseconds deadline) {
  return core_->Close(deadline);
}

PublisherStats Publisher::Stats() const {
  return core_->Stats();
}

PublishFuture Publisher::Send(v1::Event event, std::chrono::milliseconds deadline) {
  auto pending = std::make_shared<internal::PendingResult>(core_->reporter());
  PublishCallback done = [pending](const PublishResult& result) { pending->Set(result); };
  const PublishResult verdict = core_->Submit(std::move(event), deadline, done);
  if (!verdict.ok()) pending->Set(verdict);
  return PublishFuture(std::move(pending));
}

void Publisher::Send(v1::Event event, std::chrono::milliseconds deadline, PublishCallback done) {
  PublishResult verdict = core_->Submit(std::move(event), deadline, done);
  if (!verdict.ok()) core_->TellRefusal(std::move(done), std::move(verdict));
}

}  // namespace spanwire
