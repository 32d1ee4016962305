#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "bridge/transport/http_message.h"
#include "bridge/transport/problem.h"

namespace spanwire::transport {

// Reads one HTTP/1 request from bytes as they come; Beast's parser does the reading. Strict where two readers of the
// same bytes could disagree on where a request ends. One thread.
class HttpRequestReader {
 public:
  struct Limits {
    size_t head_bytes;
    size_t body_bytes;
  };
  enum class State {
    kNeedMore,
    kComplete,  // TakeRequest() and TakeRest()
    kFault,     // problem() says how to answer; the connection cannot be used any more
  };

  explicit HttpRequestReader(Limits limits);
  ~HttpRequestReader();

  // Takes the next bytes. Not after kComplete or kFault.
  State Read(std::string_view bytes);

  // True once, where the client waits to be told to send the body (Expect: 100-continue).
  bool TakeExpectation();

  HttpRequest TakeRequest();
  // Bytes that came behind the request.
  std::string TakeRest();
  const Problem& problem() const;
  // The page that asks, as far as the head has come, also of a request that could not be read; empty where it is not
  // known. Not after TakeRequest.
  std::string Origin() const;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace spanwire::transport
