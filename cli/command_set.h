#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "CLI/App.hpp"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace spanwire::cli {

// The commands of a command line, each an options struct, a function that declares it and one that executes it. After
// parsing, run() is the command that was chosen.
class CommandSet {
 public:
  using Run = std::function<ExitCode(Session&)>;

  // `declare` adds the command to `group` with its options bound to the struct, and returns it.
  template <class Options>
  void Add(CLI::App& group, CLI::App* (*declare)(CLI::App&, Options&), ExitCode (*execute)(const Options&, Session&)) {
    const auto options = std::make_shared<Options>();
    Add(*declare(group, *options), [options, execute](Session& session) { return execute(*options, session); });
  }
  void Add(CLI::App& command, Run chosen) {
    command.final_callback([this, chosen = std::move(chosen)] { run_ = chosen; });
  }

  // Null where no command was chosen.
  const Run& run() const { return run_; }

 private:
  Run run_;
};

}  // namespace spanwire::cli
