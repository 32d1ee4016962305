#pragma once

#include <string>

#include <openssl/err.h>

namespace spanwire::openssl {

// Takes what fails within a scope off the thread's error queue again. Whoever calls OpenSSL must leave nothing there:
// the next SSL_get_error() of a connection on this thread would take it for its own.
class ErrorQueueScope {
 public:
  ErrorQueueScope() { ERR_set_mark(); }
  ~ErrorQueueScope() { ERR_pop_to_mark(); }
  ErrorQueueScope(const ErrorQueueScope&) = delete;
  ErrorQueueScope& operator=(const ErrorQueueScope&) = delete;
};

// What the last failure of OpenSSL on this thread was, in its words; for people who configure.
std::string LastError();

}  // namespace spanwire::openssl
