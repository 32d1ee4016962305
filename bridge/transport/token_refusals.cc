#include "bridge/transport/token_refusals.h"

#include <string>

#include "bridge/model/absl_view.h"
#include "bridge/model/error.h"
#include "bridge/observe/logging.h"
#include "bridge/transport/endpoint_text.h"

namespace spanwire::transport {

void TokenRefusals::Tell(const absl::Status& why, std::string_view door, const boost::asio::ip::tcp::endpoint& remote) {
  const auto left_out = limiter_.Admit();
  if (!left_out) return;
  observe::Log(spdlog::level::warn, "token refused",
               {{"reason", model::DetailOf(why).reason},
                {"error", model::ToStd(why.message())},
                {"door", door},
                {"peer", EndpointText(remote)},
                {"left_out", *left_out == 0 ? "" : std::to_string(*left_out)}});
}

}  // namespace spanwire::transport
