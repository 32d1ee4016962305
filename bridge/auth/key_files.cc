#include "bridge/auth/key_files.h"

#include <utility>

#include <fmt/format.h>

#include "bridge/auth/jwks.h"
#include "bridge/auth/secret_text.h"
#include "bridge/model/absl_view.h"
#include "bridge/openssl/key_file.h"

namespace spanwire::auth {
namespace {

absl::Status Fault(const KeyFile& file, std::string_view sentence) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", file.Name(), sentence));
}
absl::Status Fault(const KeyFile& file, const absl::Status& status) {
  return Fault(file, model::ToStd(status.message()));
}

absl::StatusOr<std::string> Read(const KeyFile& file) {
  absl::StatusOr<std::string> text = openssl::ReadKeyFile(file.path);
  return text.ok() ? text : Fault(file, text.status());
}

// Collects keys and notes from one file after another.
class Loader {
 public:
  absl::Status AddSecret(const SecretFile& secret) {
    const absl::StatusOr<std::string> text = Read(secret.file);
    if (!text.ok()) return text.status();
    if (absl::Status status = CheckIsNoKey(*text); !status.ok()) return Fault(secret.file, status);
    absl::StatusOr<HmacSecret> material = HmacSecret::Create(WithoutNewline(*text), secret.algorithm);
    if (!material.ok()) return Fault(secret.file, material.status());
    keys_.push_back({.kid = {}, .material = *std::move(material)});
    NoteOpenSecret(secret.file);
    return absl::OkStatus();
  }

  absl::Status AddPem(const KeyFile& file) {
    const absl::StatusOr<std::string> text = Read(file);
    if (!text.ok()) return text.status();
    absl::StatusOr<std::vector<PublicKey>> found = PublicKey::FromPem(*text);
    if (!found.ok()) return Fault(file, found.status());
    for (PublicKey& key : *found) keys_.push_back({.kid = {}, .material = std::move(key)});
    return absl::OkStatus();
  }

  absl::Status AddJwks(const KeyFile& file) {
    const absl::StatusOr<std::string> text = Read(file);
    if (!text.ok()) return text.status();
    absl::StatusOr<Jwks> jwks = ParseJwks(*text);
    if (!jwks.ok()) return Fault(file, jwks.status());
    if (jwks->keys.empty()) {
      return Fault(file,
                   jwks->ignored.empty() ? "it holds no keys" : "none of its keys can be used: " + jwks->ignored[0]);
    }
    bool secrets = false;
    for (VerificationKey& key : jwks->keys) {
      secrets |= std::holds_alternative<HmacSecret>(key.material);
      keys_.push_back(std::move(key));
    }
    if (secrets) NoteOpenSecret(file);
    for (const std::string& sentence : jwks->ignored)
      notes_.push_back(fmt::format("{}: left out {}", file.Name(), sentence));
    return absl::OkStatus();
  }

  absl::StatusOr<LoadedKeys> Finish() && {
    if (keys_.empty()) return absl::InvalidArgumentError("no key is given that tokens could be checked with");
    absl::StatusOr<KeySet> set = KeySet::Create(std::move(keys_));
    if (!set.ok()) {
      return absl::InvalidArgumentError(
          fmt::format("the keys of all files together: {}", model::ToStd(set.status().message())));
    }
    return LoadedKeys{.keys = *std::move(set), .notes = std::move(notes_)};
  }

 private:
  void NoteOpenSecret(const KeyFile& file) {
    if (openssl::OpenToOthers(file.path))
      notes_.push_back(file.Name() + ": every user of this machine can read this secret: chmod 600");
  }

  std::vector<VerificationKey> keys_;
  std::vector<std::string> notes_;
};

}  // namespace

std::string KeyFile::Name() const {
  return setting.empty() ? path : fmt::format("{}: {}", setting, path);
}

absl::StatusOr<LoadedKeys> LoadKeys(const KeyFiles& files) {
  Loader loader;
  for (const SecretFile& secret : files.secrets) {
    if (absl::Status status = loader.AddSecret(secret); !status.ok()) return status;
  }
  for (const KeyFile& file : files.public_keys) {
    if (absl::Status status = loader.AddPem(file); !status.ok()) return status;
  }
  if (!files.jwks.path.empty()) {
    if (absl::Status status = loader.AddJwks(files.jwks); !status.ok()) return status;
  }
  return std::move(loader).Finish();
}

absl::StatusOr<std::string> ReadKeyFile(const std::string& path) {
  return Read({.path = path});
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
