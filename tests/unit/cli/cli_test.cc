#include "tests/unit/cli/cli_test.h"

#include <cstdlib>
#include <sstream>

#include "cli/root.h"

namespace spanwire::cli {
namespace {

// Whoever runs the tests may have contexts and tokens, which are no concern of theirs.
void ForgetTheUser() {
  ::setenv("XDG_CONFIG_HOME", (testing::TempDir() + "spanwire-cli-test-nobody").c_str(), /*replace=*/0);
  for (const char* name : {"SPANWIRE_TOKEN", "SPANWIRE_TOKEN_FILE", "SPANWIRE_CONTEXT", "SPANWIRE_CA", "SPANWIRE_CERT",
                           "SPANWIRE_KEY", "SPANWIRE_SERVER"}) {
    ::unsetenv(name);
  }
}
const bool kForgotten = (ForgetTheUser(), true);

}  // namespace

Outcome RunCli(std::vector<std::string> arguments, const model::Clock& clock, const Setting& setting) {
  std::istringstream in(setting.input);
  std::ostringstream out;
  std::ostringstream err;
  Streams streams{in, out, err, setting.in_is_terminal, setting.out_is_terminal};
  const ExitCode code = RunCommandLine(std::move(arguments), streams, clock, absl::UTCTimeZone());
  return {code, out.str(), err.str()};
}

Outcome CliTest::Run(std::vector<std::string> arguments, const Setting& setting) {
  arguments.insert(arguments.begin(), {"--server", bridge_.address()});
  return RunCli(std::move(arguments), clock_, setting);
}

google::protobuf::Timestamp CliTest::Ago(absl::Duration duration) const {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(absl::ToUnixSeconds(clock_.Now() - duration));
  return timestamp;
}

std::ostream& operator<<(std::ostream& out, ExitCode code) {
  return out << static_cast<int>(code);
}

}  // namespace spanwire::cli
