#include "bridge/config/client_certificate_table.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "bridge/model/absl_view.h"
#include "bridge/model/tenant_id.h"
#include "bridge/model/topic_name.h"

namespace spanwire::config {
namespace {

constexpr size_t kMaxNameBytes = 255;
// docs/protocol.md, section 5.
constexpr std::array<std::string_view, 4> kRoles = {"admin.read", "admin.write", "schema.write", "any_tenant"};

absl::Status CheckName(std::string_view name) {
  const bool plain = std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (plain && !name.empty() && name.size() <= kMaxNameBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "expected the certificate's common name or one of its subject alternative names, 1 to 255 bytes");
}

absl::Status CheckRole(std::string_view role) {
  if (std::find(kRoles.begin(), kRoles.end(), role) != kRoles.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("expected roles: {}", fmt::join(kRoles, ", ")));
}

class CertificateReader {
 public:
  CertificateReader(const std::string& path, const toml::table& table) : path_(path), table_(table) {}

  absl::StatusOr<ClientCertificate> Read() {
    if (!table_.contains("name")) {
      return FaultAt(path_, table_, "auth.client_certificate.name",
                     "missing: the certificate's common name or one of its subject alternative names");
    }
    for (const auto& [name, node] : table_) {
      if (absl::Status status = ReadEntry(name.str(), node); !status.ok()) return status;
    }
    return std::move(certificate_);
  }

 private:
  using Check = absl::Status (*)(std::string_view);

  absl::Status ReadEntry(std::string_view name, const toml::node& node) {
    const std::string key = fmt::format("auth.client_certificate.{}", name);
    if (name == "name") return ReadText(key, node, CheckName, &certificate_.name);
    if (name == "tenant") return ReadText(key, node, model::ValidateTenantId, &certificate_.tenant);
    if (name == "publish") return ReadTexts(key, node, model::ValidateTopicPattern, &certificate_.publish);
    if (name == "roles") return ReadTexts(key, node, CheckRole, &certificate_.roles);
    return FaultAt(path_, node, key, "unknown key");
  }

  absl::Status ReadText(const std::string& key, const toml::node& node, Check check, std::string* text) {
    if (!node.is_string()) return FaultAt(path_, node, key, "expected a string");
    *text = node.as_string()->get();
    const absl::Status valid = check(*text);
    return valid.ok() ? valid : FaultAt(path_, node, key, model::ToStd(valid.message()));
  }

  absl::Status ReadTexts(const std::string& key, const toml::node& node, Check check, std::vector<std::string>* texts) {
    const toml::array* items = node.as_array();
    if (items == nullptr) return FaultAt(path_, node, key, "expected an array of strings");
    for (const toml::node& item : *items) {
      if (absl::Status status = ReadText(key, item, check, &texts->emplace_back()); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  const std::string& path_;
  const toml::table& table_;
  ClientCertificate certificate_;
};

}  // namespace

absl::StatusOr<ClientCertificate> ReadClientCertificate(const std::string& path, const toml::table& table) {
  return CertificateReader(path, table).Read();
}

}  // namespace spanwire::config
