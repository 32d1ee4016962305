#pragma once

#include <string_view>

#include "bridge/session/registry.h"

namespace spanwire::server {

// Writes a line for each client that comes and goes, at debug: on a bridge with many clients there are too many of them
// for every day. Watches only the registries that it was added to; has no state, so one serves all shards.
class ClientLog final : public session::ClientObserver {
 public:
  // Whether there is anything to write at the level that is set.
  static bool Wanted();

  void OnOpened(const session::Client& client) override;
  void OnClosed(const session::Client& client, int close_code, std::string_view reason) override;
};

}  // namespace spanwire::server
