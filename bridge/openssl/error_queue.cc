#include "bridge/openssl/error_queue.h"

namespace spanwire::openssl {

std::string LastError() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason == nullptr ? "no reason given" : reason;
}

}  // namespace spanwire::openssl
