#pragma once

#include <string_view>

#include "bridge/openssl/owner.h"

namespace spanwire::openssl {

// Reads from `text`, which must outlive it. Null without memory.
BioPtr ReadFrom(std::string_view text);

}  // namespace spanwire::openssl
