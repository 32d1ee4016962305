#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"

namespace spanwire::transport {

// Keeps one copy of each User-Agent for all connections that sent it: there are few, and each is longer than everything
// else that an idle connection has to remember. Bounded by the connections; cut to 256 bytes. One thread.
class UserAgents {
 public:
  static constexpr size_t kMaxBytes = 256;

  std::shared_ptr<const std::string> Intern(std::string_view user_agent);

 private:
  void Sweep();

  absl::flat_hash_map<std::string, std::weak_ptr<const std::string>> known_;
  size_t sweep_at_ = 64;
};

}  // namespace spanwire::transport
