#pragma once

#include <memory>

#include <boost/system/error_code.hpp>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "bridge/transport/http_message.h"
#include "bridge/transport/socket.h"

namespace spanwire::transport {

// Sends a connection's responses, one at a time, and owns what is on its way: nothing in between. Shard thread only.
class HttpResponseWriter {
 public:
  // What of the request says how its answer is written.
  struct Form {
    HttpMethod method = HttpMethod::kGet;
    int minor_version = 1;
  };

  // `done` runs when all is sent or the socket failed, never inline, and must keep this alive until then. `now` goes
  // into the head.
  void Write(Socket& socket, HttpResponse response, Form form, absl::Time now,
             absl::AnyInvocable<void(boost::system::error_code)> done);

 private:
  struct Outgoing;

  std::shared_ptr<const Outgoing> outgoing_;
};

}  // namespace spanwire::transport
