#include "bridge/server/file_limit.h"

#include <sys/resource.h>

#include <algorithm>

#include <fmt/format.h>

#include "bridge/observe/logging.h"

namespace spanwire::server {
namespace {

// Files that are no client's: listeners, gRPC, epoll, logs.
constexpr size_t kReserved = 256;

}  // namespace

void FitConnectionsToFileLimit(config::Limits* limits) {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  if (files.rlim_cur < files.rlim_max) {
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0) getrlimit(RLIMIT_NOFILE, &files);
  }
  if (files.rlim_cur == RLIM_INFINITY) return;
  const size_t usable = std::max<size_t>(files.rlim_cur, 2 * kReserved) - kReserved;
  if (limits->max_connections <= usable) return;
  observe::Log(spdlog::level::warn,
               fmt::format("max_connections lowered from {} to {}: the limit of open files is {} (ulimit -n)",
                           limits->max_connections, usable, files.rlim_cur));
  limits->max_connections = usable;
}

}  // namespace spanwire::server
