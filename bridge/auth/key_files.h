#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bridge/auth/key_set.h"

namespace spanwire::auth {

// A file and the setting that names it, which sentences about it begin with; without one they begin with the path.
struct KeyFile {
  std::string path;
  std::string setting = {};

  // `setting: path`.
  std::string Name() const;
};

// A file with a secret, whole and as it is but for one newline at its end.
struct SecretFile {
  KeyFile file;
  HmacAlgorithm algorithm = HmacAlgorithm::kHs256;  // the one that it is for
};

// Where the keys are. All that are named count together.
struct KeyFiles {
  std::vector<SecretFile> secrets;
  std::vector<KeyFile> public_keys;  // PEM
  KeyFile jwks;                      // a JWK Set; no path: none

  bool empty() const { return secrets.empty() && public_keys.empty() && jwks.path.empty(); }
};

struct LoadedKeys {
  KeySet keys;
  std::vector<std::string> notes;  // for the log: keys that are left out, secrets that others can read
};

// Reads the keys; blocks on the disk. The error is INVALID_ARGUMENT with a sentence that begins with KeyFile::Name
// and says what is wrong with it (missing, not permitted, a folder, over 1 MiB, a short secret, bad PEM or JSON, no key
// at all) and holds nothing of a secret. For a reload, load first and hand KeyRing what succeeded.
absl::StatusOr<LoadedKeys> LoadKeys(const KeyFiles& files);

// A file of at most 1 MiB, for keys and tokens; errors as above, beginning with the path.
absl::StatusOr<std::string> ReadKeyFile(const std::string& path);

// `text` without the one newline (LF or CR LF) that editors and `echo` put at the end.
std::string_view WithoutNewline(std::string_view text);

}  // namespace spanwire::auth
