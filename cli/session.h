#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "bridge/model/clock.h"
#include "cli/bridge_client.h"
#include "cli/exit_code.h"
#include "cli/streams.h"
#include "google/protobuf/message.h"

namespace spanwire::cli {

enum class OutputFormat { kTable, kWide, kJson };

// Options that every command takes.
struct GlobalOptions {
  std::string server = "127.0.0.1:50051";
  bool server_given = false;  // by a flag or the environment
  Security security;
  std::string context;  // that is asked for; empty: the current one, if any
  OutputFormat output = OutputFormat::kTable;
  absl::Duration timeout = absl::Seconds(10);
  bool no_color = false;
  std::string notice;  // what a command that goes to the bridge tells first; empty: nothing
};

// What a running command is handed. Everything is borrowed for the time of the run.
class Session {
 public:
  Session(const GlobalOptions& options, Streams& streams, BridgeClient& bridge, const model::Clock& clock,
          absl::TimeZone zone);

  // With the first, tells the options' notice.
  BridgeClient& bridge();
  const GlobalOptions& options() const { return options_; }
  std::istream& in() { return streams_.in; }
  std::ostream& out() { return streams_.out; }
  bool in_is_terminal() const { return streams_.in_is_terminal; }

  bool json() const { return options_.output == OutputFormat::kJson; }
  bool wide() const { return options_.output == OutputFormat::kWide; }
  bool color() const { return streams_.out_is_terminal && colors_wanted_; }
  absl::Time Now() const { return clock_.Now(); }
  absl::TimeZone zone() const { return zone_; }

  // Prints a gRPC answer as one JSON document on stdout.
  ExitCode PrintJson(const google::protobuf::Message& answer);
  // Prints a message of a stream as one line of JSON on stdout; false where stdout is closed.
  bool PrintJsonLine(const google::protobuf::Message& message);
  // Flushes stdout, for streams whose reader waits for each line; false where it is closed.
  bool Flush();

  // Tells something on stderr, in one line. It need not be Printable().
  void Note(std::string_view line);
  // Asks for a yes on stderr and stdin.
  bool Confirm(std::string_view question);
  // Reports on stderr that `what` ("list connections") failed and returns the exit code that says so.
  ExitCode Fail(std::string_view what, const absl::Status& error);
  // Reports wrong use on stderr.
  ExitCode Misused(std::string_view sentence);

 private:
  std::string ErrorLabel() const;

  const GlobalOptions& options_;
  Streams& streams_;
  BridgeClient& bridge_;
  const model::Clock& clock_;
  absl::TimeZone zone_;
  std::string notice_;
  bool colors_wanted_;
};

}  // namespace spanwire::cli
