#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "bridge/auth/revocation.h"
#include "bridge/auth/revocation_list.h"

namespace spanwire::auth {

// Keeps revocations over a restart: one JSON object a line, appended and flushed to the disk before Append returns.
//
//   {"tenant_id":"acme","token_id":"t-1"}
//   {"tenant_id":"","user_id":"u-17","issued_until":"2026-01-15T14:05:00Z","until":"2026-01-16T14:05:00Z"}
//
// Bounded: it is written anew, with what still counts, when it is opened and whenever it has grown to twice that. Only
// its owner may read it. One bridge for each file. Thread safe; blocks on the disk.
class RevocationFile {
 public:
  // Reads the file, which need not exist, into `list`, which outlives it. INVALID_ARGUMENT with a sentence that begins
  // with the file's name: what cannot be read, or holds more than the list may, must not be taken for empty. A last
  // line that is not whole is what a crash left of an order that nobody was told had been taken: it is dropped, and
  // note() says so.
  static absl::StatusOr<std::unique_ptr<RevocationFile>> Open(const std::string& path, RevocationList& list);
  // The same without writing, for a file that a running bridge may keep: reads it, and looks whether its folder may be
  // written to.
  static absl::Status Check(const std::string& path, RevocationList& list);
  ~RevocationFile();
  RevocationFile(const RevocationFile&) = delete;
  RevocationFile& operator=(const RevocationFile&) = delete;

  // For the log; empty where there is nothing to be said.
  const std::string& note() const { return note_; }

  // Writes an order that the list has taken. UNAVAILABLE, reason REVOCATION_NOT_KEPT.
  absl::Status Append(const Revocation& revocation) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  RevocationFile(std::string path, const RevocationList& list) : path_(std::move(path)), list_(list) {}

  absl::Status WriteAnew() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string path_;
  std::string note_;
  const RevocationList& list_;
  absl::Mutex mutex_;
  int file_ ABSL_GUARDED_BY(mutex_) = -1;
  size_t lines_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t lines_at_most_ ABSL_GUARDED_BY(mutex_) = 0;  // before it is written anew
};

// One line of the file, without its end.
std::string WriteRevocation(const Revocation& revocation);
// INVALID_ARGUMENT with half a sentence.
absl::StatusOr<Revocation> ReadRevocation(std::string_view line);

}  // namespace spanwire::auth
