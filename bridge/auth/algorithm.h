#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace spanwire::auth {

// The signature algorithms of tokens (RFC 7518, section 3.1; RFC 8037, section 3.1). `none` is not among them.
//
// Those of shared secrets and those of key pairs are two types, and so are the keys: that a public key, which everybody
// has, be taken for an HMAC secret (algorithm confusion) is not a check that could be forgotten but does not compile.
enum class HmacAlgorithm { kHs256, kHs384, kHs512 };
enum class PublicKeyAlgorithm { kRs256, kRs384, kRs512, kEs256, kEs384, kEdDsa };
using Algorithm = std::variant<HmacAlgorithm, PublicKeyAlgorithm>;

// What a key of a pair is made of, and so which algorithms it serves.
enum class PublicKeyFamily { kRsa, kP256, kP384, kEd25519 };

// By the exact name that headers and JWKs carry, such as "RS256"; names are case sensitive.
std::optional<Algorithm> FindAlgorithm(std::string_view name);
std::string_view NameOf(Algorithm algorithm);
// "HS256, HS384, ...", for sentences that say what there is.
std::string AlgorithmNames();

PublicKeyFamily FamilyOf(PublicKeyAlgorithm algorithm);
std::string_view NameOf(PublicKeyFamily family);

// The fewest bytes that a secret may have: as many as the hash has (RFC 7518, section 3.2).
size_t MinSecretBytes(HmacAlgorithm algorithm);

}  // namespace spanwire::auth
