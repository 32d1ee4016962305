#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "bridge/auth/claims.h"
#include "bridge/auth/key_set.h"

namespace spanwire::cli::token {

// One rule that a token must satisfy.
struct Check {
  enum class Result { kPassed, kFailed, kSkipped };

  std::string name;  // form, signature, claims, or the claim that it is about
  Result result;
  std::string reason;    // of a failure, such as TOKEN_EXPIRED
  std::string sentence;  // of a failure, or why it was skipped
};

// A token, and all that speaks for and against it.
struct Explanation {
  std::string header;   // JSON; empty where it cannot be read
  std::string payload;  // JSON of the claims, trusted or not; empty where it cannot be read
  std::vector<Check> checks;

  bool failed() const;
  // Whether nothing is left open: it counts.
  bool valid() const;
};

// Goes on after a failure as far as anything can be read. Null `keys`: the signature is not checked.
Explanation Explain(std::string_view token, const auth::KeySet* keys, const auth::TokenRules& rules, absl::Time now);

}  // namespace spanwire::cli::token
