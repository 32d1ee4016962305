#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace spanwire::tls {

// A file in PEM and the setting that names it, such as `tls.cert_file`. Every sentence about it begins with both.
struct PemFile {
  std::string setting;
  std::string path;

  // Its text; blocks on the disk. INVALID_ARGUMENT where it cannot be read, or is over 1 MiB.
  absl::StatusOr<std::string> Read() const;
  // INVALID_ARGUMENT with a sentence of what is wrong with it.
  absl::Status Fault(std::string_view what) const;
  std::string Note(std::string_view what) const;
  // Every user of this machine can read it.
  bool OpenToOthers() const;
};

}  // namespace spanwire::tls
