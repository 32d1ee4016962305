#pragma once

#include <string>
#include <vector>

#include <grpcpp/server_context.h>

namespace spanwire::rpc {

// The names (common name, subject alternative names) of the client certificate that TLS has verified for a call; none
// where the client showed none or the transport is not TLS. The listener must verify what clients show: a name of a
// certificate that nobody checked is anybody's.
std::vector<std::string> NamesOfClient(const grpc::ServerContextBase& call);

}  // namespace spanwire::rpc
