#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "bridge/auth/compact_jws.h"
#include "bridge/auth/hmac_secret.h"
#include "bridge/auth/public_key.h"

namespace spanwire::auth {

// One key that tokens may be signed with.
struct VerificationKey {
  std::string kid;  // empty: has no name
  std::variant<HmacSecret, PublicKey> material;
};

// The keys of one time. Immutable; any thread.
class KeySet {
 public:
  static constexpr size_t kMaxKeys = 32;
  // Bounds the work for a token that names no key, which anybody can send.
  static constexpr size_t kMaxTried = 4;

  enum class Verdict { kGood, kUnknownKey, kBadSignature };

  // INVALID_ARGUMENT for over kMaxKeys keys, for two of one kid, and for over kMaxTried without one.
  static absl::StatusOr<KeySet> Create(std::vector<VerificationKey> keys);

  // Whether one of the keys signed it. A `kid` picks the key of that name, and where no key has it those without a name
  // (secrets and PEM files have none); without a `kid` all are tried, unless they are over
  // kMaxTried. Only keys that serve the algorithm count.
  Verdict Verify(const CompactJws& jws) const;

  const std::vector<VerificationKey>& keys() const { return keys_; }

 private:
  explicit KeySet(std::vector<VerificationKey> keys) : keys_(std::move(keys)) {}

  std::vector<VerificationKey> keys_;
};

using KeySetPtr = std::shared_ptr<const KeySet>;

// The keys in force, which a reload replaces while tokens are verified: those who verify hold on to the set that they
// began with. Thread safe.
class KeyRing {
 public:
  // `keys` is never null, here and below.
  explicit KeyRing(KeySetPtr keys) : keys_(std::move(keys)) {}
  KeyRing(const KeyRing&) = delete;
  KeyRing& operator=(const KeyRing&) = delete;

  KeySetPtr keys() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return keys_;
  }
  void Replace(KeySetPtr keys) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    keys_.swap(keys);  // the old set goes after the lock
  }

 private:
  mutable absl::Mutex mutex_;  // held to copy or swap the pointer
  KeySetPtr keys_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace spanwire::auth
