#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "bridge/auth/identity.h"
#include "bridge/config/config.h"

namespace spanwire::auth {

// Who shows which client certificate, by a name that is in it. Immutable.
class ClientCertificates {
 public:
  ClientCertificates() = default;
  // An entry that `before` has just so keeps its identity, by which those who came with it are known.
  explicit ClientCertificates(const std::vector<config::ClientCertificate>& certificates,
                              const ClientCertificates& before = {});

  // Whose certificate has one of these names, the first that is known; null where none is. What it was let in with
  // counts for as long as the connection that shows the certificate, and its entry, are there.
  IdentityPtr Find(const std::vector<std::string>& names) const;
  // Whether it is the identity of an entry.
  bool Has(const Identity& identity) const;

  friend bool operator==(const ClientCertificates&, const ClientCertificates&) = default;

 private:
  struct Entry {
    config::ClientCertificate settings;
    IdentityPtr identity;

    friend bool operator==(const Entry& a, const Entry& b) { return a.settings == b.settings; }
  };

  absl::flat_hash_map<std::string, Entry> by_name_;
};

}  // namespace spanwire::auth
