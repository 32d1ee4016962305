#pragma once

#include <ostream>
#include <string>

#include "CLI/App.hpp"
#include "cli/command_set.h"

namespace spanwire::cli::completion {

// The shell script that completes the commands and options of `root`; `shell` is "bash", "zsh" or "fish".
std::string Script(const CLI::App& root, const std::string& shell);

// Adds `spanwire completion SHELL` to `root`, which it describes. Unlike other commands it needs to know the rest.
void Add(CLI::App& root, CommandSet& commands);

}  // namespace spanwire::cli::completion
