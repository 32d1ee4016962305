#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace spanwire::auth {

// Base64url as JOSE uses it: RFC 4648, section 5, without padding (RFC 7515, section 2).
//
// Decoding is strict, so that one value has one text: padding, white space, the letters `+` and `/`, a length that no
// bytes have and unused bits that are not zero are all refused, with none. A token whose text could be changed without
// changing its meaning would slip through lists that know tokens by their text.
std::optional<std::string> DecodeBase64Url(std::string_view text);

std::string EncodeBase64Url(std::string_view bytes);

}  // namespace spanwire::auth
