#include "bridge/transport/user_agents.h"

#include <algorithm>

#include "bridge/model/utf8.h"

namespace spanwire::transport {

std::shared_ptr<const std::string> UserAgents::Intern(std::string_view user_agent) {
  // Headers may hold any byte, administrators are shown UTF-8.
  std::string text(model::IsUtf8(user_agent) ? model::TruncateUtf8(user_agent, kMaxBytes) : "(not UTF-8)");
  std::weak_ptr<const std::string>& entry = known_[text];
  std::shared_ptr<const std::string> kept = entry.lock();
  if (kept == nullptr) {
    kept = std::make_shared<const std::string>(std::move(text));
    entry = kept;
    Sweep();
  }
  return kept;
}

void UserAgents::Sweep() {
  if (known_.size() < sweep_at_) return;
  absl::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
  sweep_at_ = std::max<size_t>(64, 2 * known_.size());
}

}  // namespace spanwire::transport
