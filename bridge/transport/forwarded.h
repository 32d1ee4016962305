#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace spanwire::transport {

// Who asked each hop, as the headers that proxies add to tell of it; nearest to the client first. What stands in them
// is the client's own word, up to where the first proxy that is believed added its part.
using Hops = std::vector<std::string_view>;  // an address, perhaps with a port; or something that is none

// X-Forwarded-For: the hops, separated by commas.
Hops ParseForwardedFor(std::string_view list);

// Forwarded (RFC 7239): the value of `for` of each element, without its quotes; empty where an element has none.
// Nothing where the header is malformed: then nobody can say which part of it is whose.
std::optional<Hops> ParseForwarded(std::string_view list);

}  // namespace spanwire::transport
