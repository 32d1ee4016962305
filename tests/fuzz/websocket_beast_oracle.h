#pragma once

#include <string>

#include "tests/fuzz/websocket_trace.h"

// Boost.Beast's frame reader as the oracle of ours. Shared by the bounded test in tests/unit/transport and the fuzzer.
namespace spanwire::transport::websocket {

ReaderTrace ReadWithBeast(const Arrival& arrival);

// Empty where both agree, or differ for a reason that is known (listed in the source); else what each made of it.
std::string Disagreement(const ReaderTrace& spanwire, const ReaderTrace& beast);

}  // namespace spanwire::transport::websocket
