#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/fuzz/websocket_beast_oracle.h"

// Our reader and Boost.Beast's must agree on every stream, but for the reasons that the oracle lists.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace spanwire::transport::websocket;
  const Arrival arrival = Arrival::FromFuzzer({reinterpret_cast<const char*>(data), size});
  const std::string difference = Disagreement(ReadWithSpanwire(arrival), ReadWithBeast(arrival));
  if (difference.empty()) return 0;
  std::fputs(difference.c_str(), stderr);
  std::abort();
}
