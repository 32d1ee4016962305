#include "bridge/transport/metrics_endpoint.h"

#include <string>

#include "bridge/auth/permissions.h"
#include "bridge/model/absl_view.h"
#include "bridge/observe/exposition.h"
#include "bridge/session/control_messages.h"
#include "bridge/transport/problem.h"
#include "bridge/transport/request_token.h"

namespace spanwire::transport {
namespace {

namespace error_code = session::error_code;
using auth::Permit;
using auth::Role;

HttpResponse RefuseStranger(std::string_view detail, std::string_view challenge) {
  return ProblemResponse(
      {.status = 401, .code = error_code::kUnauthorized, .detail = std::string(detail), .challenge = challenge});
}

bool MayReadAllCounts(const auth::AccessControl& access, const auth::Identity& identity) {
  const auto permissions = access.permissions();
  return permissions->MayAct(identity, Role::kAdminRead) == Permit::kGranted &&
         permissions->MayAct(identity, Role::kAnyTenant) == Permit::kGranted;
}

}  // namespace

HttpResponse MetricsResponse(const ShardContext& context) {
  return {.headers = {{"Content-Type", std::string(observe::kPrometheusContentType)}, {"Cache-Control", "no-store"}},
          .body = observe::RenderPrometheus(context.all_metrics)};
}

HttpResponse GuardedMetricsResponse(const ShardContext& context, const HttpRequest& request, const HttpPeer& peer) {
  const auth::AccessControl& access = *context.settings.access;
  if (!access.enabled()) return MetricsResponse(context);
  const absl::StatusOr<std::optional<std::string>> token = FindHeaderToken(request);
  if (!token.ok()) return RefuseRequest(error_code::kBadRequest, std::string(token.status().message()));
  if (!*token) {
    return RefuseStranger(
        "metrics are of all tenants: send Authorization: Bearer with a token that has the roles admin.read and "
        "any_tenant, or have them on an address of their own with ops_listen",
        "Bearer");
  }
  const absl::StatusOr<auth::IdentityPtr> identity = access.Authenticate(**token);
  if (!identity.ok()) {
    context.shared.token_refusals.Tell(identity.status(), request.path, peer.remote);
    HttpResponse refusal = RefuseStranger(model::ToStd(identity.status().message()), "Bearer error=\"invalid_token\"");
    refusal.close = true;  // who guesses pays for a connection each time
    return refusal;
  }
  if (MayReadAllCounts(access, **identity)) return MetricsResponse(context);
  return RefuseRequest(error_code::kForbidden,
                       "metrics are of all tenants: the token needs the roles admin.read and any_tenant");
}

}  // namespace spanwire::transport
