#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "bridge/auth/identity.h"
#include "bridge/config/config.h"

namespace spanwire::auth {

// Who shows which client certificate, by a name that is in it. Immutable.
class ClientCertificates {
 public:
  ClientCertificates() = default;
  explicit ClientCertificates(const std::vector<config::ClientCertificate>& certificates);

  // Whose certificate has one of these names, the first that is known; null where none is. What it was let in with
  // counts for as long as the connection that shows the certificate.
  IdentityPtr Find(const std::vector<std::string>& names) const;

 private:
  absl::flat_hash_map<std::string, IdentityPtr> by_name_;
};

}  // namespace spanwire::auth
