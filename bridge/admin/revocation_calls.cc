// The call of AdminService that takes tokens away.
#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>

#include "bridge/admin/admin_service.h"
#include "bridge/admin/refusal.h"
#include "bridge/model/tenant_id.h"

namespace spanwire::admin {
namespace {

constexpr size_t kMaxNameBytes = 8 * 1024;  // as of a token

absl::StatusOr<absl::Time> TimeOf(const google::protobuf::Timestamp& timestamp, std::string_view field) {
  const absl::Time time = absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
  if (timestamp.nanos() >= 0 && timestamp.nanos() <= 999'999'999 && timestamp.seconds() >= 0 &&
      timestamp.seconds() <= 253'402'300'799) {
    return time;
  }
  return BadField(field, "BAD_TIME", "give a time of the years 1970 to 9999");
}

absl::StatusOr<auth::Revocation> ReadRequest(const v1::RevokeTokensRequest& request, std::string tenant,
                                             absl::Time now) {
  auth::Revocation revocation{.tenant_id = std::move(tenant)};
  if (request.token_id().empty() && request.user_id().empty()) {
    return BadField("token_id", "NOTHING_TO_REVOKE", "name a token by its id (jti), or a user whose tokens are meant");
  }
  if (request.token_id().size() > kMaxNameBytes || request.user_id().size() > kMaxNameBytes) {
    return BadField("token_id", "NOTHING_TO_REVOKE", "no token has an id or a user so long");
  }
  if (request.has_expires_at()) {
    const absl::StatusOr<absl::Time> until = TimeOf(request.expires_at(), "expires_at");
    if (!until.ok()) return until.status();
    if (*until <= now) return BadField("expires_at", "BAD_TIME", "those tokens have expired: they do not count anyway");
    revocation.until = *until;
  }
  revocation.token_id = request.token_id();
  revocation.subject = request.user_id();
  if (revocation.subject.empty()) {
    if (request.has_issued_until()) return BadField("issued_until", "BAD_TIME", "goes with user_id only");
    return revocation;
  }
  revocation.issued_until = now;
  if (request.has_issued_until()) {
    const absl::StatusOr<absl::Time> issued_until = TimeOf(request.issued_until(), "issued_until");
    if (!issued_until.ok()) return issued_until.status();
    revocation.issued_until = *issued_until;
  }
  return revocation;
}

absl::Status AuthenticationOff() {
  return model::MakeError(absl::StatusCode::kFailedPrecondition,
                          "this bridge lets everybody in without a token: set up [auth] first",
                          {.reason = "AUTHENTICATION_OFF", .metadata = {}});
}

}  // namespace

grpc::ServerUnaryReactor* AdminService::RevokeTokens(grpc::CallbackServerContext* call,
                                                     const v1::RevokeTokensRequest* request,
                                                     v1::RevokeTokensResponse* response) {
  const auto caller = context_.gate.Admit(*call, auth::Role::kAdminWrite);
  if (!caller.ok()) return Refuse(call, caller.status());
  if (!context_.access.enabled()) return Refuse(call, AuthenticationOff());
  if (const absl::Status valid = model::ValidateTenantId(request->tenant_id()); !valid.ok()) return Refuse(call, valid);
  auto tenant = caller->TenantFor(request->tenant_id());
  if (!tenant.ok()) return Refuse(call, tenant.status());
  auto revocation = ReadRequest(*request, *std::move(tenant), context_.settings.clock->Now());
  if (!revocation.ok()) return Refuse(call, revocation.status());
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  // There, since it waits for the disk.
  boost::asio::post(desk_, [this, revocation = *std::move(revocation), response, reactor] {
    const absl::Status kept = context_.access.Revoke(revocation);
    // What is only not written down counts all the same.
    if (!kept.ok() && !absl::IsUnavailable(kept)) return reactor->Finish(rpc::ToGrpcStatus(kept));
    response->set_streams_ended(static_cast<int32_t>(context_.gate.streams().EndStale(revocation.tenant_id)));
    EndRevokedClients(revocation.tenant_id, [response, reactor, kept](int32_t closed) {
      response->set_connections_closed(closed);
      reactor->Finish(rpc::ToGrpcStatus(kept));
    });
  });
  return reactor;
}

void AdminService::EndRevokedClients(const std::string& tenant, absl::AnyInvocable<void(int32_t closed)> done) {
  auto closed = std::make_shared<std::atomic<int32_t>>(0);
  context_.directory.Visit(
      [&access = context_.access, tenant, closed](fanout::Shard&, session::Registry& registry) {
        registry.ForEach([&](session::Client& client) {
          // How many others' are on their way out is nothing that this tenant is told.
          if (client.identity().tenant_id != tenant || !access.revocations().IsRevoked(client.identity())) return;
          client.Disconnect(session::CloseCode::kUnauthorized, "the token has been revoked");
          ++*closed;
        });
      },
      [closed, done = std::move(done)]() mutable { done(*closed); });
}

}  // namespace spanwire::admin
