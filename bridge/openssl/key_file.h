#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace spanwire::openssl {

// A regular file with a key or certificates, of at most 1 MiB; blocks on the disk, never on a pipe. INVALID_ARGUMENT
// with what is wrong, for the caller to say of which file; no error holds any of its bytes.
absl::StatusOr<std::string> ReadKeyFile(const std::string& path);

// Whether every user of this machine can read or write it.
bool OpenToOthers(const std::string& path);

}  // namespace spanwire::openssl
