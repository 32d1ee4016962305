#include "bridge/tls/pem_file.h"

#include <fmt/format.h>

#include "bridge/model/absl_view.h"
#include "bridge/openssl/key_file.h"

namespace spanwire::tls {

absl::StatusOr<std::string> PemFile::Read() const {
  absl::StatusOr<std::string> text = openssl::ReadKeyFile(path);
  if (text.ok()) return text;
  return Fault(model::ToStd(text.status().message()));
}

absl::Status PemFile::Fault(std::string_view what) const {
  return absl::InvalidArgumentError(Note(what));
}

std::string PemFile::Note(std::string_view what) const {
  return fmt::format("{}: {}: {}", setting, path, what);
}

bool PemFile::OpenToOthers() const {
  return openssl::OpenToOthers(path);
}

}  // namespace spanwire::tls
