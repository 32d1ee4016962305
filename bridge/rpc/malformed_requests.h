#pragma once

#include <grpcpp/server_builder.h>

#include "bridge/rpc/gate.h"

namespace spanwire::rpc {

// Has the server that `builder` makes refuse calls whose bytes are no request of their method with INVALID_ARGUMENT,
// reason MALFORMED_REQUEST, once `gate` has let their caller in. gRPC itself would say UNIMPLEMENTED and no word. Of no
// concern to methods that take bytes: those of the PublisherService judge them themselves. At most once for a builder:
// it takes the builder's only list of interceptors. `gate` outlives the server.
void RefuseMalformedRequests(grpc::ServerBuilder& builder, Gate& gate);

}  // namespace spanwire::rpc
