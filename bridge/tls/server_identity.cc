#include "bridge/tls/server_identity.h"

namespace spanwire::tls {

absl::StatusOr<std::unique_ptr<ServerIdentity>> ServerIdentity::Load(ServerFiles files,
                                                                     ServerContext::Options options) {
  auto context = ServerContext::Load(files, options);
  if (!context.ok()) return context.status();
  return std::unique_ptr<ServerIdentity>(new ServerIdentity(std::move(files), options, *std::move(context)));
}

std::shared_ptr<const ServerContext> ServerIdentity::Current() const {
  absl::MutexLock lock(&mutex_);
  return current_;
}

absl::Status ServerIdentity::Reload() {
  auto fresh = ServerContext::Load(files_, options_);
  if (!fresh.ok()) return fresh.status();
  absl::MutexLock lock(&mutex_);
  current_.swap(*fresh);  // the old one is freed after the lock
  return absl::OkStatus();
}

}  // namespace spanwire::tls
