#pragma once

#include <cstdint>
#include <string_view>

#include "bridge/transport/http_message.h"

namespace spanwire::transport {

enum class Endpoint : uint8_t {
  kNotFound,
  kMethodNotAllowed,
  kOptions,
  kHealth,
  kReadiness,
  kMetrics,
  kPoll,
  kSse,
  kWebSocket,
  kFile,
};

// Where a request goes.
struct Route {
  Endpoint endpoint;
  std::string_view allow;  // the methods of its path; empty of kNotFound
};

// Whether `path` is the metrics, or of the console: nothing that clients need.
bool IsForOperators(std::string_view path);

// The HTTP interface of docs/protocol.md, section 5, as a function.
Route FindRoute(HttpMethod method, std::string_view path);

}  // namespace spanwire::transport
