#include "bridge/auth/key_files.h"

#include <utility>

#include <fmt/format.h>

#include "bridge/auth/jwks.h"
#include "bridge/model/absl_view.h"
#include "bridge/openssl/key_file.h"

namespace spanwire::auth {
namespace {

absl::Status Fault(const std::string& path, std::string_view sentence) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", path, sentence));
}
absl::Status Fault(const std::string& path, const absl::Status& status) {
  return Fault(path, model::ToStd(status.message()));
}

// Collects keys and notes from one file after another.
class Loader {
 public:
  absl::Status AddSecret(const SecretFile& file) {
    const absl::StatusOr<std::string> text = ReadKeyFile(file.path);
    if (!text.ok()) return text.status();
    absl::StatusOr<HmacSecret> secret = HmacSecret::Create(WithoutNewline(*text), file.algorithm);
    if (!secret.ok()) return Fault(file.path, secret.status());
    keys_.push_back({.kid = {}, .material = *std::move(secret)});
    NoteOpenSecret(file.path);
    return absl::OkStatus();
  }

  absl::Status AddPem(const std::string& path) {
    const absl::StatusOr<std::string> text = ReadKeyFile(path);
    if (!text.ok()) return text.status();
    absl::StatusOr<std::vector<PublicKey>> found = PublicKey::FromPem(*text);
    if (!found.ok()) return Fault(path, found.status());
    for (PublicKey& key : *found) keys_.push_back({.kid = {}, .material = std::move(key)});
    return absl::OkStatus();
  }

  absl::Status AddJwks(const std::string& path) {
    const absl::StatusOr<std::string> text = ReadKeyFile(path);
    if (!text.ok()) return text.status();
    absl::StatusOr<Jwks> jwks = ParseJwks(*text);
    if (!jwks.ok()) return Fault(path, jwks.status());
    if (jwks->keys.empty()) {
      return Fault(path,
                   jwks->ignored.empty() ? "it holds no keys" : "none of its keys can be used: " + jwks->ignored[0]);
    }
    bool secrets = false;
    for (VerificationKey& key : jwks->keys) {
      secrets |= std::holds_alternative<HmacSecret>(key.material);
      keys_.push_back(std::move(key));
    }
    if (secrets) NoteOpenSecret(path);
    for (const std::string& sentence : jwks->ignored) notes_.push_back(fmt::format("{}: left out {}", path, sentence));
    return absl::OkStatus();
  }

  absl::StatusOr<LoadedKeys> Finish() && {
    if (keys_.empty()) return absl::InvalidArgumentError("no key is given that tokens could be checked with");
    absl::StatusOr<KeySet> set = KeySet::Create(std::move(keys_));
    if (!set.ok()) return set.status();
    return LoadedKeys{.keys = *std::move(set), .notes = std::move(notes_)};
  }

 private:
  void NoteOpenSecret(const std::string& path) {
    if (openssl::OpenToOthers(path))
      notes_.push_back(path + ": every user of this machine can read this secret: chmod 600");
  }

  std::vector<VerificationKey> keys_;
  std::vector<std::string> notes_;
};

}  // namespace

absl::StatusOr<LoadedKeys> LoadKeys(const KeyFiles& files) {
  Loader loader;
  for (const SecretFile& file : files.secrets) {
    if (absl::Status status = loader.AddSecret(file); !status.ok()) return status;
  }
  for (const std::string& path : files.public_keys) {
    if (absl::Status status = loader.AddPem(path); !status.ok()) return status;
  }
  if (!files.jwks.empty()) {
    if (absl::Status status = loader.AddJwks(files.jwks); !status.ok()) return status;
  }
  return std::move(loader).Finish();
}

absl::StatusOr<std::string> ReadKeyFile(const std::string& path) {
  absl::StatusOr<std::string> text = openssl::ReadKeyFile(path);
  if (text.ok()) return text;
  return Fault(path, text.status());
}

std::string_view WithoutNewline(std::string_view text) {
  if (text.ends_with("\r\n")) {
    text.remove_suffix(2);
  } else if (text.ends_with('\n')) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace spanwire::auth
