#include "bridge/broker/tenant_directory.h"

#include <utility>

#include <fmt/format.h>

#include "bridge/model/cursor.h"
#include "bridge/model/error.h"

namespace spanwire::broker {

absl::StatusOr<std::shared_ptr<TenantLog>> TenantDirectory::FindOrCreate(const std::string& tenant) {
  if (std::shared_ptr<TenantLog> log = Find(tenant)) return log;
  Discards discards;  // destroyed after the lock is released
  absl::MutexLock lock(&mutex_);
  if (const auto found = logs_.find(tenant); found != logs_.end()) return found->second;
  if (logs_.size() >= max_tenants_ && !MakePlace(discards)) {
    return model::MakeError(absl::StatusCode::kResourceExhausted,
                            fmt::format("no place for tenant '{}': {} tenants are in use, which is the most; try again "
                                        "when another's history has expired or raise the limit",
                                        tenant, logs_.size()),
                            {.reason = "TOO_MANY_TENANTS", .metadata = {{"tenant_id", tenant}}});
  }
  auto log = std::make_shared<TenantLog>(tenant, model::RandomEpoch(), 0, policies_, budget_);
  logs_.emplace(tenant, log);
  return log;
}

bool TenantDirectory::MakePlace(Discards& discards) {
  // What a log looks like may change before its lock is taken, hence more than one try.
  for (int tries = 0; tries < 3; ++tries) {
    auto unused = logs_.end();
    for (auto it = logs_.begin(); it != logs_.end(); ++it) {
      if (!it->second->looks_empty()) continue;
      if (unused == logs_.end() || it->second->last_used_micros() < unused->second->last_used_micros()) unused = it;
    }
    if (unused == logs_.end()) return false;
    if (unused->second->RetireIfEmpty(discards)) {
      logs_.erase(unused);
      return true;
    }
  }
  return false;
}

std::shared_ptr<TenantLog> TenantDirectory::Find(const std::string& tenant) const {
  absl::ReaderMutexLock lock(&mutex_);
  const auto found = logs_.find(tenant);
  return found == logs_.end() ? nullptr : found->second;
}

std::shared_ptr<TenantLog> TenantDirectory::Largest() const {
  absl::ReaderMutexLock lock(&mutex_);
  std::shared_ptr<TenantLog> largest;
  for (const auto& [tenant, log] : logs_) {
    if (log->bytes() > (largest ? largest->bytes() : 0)) largest = log;
  }
  return largest;
}

std::vector<std::shared_ptr<TenantLog>> TenantDirectory::List() const {
  std::vector<std::shared_ptr<TenantLog>> list;
  absl::ReaderMutexLock lock(&mutex_);
  list.reserve(logs_.size());
  for (const auto& [tenant, log] : logs_) list.push_back(log);
  return list;
}

size_t TenantDirectory::size() const {
  absl::ReaderMutexLock lock(&mutex_);
  return logs_.size();
}

}  // namespace spanwire::broker
