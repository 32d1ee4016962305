#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/fuzz/websocket_trace.h"

// Whatever bytes come, cut wherever: the reader keeps its promises, and makes of them what it makes of the whole.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace spanwire::transport::websocket;
  const Arrival in_pieces = Arrival::FromFuzzer({reinterpret_cast<const char*>(data), size});
  const Arrival at_once{.stream = in_pieces.stream, .piece_bytes = {}};
  const ReaderTrace cut = ReadWithSpanwire(in_pieces);
  const ReaderTrace whole = ReadWithSpanwire(at_once);
  if (cut == whole) return 0;
  std::fprintf(stderr, "in pieces:\n%sat once:\n%s", Print(cut).c_str(), Print(whole).c_str());
  std::abort();
}
