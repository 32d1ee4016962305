#include "publisher_sdk/src/credentials.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <typeinfo>
#include <utility>

#include <grpcpp/security/credentials.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "publisher_sdk/src/pem.h"

namespace spanwire::internal {
namespace {

constexpr size_t kMaxFileBytes = 1 << 20;

absl::Status Fault(const std::string& sentence) {
  return absl::InvalidArgumentError(sentence);
}

// A file that a setting names, for sentences: "--ca ca.pem".
std::string Named(const std::string& setting, const std::string& path) {
  return absl::StrCat(setting, " ", path);
}

absl::StatusOr<std::string> ReadFile(const std::string& setting, const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxFileBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad() || (file.gcount() == 0 && errno != 0)) {
    return Fault(absl::StrCat(Named(setting, path),
                              " cannot be read: ", errno == 0 ? "not a readable file" : std::strerror(errno)));
  }
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kMaxFileBytes) return Fault(absl::StrCat(Named(setting, path), " is larger than 1 MiB"));
  return text;
}

// The text of a file that `check` finds good; empty where there is no path.
absl::StatusOr<std::string> ReadPem(const std::string& setting, const std::string& path,
                                    absl::Status (*check)(const std::string&)) {
  if (path.empty()) return std::string();
  absl::StatusOr<std::string> text = ReadFile(setting, path);
  if (!text.ok()) return text;
  const absl::Status good = check(*text);
  return good.ok() ? text : Fault(absl::StrCat(Named(setting, path), " ", good.message()));
}

bool IsTokenText(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

// The part of a gRPC target that names a host, without the port.
std::string HostOf(std::string_view target) {
  for (const std::string_view scheme : {"dns:", "ipv4:", "ipv6:", "passthrough:"}) {
    if (!target.starts_with(scheme)) continue;
    target.remove_prefix(scheme.size());
    // dns://authority/host, passthrough:///host
    if (target.starts_with("//")) target.remove_prefix(std::min(target.find('/', 2), target.size() - 1) + 1);
    break;
  }
  if (target.starts_with('[')) return std::string(target.substr(1, target.find(']') - 1));
  return std::string(target.substr(0, target.rfind(':')));
}

absl::StatusOr<std::string> ReadAuthorization(const Security& security) {
  const SecurityNames& names = security.names;
  std::string token = security.token;
  if (!security.token_file.empty()) {
    if (!token.empty()) {
      return Fault(absl::StrCat("both ", names.token, " and ", names.token_file, " are given: give one of them"));
    }
    absl::StatusOr<std::string> text = ReadFile(names.token_file, security.token_file);
    if (!text.ok()) return text.status();
    token = std::string(absl::StripAsciiWhitespace(*text));
    if (token.empty()) {
      return Fault(absl::StrCat(Named(names.token_file, security.token_file), " is empty: it should hold a token"));
    }
  }
  if (!IsTokenText(token)) {
    return Fault(absl::StrCat(security.token_file.empty() ? names.token : Named(names.token_file, security.token_file),
                              " holds no token: there are spaces or other bytes that no token has"));
  }
  return token.empty() ? token : absl::StrCat("Bearer ", token);
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> LoadTls(const Security& security) {
  const SecurityNames& names = security.names;
  if (security.cert.empty() != security.key.empty()) {
    const bool has_cert = security.key.empty();
    return Fault(absl::StrCat(has_cert ? names.cert : names.key, " is given without ",
                              has_cert ? names.key : names.cert,
                              ": a client certificate and its private key go together"));
  }
  absl::StatusOr<std::string> ca = ReadPem(names.ca, security.ca, CheckCertificates);
  if (!ca.ok()) return ca.status();
  absl::StatusOr<std::string> cert = ReadPem(names.cert, security.cert, CheckCertificates);
  if (!cert.ok()) return cert.status();
  absl::StatusOr<std::string> key = ReadPem(names.key, security.key, CheckPrivateKey);
  if (!key.ok()) return key.status();
  if (!cert->empty() && !BelongTogether(*cert, *key)) {
    return Fault(
        absl::StrCat(Named(names.key, security.key), " is not the private key of ", Named(names.cert, security.cert)));
  }
  return grpc::SslCredentials({*std::move(ca), *std::move(key), *std::move(cert)});
}

// gRPC tells nobody whether credentials protect anything, but these are of one type.
bool IsPlainText(const grpc::ChannelCredentials& credentials) {
  const std::shared_ptr<grpc::ChannelCredentials> plain = grpc::InsecureChannelCredentials();
  const grpc::ChannelCredentials& plain_one = *plain;
  return typeid(credentials) == typeid(plain_one);
}

}  // namespace

bool IsOnThisMachine(std::string_view target) {
  if (target.starts_with("unix:") || target.starts_with("unix-abstract:")) return true;
  if (target.find(',') != std::string_view::npos) return false;  // several addresses (ipv4:a,b)
  const std::string host = HostOf(target);
  if (host == "localhost") return true;
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

absl::StatusOr<Credentials> LoadCredentials(std::string_view target, const Security& security,
                                            std::shared_ptr<grpc::ChannelCredentials> own) {
  absl::StatusOr<std::string> authorization = ReadAuthorization(security);
  if (!authorization.ok()) return authorization.status();
  std::shared_ptr<grpc::ChannelCredentials> channel = std::move(own);
  if (channel == nullptr && (security.tls || !security.ca.empty() || !security.cert.empty() || !security.key.empty())) {
    absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> tls = LoadTls(security);
    if (!tls.ok()) return tls.status();
    channel = *std::move(tls);
  }
  if (channel == nullptr) channel = grpc::InsecureChannelCredentials();
  const bool here = IsOnThisMachine(target);
  const bool readable = !authorization->empty() && IsPlainText(*channel);
  if (readable && !here && !security.token_in_plain_text) {
    return Fault(absl::StrCat("the token would go to ", std::string(target),
                              " in plain text, where others can read and use it: use TLS (", security.names.ca, " or ",
                              security.names.tls, ")"));
  }
  return Credentials{std::move(channel), *std::move(authorization), !here && !readable};
}

}  // namespace spanwire::internal

namespace spanwire {

absl::Status CheckSecurity(const Security& security, const std::string& target) {
  return internal::LoadCredentials(target, security).status();
}

}  // namespace spanwire
