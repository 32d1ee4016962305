#pragma once

#include <string>
#include <vector>

#include "bridge/model/clock.h"
#include "cli/exit_code.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/fake_bridge.h"

namespace spanwire::cli {

// What a command line came to.
struct Outcome {
  ExitCode code;
  std::string out;
  std::string err;
};

// How a command line is run, beside its words.
struct Setting {
  std::string input = "";
  bool in_is_terminal = false;
  bool out_is_terminal = false;
};

// Runs a command line in this process, in UTC.
Outcome RunCli(std::vector<std::string> arguments, const model::Clock& clock, const Setting& setting = {});

// Command lines against a fake bridge, at a time that stands still.
class CliTest : public testing::Test {
 protected:
  Outcome Run(std::vector<std::string> arguments, const Setting& setting = {});
  // A proto time that long before now.
  google::protobuf::Timestamp Ago(absl::Duration duration) const;

  FakeBridge bridge_;
  model::FakeClock clock_;
};

std::ostream& operator<<(std::ostream& out, ExitCode code);

}  // namespace spanwire::cli
