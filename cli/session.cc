#include "cli/session.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "cli/failure.h"
#include "cli/json_answer.h"
#include "cli/port_look.h"
#include "cli/printable.h"
#include "cli/table.h"

namespace spanwire::cli {
namespace {

// Whoever waits for a reason has waited for the call already.
constexpr absl::Duration kLookTimeout = absl::Seconds(2);

// https://no-color.org, and terminals that cannot.
bool EnvironmentAllowsColor() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool dumb = term != nullptr && std::string_view(term) == "dumb";
  return (no_color == nullptr || *no_color == '\0') && !dumb;
}

}  // namespace

Session::Session(const GlobalOptions& options, Streams& streams, BridgeClient& bridge, const model::Clock& clock,
                 absl::TimeZone zone)
    : options_(options),
      streams_(streams),
      bridge_(bridge),
      clock_(clock),
      zone_(zone),
      notice_(options.notice),
      colors_wanted_(!options.no_color && EnvironmentAllowsColor()) {}

ExitCode Session::PrintJson(const google::protobuf::Message& answer) {
  const absl::StatusOr<std::string> json = JsonAnswer(answer, JsonLayout::kIndented);
  if (!json.ok()) return Fail("print the answer", json.status());
  streams_.out << *json;
  return ExitCode::kOk;
}

bool Session::PrintJsonLine(const google::protobuf::Message& message) {
  const absl::StatusOr<std::string> json = JsonAnswer(message, JsonLayout::kOneLine);
  if (!json.ok()) {
    Fail("print a message", json.status());
    return true;  // one message that cannot be printed does not end the stream
  }
  streams_.out << *json;
  return Flush();
}

bool Session::Flush() {
  return streams_.out.flush().good();
}

void Session::Note(std::string_view line) {
  streams_.out.flush();  // so that both appear in the order in which they were written
  streams_.err << Printable(line) << std::endl;
}

bool Session::Confirm(std::string_view question) {
  streams_.err << Printable(question) << " [y/N] " << std::flush;
  std::string answer;
  if (!std::getline(streams_.in, answer)) return false;
  return answer == "y" || answer == "Y" || answer == "yes";
}

BridgeClient& Session::bridge() {
  if (!notice_.empty()) Note(std::exchange(notice_, {}));
  return bridge_;
}

ExitCode Session::Fail(std::string_view what, const absl::Status& error) {
  streams_.out.flush();
  Attempt attempt{std::string(what), options_.server, options_.timeout, options_.security};
  if (WorthALook(error)) {
    attempt.look = LookAtPort(options_.server, options_.security.ca, std::min(options_.timeout, kLookTimeout));
  }
  streams_.err << ErrorLabel() << Explain(error, attempt) << std::flush;
  return ExitCodeFor(error);
}

ExitCode Session::Misused(std::string_view sentence) {
  streams_.err << ErrorLabel() << Printable(sentence) << std::endl;
  return ExitCode::kUsage;
}

std::string Session::ErrorLabel() const {
  return Styled("error:", Style::kBad, streams_.err_is_terminal && colors_wanted_) + " ";
}

}  // namespace spanwire::cli
