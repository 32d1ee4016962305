#include "bridge/auth/client_certificates.h"

#include <memory>
#include <utility>

namespace spanwire::auth {
namespace {

// The settings were checked when they were read, so the roles are known ones.
IdentityPtr IdentityOf(const config::ClientCertificate& certificate) {
  Identity identity{.subject = certificate.name,
                    .tenant_id = certificate.tenant,
                    .certificate = certificate.name,
                    .publish = certificate.publish};
  for (const std::string& name : certificate.roles) {
    if (const std::optional<Role> role = FindRole(name)) identity.roles.Add(*role);
  }
  return std::make_shared<const Identity>(std::move(identity));
}

}  // namespace

ClientCertificates::ClientCertificates(const std::vector<config::ClientCertificate>& certificates,
                                       const ClientCertificates& before) {
  for (const config::ClientCertificate& certificate : certificates) {
    const auto known = before.by_name_.find(certificate.name);
    const bool same = known != before.by_name_.end() && known->second.settings == certificate;
    by_name_.try_emplace(certificate.name, Entry{.settings = certificate,
                                                 .identity = same ? known->second.identity : IdentityOf(certificate)});
  }
}

IdentityPtr ClientCertificates::Find(const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    if (const auto found = by_name_.find(name); found != by_name_.end()) return found->second.identity;
  }
  return nullptr;
}

bool ClientCertificates::Has(const Identity& identity) const {
  const auto found = by_name_.find(identity.certificate);
  return found != by_name_.end() && found->second.identity.get() == &identity;
}

}  // namespace spanwire::auth
