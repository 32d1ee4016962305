#include "bridge/auth/client_certificates.h"

#include <memory>

namespace spanwire::auth {
namespace {

// The settings were checked when they were read, so the roles are known ones.
IdentityPtr IdentityOf(const config::ClientCertificate& certificate) {
  Identity identity{.subject = certificate.name, .tenant_id = certificate.tenant, .publish = certificate.publish};
  for (const std::string& name : certificate.roles) {
    if (const std::optional<Role> role = FindRole(name)) identity.roles.Add(*role);
  }
  return std::make_shared<const Identity>(std::move(identity));
}

}  // namespace

ClientCertificates::ClientCertificates(const std::vector<config::ClientCertificate>& certificates) {
  for (const config::ClientCertificate& certificate : certificates) {
    by_name_.try_emplace(certificate.name, IdentityOf(certificate));
  }
}

IdentityPtr ClientCertificates::Find(const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    if (const auto found = by_name_.find(name); found != by_name_.end()) return found->second;
  }
  return nullptr;
}

}  // namespace spanwire::auth
