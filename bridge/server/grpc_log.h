#pragma once

#include <string_view>

#include <grpc/support/log.h>

#include "bridge/model/clock.h"
#include "bridge/observe/log_limiter.h"

namespace spanwire::server {

// What gRPC's core says of itself, as lines of the bridge's log: its own go to stderr in a format of their own, and as
// many as a stranger likes to provoke. It says errors only, unless GRPC_VERBOSITY asks for more (info, debug), which
// then comes at `debug`. Thread safe. Borrows `clock`.
class GrpcLog {
 public:
  explicit GrpcLog(const model::Clock& clock);

  void Write(const gpr_log_func_args& line);

  // From now on gRPC writes to one for the whole program. Call after SetUpLogging() and before gRPC is used.
  static void Install();

 private:
  void WriteError(std::string_view message, std::string_view place);

  // Whoever reaches the port may provoke the first; they must not hide the others.
  observe::LogLimiter handshakes_;
  observe::LogLimiter errors_;
};

}  // namespace spanwire::server
