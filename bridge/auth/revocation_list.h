#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "bridge/auth/identity.h"
#include "bridge/auth/revocation.h"
#include "bridge/model/clock.h"

namespace spanwire::auth {

// Tokens that no longer count although they are signed and have time left: single ones by `jti`, or all that a user was
// issued up to a moment. Within one tenant. Thread safe.
//
// Bounded: entries that no token can outlive go, and where the rest fill the list another is refused, loudly, rather
// than an older one forgotten.
class RevocationList {
 public:
  explicit RevocationList(const model::Clock& clock, size_t max_entries = 100'000)
      : clock_(clock), max_entries_(max_entries) {}
  RevocationList(const RevocationList&) = delete;
  RevocationList& operator=(const RevocationList&) = delete;

  // Revokes the token with that id. `until`: when it expires anyway (Identity::valid_until), so that the entry can go.
  // INVALID_ARGUMENT for an empty id; RESOURCE_EXHAUSTED with the reason REVOCATIONS_FULL where the list is full.
  absl::Status RevokeToken(std::string_view tenant_id, std::string_view token_id, absl::Time until)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Revokes all tokens of a user that were issued (`iat`) at `issued_until` or before, and all that do not say when.
  // `until`: when the last of them has expired. Said again, the later moments count. Errors as above.
  absl::Status RevokeUser(std::string_view tenant_id, std::string_view subject, absl::Time issued_until,
                          absl::Time until) ABSL_LOCKS_EXCLUDED(mutex_);

  // Either of the two.
  absl::Status Add(const Revocation& revocation) ABSL_LOCKS_EXCLUDED(mutex_);

  bool IsRevoked(const Identity& identity) const ABSL_LOCKS_EXCLUDED(mutex_);

  // Those that still count, in no order.
  std::vector<Revocation> InForce() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Entries that it holds.
  size_t size() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using Key = std::pair<std::string, std::string>;  // the tenant, and a token's id or a user
  struct Entry {
    absl::Time issued_until = absl::InfinitePast();  // of a user
    absl::Time until = absl::InfinitePast();
  };
  using Entries = absl::flat_hash_map<Key, Entry>;

  absl::Status Add(Entries& entries, Key key, Entry entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Why another is refused, what setting to change, and when there will be room without it.
  absl::Status Full() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DropExpired() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const model::Clock& clock_;
  const size_t max_entries_;
  mutable absl::Mutex mutex_;
  Entries tokens_ ABSL_GUARDED_BY(mutex_);
  Entries users_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace spanwire::auth
