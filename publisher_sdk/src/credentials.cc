#include "publisher_sdk/src/credentials.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include <grpcpp/security/credentials.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace spanwire::internal {
namespace {

constexpr size_t kMaxFileBytes = 1 << 20;

absl::Status Fault(const std::string& sentence) {
  return absl::UnauthenticatedError(sentence);
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxFileBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad() || (file.gcount() == 0 && errno != 0)) {
    return Fault(absl::StrCat("cannot read ", path, ": ", errno == 0 ? "not a readable file" : std::strerror(errno)));
  }
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kMaxFileBytes) return Fault(absl::StrCat(path, " is larger than 1 MiB"));
  return text;
}

// gRPC says nothing to its caller of PEM that it cannot use.
absl::StatusOr<std::string> ReadPem(const std::string& path, const char* marker, const char* what) {
  if (path.empty()) return std::string();
  absl::StatusOr<std::string> text = ReadFile(path);
  if (text.ok() && !absl::StrContains(*text, marker)) return Fault(absl::StrCat(path, " holds no ", what, " (PEM)"));
  return text;
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
  std::string token = security.token;
  if (!security.token_file.empty()) {
    if (!token.empty()) return Fault("both a token and a token file are given: give one of them");
    absl::StatusOr<std::string> text = ReadFile(security.token_file);
    if (!text.ok()) return text.status();
    token = std::string(absl::StripAsciiWhitespace(*text));
    if (token.empty()) return Fault(absl::StrCat(security.token_file, " is empty: it should hold a token"));
  }
  if (!IsTokenText(token)) {
    return Fault(absl::StrCat(security.token_file.empty() ? "the token" : security.token_file,
                              " is no token: it has spaces or other bytes that no token has"));
  }
  return token.empty() ? token : absl::StrCat("Bearer ", token);
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
  if (own != nullptr) return Credentials{std::move(own), *std::move(authorization)};
  if (security.cert.empty() != security.key.empty()) {
    return Fault("a client certificate and its private key go together: give both");
  }
  if (!security.tls && security.ca.empty() && security.cert.empty()) {
    if (!authorization->empty() && !security.token_in_plain_text && !IsOnThisMachine(target)) {
      return Fault(absl::StrCat("the token would go to ", std::string(target),
                                " in plain text, where others can read and use it: use TLS"));
    }
    return Credentials{grpc::InsecureChannelCredentials(), *std::move(authorization)};
  }
  absl::StatusOr<std::string> ca = ReadPem(security.ca, "-----BEGIN CERTIFICATE-----", "certificate");
  if (!ca.ok()) return ca.status();
  absl::StatusOr<std::string> cert = ReadPem(security.cert, "-----BEGIN CERTIFICATE-----", "certificate");
  if (!cert.ok()) return cert.status();
  absl::StatusOr<std::string> key = ReadPem(security.key, "PRIVATE KEY-----", "private key");
  if (!key.ok()) return key.status();
  const grpc::SslCredentialsOptions options{*std::move(ca), *std::move(key), *std::move(cert)};
  return Credentials{grpc::SslCredentials(options), *std::move(authorization)};
}

}  // namespace spanwire::internal
