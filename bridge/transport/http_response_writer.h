#pragma once

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "bridge/transport/client_stream.h"
#include "bridge/transport/http_message.h"

namespace spanwire::transport {

// Sends a connection's responses, one at a time, and owns what is on its way: nothing in between. Shard thread only.
class HttpResponseWriter {
 public:
  // What of the request says how its answer is written.
  struct Form {
    HttpMethod method = HttpMethod::kGet;
    int minor_version = 1;
  };

  // Runs with whether all was sent; if not, the connection is lost. Never inline. Must keep the writer and the stream
  // alive until then.
  using Done = absl::AnyInvocable<void(bool whole)>;

  // `now` goes into the head.
  void Write(ClientStream& stream, HttpResponse response, Form form, absl::Time now, Done done);
  // Bytes of memory that a response takes which the client did not take at once; else 0.
  size_t held_bytes() const;

 private:
  struct Outgoing;

  void WriteRest(ClientStream& stream, Done done);

  std::shared_ptr<Outgoing> outgoing_;
};

}  // namespace spanwire::transport
