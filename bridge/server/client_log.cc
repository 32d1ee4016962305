#include "bridge/server/client_log.h"

#include <string>

#include "bridge/observe/logging.h"

namespace spanwire::server {

bool ClientLog::Wanted() {
  return spdlog::should_log(spdlog::level::debug);
}

void ClientLog::OnOpened(const session::Client& client) {
  const session::ClientSnapshot snapshot = client.Describe();
  observe::Log(spdlog::level::debug, "client connected",
               {{"client_id", snapshot.client_id},
                {"transport", snapshot.transport},
                {"remote_address", snapshot.remote_address}});
}

void ClientLog::OnClosed(const session::Client& client, int close_code, std::string_view reason) {
  observe::Log(spdlog::level::debug, "client left",
               {{"client_id", client.client_id()}, {"close_code", std::to_string(close_code)}, {"reason", reason}});
}

}  // namespace spanwire::server
