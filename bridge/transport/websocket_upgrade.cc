#include "bridge/transport/websocket_upgrade.h"

#include <array>
#include <string>

#include <openssl/sha.h>

#include "absl/strings/escaping.h"
#include "bridge/model/absl_view.h"
#include "bridge/session/control_messages.h"
#include "bridge/transport/problem.h"

namespace spanwire::transport {
namespace {

// RFC 6455, section 1.3.
constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr size_t kKeyBytes = 16;
constexpr size_t kKeyCharacters = 24;

bool IsKey(std::string_view key) {
  std::string bytes;
  return key.size() == kKeyCharacters && absl::Base64Unescape(model::ToAbsl(key), &bytes) && bytes.size() == kKeyBytes;
}

HttpResponse BadRequest(std::string detail) {
  return ProblemResponse({.status = 400, .code = session::error_code::kBadRequest, .detail = std::move(detail)});
}

HttpResponse UpgradeRequired(std::string detail) {
  HttpResponse response =
      ProblemResponse({.status = 426, .code = session::error_code::kBadRequest, .detail = std::move(detail)});
  response.headers.push_back({"Upgrade", "websocket"});
  response.headers.push_back({"Sec-WebSocket-Version", "13"});
  return response;
}

std::string AcceptKey(std::string_view key) {
  const std::string text = std::string(key).append(kGuid);
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return absl::Base64Escape({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace

std::optional<HttpResponse> RefuseUpgrade(const HttpRequest& request) {
  if (request.minor_version < 1) return BadRequest("a WebSocket begins with HTTP/1.1");
  if (!ListHas(request.HeaderList("Upgrade"), "websocket") || !ListHas(request.HeaderList("Connection"), "upgrade")) {
    return UpgradeRequired("this is a WebSocket endpoint: open it with new WebSocket(url), or use /api/poll");
  }
  if (request.Header("Sec-WebSocket-Version") != "13") {
    return UpgradeRequired("the bridge speaks version 13 of the WebSocket protocol (RFC 6455)");
  }
  const std::string key = request.HeaderList("Sec-WebSocket-Key");
  if (!IsKey(key)) return BadRequest("Sec-WebSocket-Key must be 16 bytes as base64, given once");
  if (!request.body.empty()) return BadRequest("a WebSocket handshake has no body");
  return std::nullopt;
}

HttpResponse AcceptUpgrade(const HttpRequest& request) {
  return {
      .status = 101,
      .headers = {{"Upgrade", "websocket"}, {"Sec-WebSocket-Accept", AcceptKey(request.Header("Sec-WebSocket-Key"))}}};
}

}  // namespace spanwire::transport
