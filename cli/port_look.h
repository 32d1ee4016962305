#pragma once

#include <string>

#include "absl/time/time.h"

namespace spanwire::cli {

// What answers at a port, told from outside.
struct PortLook {
  enum class Kind {
    kUnknown,  // nothing answers, or in no way that is known
    kPlain,    // something answers, and not in TLS
    kGrpcTls,  // TLS that takes gRPC (ALPN h2)
    kOtherTls,
  };
  Kind kind = Kind::kUnknown;
  // Of kGrpcTls: why its certificate is not trusted, in OpenSSL's words ("certificate has expired"); empty: it is.
  std::string mistrust = {};
  bool asks_for_certificate = false;  // of the client; whether it insists is not seen
};

// Begins a TLS handshake with `server` ("host:port") and drops the connection, so that somebody whose call has failed
// can be told why. Nothing of the user is shown. `ca`: the file of CAs to trust; empty: those of this machine. Blocks,
// up to the timeout.
PortLook LookAtPort(const std::string& server, const std::string& ca, absl::Duration timeout);

}  // namespace spanwire::cli
