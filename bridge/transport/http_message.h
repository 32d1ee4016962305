#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spanwire::transport {

struct HttpHeader {
  std::string name;
  std::string value;
};

enum class HttpMethod : uint8_t { kGet, kHead, kPost, kOptions, kOther };

// The names of headers are compared without regard to case.
bool SameHeaderName(std::string_view a, std::string_view b);

// A request as it came in whole, its target taken apart but not decoded.
struct HttpRequest {
  HttpMethod method = HttpMethod::kGet;
  int minor_version = 1;  // of HTTP/1
  bool keep_alive = true;
  std::string host;   // of the target in absolute form, else of the Host header; empty where there is none
  std::string path;   // "/api/poll"; "*" of OPTIONS
  std::string query;  // without the question mark
  std::vector<HttpHeader> headers;
  std::string body;

  // The first header of that name; empty where there is none.
  std::string_view Header(std::string_view name) const;
  // All headers of that name as one list.
  std::string HeaderList(std::string_view name) const;
};

// An answer without what every answer has: Date, Server, Content-Length, Connection.
struct HttpResponse {
  int status = 200;
  std::vector<HttpHeader> headers = {};
  std::string body = {};
  std::string_view static_body = {};  // instead of `body`: bytes that are never freed
  bool close = false;                 // the connection ends after it
  bool brings_events = false;         // the answer to a poll that had something to wait for
  bool streamed = false;              // the head alone: whoever goes on sends the body, in chunks where it can

  std::string_view content() const { return static_body.empty() ? std::string_view(body) : static_body; }
};

// Takes a request target apart: origin form (/path?query), absolute form (http://host/path?query) or *. False where it
// is none of these.
bool ParseTarget(std::string_view target, HttpRequest* request);

// Whether a list such as `keep-alive, Upgrade` names `token`, in whatever case.
bool ListHas(std::string_view list, std::string_view token);

}  // namespace spanwire::transport
