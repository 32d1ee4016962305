// The header Forwarded. Whatever a client put before it, a hop that a trusted proxy appends to a header that is well
// formed is the last; and no value reaches outside of the header.
#include <cstdlib>
#include <string>

#include "bridge/transport/forwarded.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using spanwire::transport::Hops;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::optional<Hops> hops = spanwire::transport::ParseForwarded(text);
  const auto inside = [](std::string_view hop, std::string_view whole) {
    return hop.empty() || (hop.data() >= whole.data() && hop.data() + hop.size() <= whole.data() + whole.size());
  };
  if (hops) {
    for (const std::string_view hop : *hops) {
      if (!inside(hop, text)) std::abort();
    }
    const std::string appended = text + ", for=192.0.2.1";
    const std::optional<Hops> more = spanwire::transport::ParseForwarded(appended);
    if (!more || more->size() != hops->size() + 1 || more->back() != "192.0.2.1") std::abort();
  }
  for (const std::string_view hop : spanwire::transport::ParseForwardedFor(text)) {
    if (!inside(hop, text) || hop.find(',') != std::string_view::npos) std::abort();
  }
  return 0;
}
