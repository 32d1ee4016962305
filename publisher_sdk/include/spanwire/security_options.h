#pragma once

#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "spanwire/security.h"

namespace spanwire {

// One of the options by which Spanwire's own programs take a Security, for services that want the same ones.
struct SecurityOption {
  const char* flag;      // "--ca"
  const char* variable;  // of the environment, in its place; null: none
  const char* type;      // "FILE"; null for a switch
  const char* help;
  // Where it goes: a text and its name, or a switch.
  std::string Security::*text;
  std::string SecurityNames::*name;
  bool Security::*on;
};

// --ca, --cert, --key, --token-file, --token, --tls and --insecure.
std::span<const SecurityOption> SecurityOptions();

// Fills in what is still open from the environment; its token only where neither a token nor a file is given, and
// SPANWIRE_TOKEN before SPANWIRE_TOKEN_FILE. Names the settings as the options or variables are called. For programs
// that have their own parser of options, after it.
void CompleteSecurity(Security& security);

// For programs that have none: takes the options out of the arguments, as "--ca FILE" or "--ca=FILE", and completes
// them. What is left stays in its order. INVALID_ARGUMENT, with a sentence: an option without its value.
absl::StatusOr<Security> TakeSecurityOptions(int& argc, char** argv);

}  // namespace spanwire
