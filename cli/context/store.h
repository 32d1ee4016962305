#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/session.h"

namespace spanwire::cli::context {

// A bridge by name: where it is and how to be let in.
struct Context {
  std::string server;
  Security security;
};

struct Contexts {
  std::map<std::string, Context> by_name;
  std::string current;  // empty: none
};

// $XDG_CONFIG_HOME/spanwire/contexts.json, by default ~/.config/spanwire/contexts.json. Empty where there is neither
// variable.
std::string StorePath();

// No contexts where there is no file. INVALID_ARGUMENT with a sentence: a file that cannot be read, is not what Save
// writes, or holds a token that other users of this machine may read.
absl::StatusOr<Contexts> Load(const std::string& path);

// Replaces the file, readable by its owner alone (mode 600, in a folder of 700). INVALID_ARGUMENT where it cannot.
absl::Status Save(const Contexts& contexts, const std::string& path);

// The options with what they leave open filled in from the context that they name, or from the current one. Its token
// and client certificate are for its own server alone: where another is given they are left aside, and the notice says
// so unless others are given. Of a context that is named the CAs to trust count there too. Errors are Misuse().
absl::StatusOr<GlobalOptions> Resolve(const GlobalOptions& options);

}  // namespace spanwire::cli::context
