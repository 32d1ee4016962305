#include "bridge/transport/refusal_count.h"

#include <optional>
#include <string>

#include "bridge/observe/logging.h"
#include "bridge/transport/endpoint_text.h"

namespace spanwire::transport {

void RefusalCount::Count(observe::ShardMetrics& metrics, observe::Cap cap,
                         const boost::asio::ip::tcp::endpoint& remote) {
  metrics.Refused(cap);
  if (const std::optional<uint64_t> left_out = log_limiter_.Admit()) {
    observe::Log(spdlog::level::warn, "a connection is refused: there are as many as there may be",
                 {{"limit", std::string(observe::kCapNames[static_cast<size_t>(cap)])},
                  {"remote", EndpointText(remote)},
                  {"left_out", std::to_string(*left_out)}});
  }
}

}  // namespace spanwire::transport
