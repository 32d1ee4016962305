#pragma once

namespace spanwire::cli {

// What `spanwire` tells the shell. Scripts rely on the numbers.
enum class ExitCode {
  kOk = 0,
  kFailure = 1,
  kUsage = 2,  // wrong flags or input, whether seen here or by the bridge
  kNotFound = 3,
  kDenied = 4,       // not authenticated, or not permitted
  kUnavailable = 5,  // the bridge is not reached or cannot take it now; trying again later may help
  kInterrupted = 130,
};

}  // namespace spanwire::cli
