#pragma once

#include <grpcpp/server_context.h>

#include "absl/status/statusor.h"
#include "bridge/auth/access_control.h"
#include "bridge/model/clock.h"
#include "bridge/observe/log_limiter.h"
#include "bridge/rpc/caller.h"
#include "bridge/rpc/stream_watch.h"

namespace spanwire::rpc {

// What a gRPC server must let a call's metadata have (GRPC_ARG_MAX_METADATA_SIZE) for every token to be judged here:
// gRPC's own limit is as large as a token may be.
inline constexpr int kMaxMetadataBytes = 64 * 1024;

// The one place that says who makes a gRPC call. Thread safe.
class Gate {
 public:
  // Borrows both. Must outlive every stream.
  Gate(const auth::AccessControl& access, const model::Clock& clock);

  // Who calls: by `authorization: Bearer <token>`, or where there is none by a client certificate that gRPC has
  // verified and the settings name. Else UNAUTHENTICATED, with a reason of auth/refusal.h or UNAUTHENTICATED_CALL where
  // nothing was shown, or more than one thing. Without authentication nobody is asked.
  absl::StatusOr<Caller> Admit(const grpc::ServerContextBase& call);

  // The same with a role, which an administrator's call needs: PERMISSION_DENIED, reason ROLE_MISSING.
  absl::StatusOr<Caller> Admit(const grpc::ServerContextBase& call, auth::Role role);

  // The caller of a stream as things stand now; UNAUTHENTICATED where it no longer counts. Cheap: for every message.
  absl::StatusOr<Caller> Readmit(const Caller& caller) const;

  StreamWatch& streams() { return streams_; }
  const auth::AccessControl& access() const { return access_; }

 private:
  absl::StatusOr<auth::IdentityPtr> Identify(const grpc::ServerContextBase& call) const;

  const auth::AccessControl& access_;
  StreamWatch streams_;
  observe::LogLimiter refusals_logged_;
};

}  // namespace spanwire::rpc
