// Requests as they come from the network, cut into pieces: what is read must not depend on the cuts, and everything
// that looks at a request before its endpoint must stand whatever it says.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "bridge/transport/http_request_reader.h"
#include "bridge/transport/http_response_head.h"
#include "bridge/transport/origin_policy.h"
#include "bridge/transport/request_token.h"
#include "bridge/transport/router.h"
#include "bridge/transport/websocket_upgrade.h"

namespace spanwire::transport {
namespace {

using State = HttpRequestReader::State;

// Inputs are shorter than the limits of a head: where those lie is the unit test's matter.
constexpr HttpRequestReader::Limits kLimits{.head_bytes = 4096, .body_bytes = 1024};

void Check(bool holds) {
  if (!holds) std::abort();
}

struct Whole {
  HttpRequest request;
  std::string rest;
};

std::optional<Whole> Read(std::string_view bytes, size_t step) {
  HttpRequestReader reader(kLimits);
  State state = State::kNeedMore;
  while (!bytes.empty() && state == State::kNeedMore) {
    state = reader.Read(bytes.substr(0, step));
    bytes.remove_prefix(std::min(step, bytes.size()));
    reader.TakeExpectation();
  }
  if (state == State::kFault) {
    Check(reader.problem().status >= 400 && !reader.problem().detail.empty());
    ProblemResponse(reader.problem());
  }
  if (state != State::kComplete) return std::nullopt;
  Whole whole{.request = reader.TakeRequest(), .rest = reader.TakeRest()};
  whole.rest.append(bytes);
  return whole;
}

auto Parts(const HttpRequest& request) {
  return std::tie(request.method, request.minor_version, request.keep_alive, request.host, request.path, request.query,
                  request.body);
}

void CheckRequest(const HttpRequest& request) {
  Check(request.path == "*" || request.path.front() == '/');
  Check(request.body.size() <= kLimits.body_bytes);
  const auto count = [&](std::string_view name) {
    return std::count_if(request.headers.begin(), request.headers.end(),
                         [&](const HttpHeader& header) { return SameHeaderName(header.name, name); });
  };
  // Where the body ends is said at most once.
  Check(count("Content-Length") + count("Transfer-Encoding") <= 1);
  Check(count("Host") <= 1);
  for (const HttpHeader& header : request.headers) {
    Check(header.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
  }
}

void AskEverybody(const HttpRequest& request) {
  FindRoute(request.method, request.path);
  config::Config config;
  config.allowed_hosts = {"a.example:1"};
  config.allowed_origins = {"https://a.example"};
  const OriginPolicy policy(config);
  policy.HostAllowed(request.host, boost::asio::ip::make_address("192.0.2.1"));
  policy.OriginAllowed(request.Header("Origin"), request.host);
  SaysWhereItIsFrom(request);
  const auto token = FindToken(request, "spanwire_token");
  Check(token.ok() || !token.status().message().empty());
  // A cookie that is not the bridge's to read tells it nothing.
  if (token.ok() && token->source == RequestToken::Source::kCookie) {
    Check(FindToken(request, "")->source == RequestToken::Source::kNone);
  }
  if (!RefuseUpgrade(request)) WriteResponseHead(AcceptUpgrade(request), 1, absl::UnixEpoch());
}

}  // namespace
}  // namespace spanwire::transport

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace spanwire::transport;
  if (size < 2 || size > 4096) return 0;
  const size_t step = data[0] % 64 + 1;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::optional<Whole> at_once = Read(bytes, bytes.size());
  const std::optional<Whole> in_pieces = Read(bytes, step);
  Check(at_once.has_value() == in_pieces.has_value());
  if (!at_once) return 0;
  Check(Parts(at_once->request) == Parts(in_pieces->request));
  Check(at_once->rest == in_pieces->rest && bytes.ends_with(at_once->rest));
  CheckRequest(at_once->request);
  AskEverybody(at_once->request);
  return 0;
}
