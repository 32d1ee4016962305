#include "tests/unit/cli/cli_test.h"

#include <sstream>

#include "cli/root.h"

namespace spanwire::cli {

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
