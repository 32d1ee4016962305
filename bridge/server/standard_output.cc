#include "bridge/server/standard_output.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace spanwire::server {

absl::Status WriteToStdout(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EPIPE) return absl::OkStatus();
    if (written < 0) return absl::UnavailableError(fmt::format("cannot write to stdout: {}", std::strerror(errno)));
    text.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

}  // namespace spanwire::server
