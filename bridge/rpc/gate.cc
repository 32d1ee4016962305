#include "bridge/rpc/gate.h"

#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "bridge/auth/refusal.h"
#include "bridge/model/absl_view.h"
#include "bridge/model/error.h"
#include "bridge/observe/logging.h"
#include "bridge/rpc/client_certificate.h"

namespace spanwire::rpc {
namespace {

constexpr std::string_view kUnauthenticatedCall = "UNAUTHENTICATED_CALL";

// The token of an `authorization` of RFC 6750, section 2.1; the scheme's case does not matter (RFC 9110, section 11.1).
absl::StatusOr<std::string_view> TokenOf(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (!absl::StartsWithIgnoreCase(model::ToAbsl(authorization), model::ToAbsl(kScheme))) {
    return auth::Refuse(kUnauthenticatedCall, "authorization must be \"Bearer\", a space and a token");
  }
  authorization.remove_prefix(kScheme.size());
  authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size()));
  return authorization;
}

}  // namespace

Gate::Gate(const auth::AccessControl& access, const model::Clock& clock)
    : access_(access), streams_(access, clock), refusals_logged_(10, absl::Seconds(10), clock) {}

absl::StatusOr<Caller> Gate::Admit(const grpc::ServerContextBase& call) {
  absl::StatusOr<auth::IdentityPtr> identity = Identify(call);
  if (identity.ok()) return Caller{.identity = *std::move(identity), .permissions = access_.permissions()};
  if (const auto left_out = refusals_logged_.Admit()) {
    observe::Log(spdlog::level::warn, "call refused",
                 {{"reason", model::DetailOf(identity.status()).reason},
                  {"error", model::ToStd(identity.status().message())},
                  {"peer", call.peer()},
                  {"left_out", *left_out == 0 ? "" : std::to_string(*left_out)}});
  }
  return identity.status();
}

absl::StatusOr<Caller> Gate::Admit(const grpc::ServerContextBase& call, auth::Role role) {
  absl::StatusOr<Caller> caller = Admit(call);
  if (!caller.ok()) return caller;
  if (absl::Status status = caller->CheckRole(role); !status.ok()) return status;
  return caller;
}

absl::StatusOr<Caller> Gate::Readmit(const Caller& caller) const {
  if (!access_.enabled()) return caller;
  if (absl::Status status = access_.StillCounts(*caller.identity); !status.ok()) return status;
  return Caller{.identity = caller.identity, .permissions = access_.permissions()};
}

absl::StatusOr<auth::IdentityPtr> Gate::Identify(const grpc::ServerContextBase& call) const {
  if (!access_.enabled()) return auth::Anonymous();
  const auto [begin, end] = call.client_metadata().equal_range("authorization");
  if (begin == end) {
    if (auth::IdentityPtr named = access_.FindCertificate(NamesOfClient(call))) {
      if (absl::Status status = access_.StillCounts(*named); !status.ok()) return status;
      return named;
    }
    return auth::Refuse(kUnauthenticatedCall,
                        "nobody is let in without a token: send it as metadata, authorization: Bearer <token>");
  }
  if (std::next(begin) != end) {
    return auth::Refuse(kUnauthenticatedCall, "authorization is given more than once: send one token");
  }
  const absl::StatusOr<std::string_view> token = TokenOf({begin->second.data(), begin->second.size()});
  if (!token.ok()) return token.status();
  return access_.Authenticate(*token);
}

}  // namespace spanwire::rpc
