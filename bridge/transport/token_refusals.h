#pragma once

#include <string_view>

#include <boost/asio/ip/tcp.hpp>

#include "absl/status/status.h"
#include "bridge/model/clock.h"
#include "bridge/observe/log_limiter.h"

namespace spanwire::transport {

// Tells the log of tokens that did not count, so that somebody who tries many is seen; not so often that the log fills,
// and nothing of a token. Thread safe.
class TokenRefusals {
 public:
  // Borrows `clock`.
  explicit TokenRefusals(const model::Clock& clock) : limiter_(10, absl::Seconds(10), clock) {}

  // `why` is what AccessControl::Authenticate said; `door` where the token was shown, such as /api/poll.
  void Tell(const absl::Status& why, std::string_view door, const boost::asio::ip::tcp::endpoint& remote);

 private:
  observe::LogLimiter limiter_;
};

}  // namespace spanwire::transport
