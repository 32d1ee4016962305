#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bridge/auth/key_set.h"

namespace spanwire::auth {

// A file with a secret, whole and as it is but for one newline at its end.
struct SecretFile {
  std::string path;
  HmacAlgorithm algorithm = HmacAlgorithm::kHs256;  // the one that it is for
};

// Where the keys are. All that are named count together.
struct KeyFiles {
  std::vector<SecretFile> secrets;
  std::vector<std::string> public_keys;  // PEM
  std::string jwks;                      // a JWK Set; empty: none

  bool empty() const { return secrets.empty() && public_keys.empty() && jwks.empty(); }
};

struct LoadedKeys {
  KeySet keys;
  std::vector<std::string> notes;  // for the log: keys that are left out, secrets that others can read
};

// Reads the keys; blocks on the disk. The error is INVALID_ARGUMENT with a sentence that begins with the file's name
// and says what is wrong with it (missing, not permitted, a folder, over 1 MiB, a short secret, bad PEM or JSON, no key
// at all) and holds nothing of a secret. For a reload, load first and hand KeyRing what succeeded.
absl::StatusOr<LoadedKeys> LoadKeys(const KeyFiles& files);

// A file of at most 1 MiB, for keys and tokens; errors as above.
absl::StatusOr<std::string> ReadKeyFile(const std::string& path);

// `text` without the one newline (LF or CR LF) that editors and `echo` put at the end.
std::string_view WithoutNewline(std::string_view text);

}  // namespace spanwire::auth
