#pragma once

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "bridge/tls/server_context.h"

namespace spanwire::tls {

// What the bridge shows of itself to those who connect now. Replaced as a whole, so that nobody gets one file's old and
// another's new contents; connections that exist keep what they began with. Thread safe.
class ServerIdentity {
 public:
  // Fails as ServerContext::Load.
  static absl::StatusOr<std::unique_ptr<ServerIdentity>> Load(ServerFiles files, ServerContext::Options options);

  std::shared_ptr<const ServerContext> Current() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Reads the files again; blocks on the disk. Where they are bad what was in force stays.
  absl::Status Reload() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  ServerIdentity(ServerFiles files, ServerContext::Options options, std::shared_ptr<const ServerContext> context)
      : files_(std::move(files)), options_(options), current_(std::move(context)) {}

  const ServerFiles files_;
  const ServerContext::Options options_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const ServerContext> current_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace spanwire::tls
