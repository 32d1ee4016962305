#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "bridge/broker/tenant_log.h"

namespace spanwire::broker {

// Every tenant's log, at most `max_tenants` of them. Thread safe.
//
// A tenant stays until its place is needed, since its epoch is what keeps cursors good. Then the one unused longest
// that keeps nothing and interests nobody goes; should it come back it starts a new log with a fresh epoch.
class TenantDirectory {
 public:
  // `policies` and `budget` are borrowed.
  TenantDirectory(size_t max_tenants, const config::TopicPolicies& policies, HistoryBudget& budget)
      : max_tenants_(max_tenants), policies_(policies), budget_(budget) {}

  // RESOURCE_EXHAUSTED where every place is taken by a tenant in use.
  absl::StatusOr<std::shared_ptr<TenantLog>> FindOrCreate(const std::string& tenant) ABSL_LOCKS_EXCLUDED(mutex_);
  // Null where the tenant has no log.
  std::shared_ptr<TenantLog> Find(const std::string& tenant) const ABSL_LOCKS_EXCLUDED(mutex_);
  // The log that keeps most bytes; null where none keeps any.
  std::shared_ptr<TenantLog> Largest() const ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<std::shared_ptr<TenantLog>> List() const ABSL_LOCKS_EXCLUDED(mutex_);
  size_t size() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  bool MakePlace(Discards& discards) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t max_tenants_;
  const config::TopicPolicies& policies_;
  HistoryBudget& budget_;
  mutable absl::Mutex mutex_;  // taken before a tenant's lock
  absl::flat_hash_map<std::string, std::shared_ptr<TenantLog>> logs_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace spanwire::broker
