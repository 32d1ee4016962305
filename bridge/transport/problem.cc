#include "bridge/transport/problem.h"

#include <utility>

#include <fmt/format.h>

#include "bridge/model/json_text.h"
#include "bridge/session/control_messages.h"
#include "bridge/transport/http_status.h"

namespace spanwire::transport {
namespace {

// Long enough that a bridge in trouble gets air, short enough that nobody takes it for dead.
constexpr char kRetryAfterSeconds[] = "2";

}  // namespace

HttpResponse ProblemResponse(const Problem& problem) {
  HttpResponse response{.status = problem.status,
                        .headers = {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}}};
  if (problem.status == 429 || problem.status == 503) response.headers.push_back({"Retry-After", kRetryAfterSeconds});
  if (problem.status == 401) response.headers.push_back({"WWW-Authenticate", std::string(problem.challenge)});
  std::string& body = response.body;
  // The status says all that a URI could: RFC 9457, section 4.2.1.
  body =
      fmt::format("{{\"type\":\"about:blank\",\"title\":\"{}\",\"status\":{},\"detail\":", ReasonPhrase(problem.status),
                  problem.status);
  model::AppendJsonString(problem.detail, &body);
  body.append(",\"code\":\"").append(problem.code).append("\"}");
  return response;
}

HttpResponse RefuseRequest(std::string_view code, std::string detail) {
  namespace error_code = session::error_code;
  const int status = code == error_code::kUnauthorized ? 401 : code == error_code::kForbidden ? 403 : 400;
  return ProblemResponse({.status = status, .code = code, .detail = std::move(detail)});
}

}  // namespace spanwire::transport
