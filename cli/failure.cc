#include "cli/failure.h"

#include <algorithm>

#include "bridge/model/absl_view.h"
#include "bridge/model/error.h"
#include "cli/printable.h"
#include "fmt/format.h"

namespace spanwire::cli {
namespace {

std::string MetadataOf(const model::ErrorDetail& detail, std::string_view key) {
  const auto found = std::find_if(detail.metadata.begin(), detail.metadata.end(),
                                  [key](const auto& entry) { return entry.first == key; });
  return found == detail.metadata.end() ? "" : found->second;
}

std::string_view MessageOf(const absl::Status& error) {
  return model::ToStd(error.message());
}

// gRPC reports "failed to connect to all addresses; last error: UNKNOWN: ipv4:...: Connection refused": the last part
// is what people know.
std::string_view LastPart(std::string_view message) {
  const size_t colon = message.rfind(": ");
  return colon == std::string_view::npos ? message : message.substr(colon + 2);
}

bool NeverReached(std::string_view message) {
  return message.starts_with("failed to connect") || message.find("DNS resolution") != std::string_view::npos;
}

// UNAVAILABLE without a reason comes from gRPC itself: the bridge is not there, or was and went.
std::string ExplainConnection(std::string_view message, const Attempt& attempt) {
  if (message.find("http1") != std::string_view::npos) {
    return fmt::format(
        "cannot reach the bridge at {}: that is an HTTP port\n"
        "Give its gRPC address, `grpc=...` of the line that the bridge prints when it is ready.\n",
        Printable(attempt.server));
  }
  if (NeverReached(message)) {
    return fmt::format(
        "cannot reach the bridge at {}: {}\n"
        "Is it running? Start it with `spanwire-bridge`, or name another with --server HOST:PORT or SPANWIRE_SERVER.\n",
        Printable(attempt.server), Printable(LastPart(message)));
  }
  return fmt::format(
      "cannot {}: lost the bridge at {}: {}\n"
      "Has it stopped, or is this not its gRPC address? Check with `spanwire health`.\n",
      Printable(attempt.what), Printable(attempt.server), Printable(message));
}

std::string ExplainTimeout(const Attempt& attempt) {
  return fmt::format(
      "cannot {}: no answer from {} within {}\n"
      "Is that the bridge's gRPC address? If it is only slow, give it longer with --timeout.\n",
      Printable(attempt.what), Printable(attempt.server), absl::FormatDuration(attempt.timeout));
}

// Whether `violations` ("field: description") only says again what the message says.
bool Repeats(std::string_view message, std::string_view violations) {
  const size_t colon = violations.find(": ");
  return colon != std::string_view::npos && message.find(violations.substr(colon + 2)) != std::string_view::npos;
}

// What to do, where the bridge's own sentence cannot know it.
std::string Advice(const absl::Status& error, const model::ErrorDetail& detail, const Attempt& attempt) {
  std::string violations = MetadataOf(detail, "violations");
  if (!violations.empty() && !Repeats(MessageOf(error), violations)) return violations;
  if (const std::string delay = MetadataOf(detail, "retry_after"); !delay.empty()) return "Try again in " + delay + ".";
  if (error.code() == absl::StatusCode::kUnimplemented) {
    return fmt::format("What answers at {} does not offer this: another version of the bridge, or another service.",
                       attempt.server);
  }
  return "";
}

}  // namespace

ExitCode ExitCodeFor(const absl::Status& error) {
  switch (error.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kOk;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return ExitCode::kUsage;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
      return ExitCode::kDenied;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return ExitCode::kUnavailable;
    case absl::StatusCode::kResourceExhausted:
      // The bridge says when to come back; without that, it is this call that is too big.
      return MetadataOf(model::DetailOf(error), "retry_after").empty() ? ExitCode::kFailure : ExitCode::kUnavailable;
    default:
      return ExitCode::kFailure;
  }
}

std::string Explain(const absl::Status& error, const Attempt& attempt) {
  const model::ErrorDetail detail = model::DetailOf(error);
  const std::string_view message = MessageOf(error);
  if (detail.reason.empty() && error.code() == absl::StatusCode::kUnavailable) {
    return ExplainConnection(message, attempt);
  }
  if (detail.reason.empty() && error.code() == absl::StatusCode::kDeadlineExceeded) return ExplainTimeout(attempt);
  const std::string reason = detail.reason.empty() ? absl::StatusCodeToString(error.code()) : detail.reason;
  const std::string shown = message.empty() ? "no message" : Printable(message);
  std::string text = fmt::format("cannot {}: {} ({})\n", Printable(attempt.what), shown, Printable(reason));
  if (const std::string advice = Advice(error, detail, attempt); !advice.empty()) text += Printable(advice) + "\n";
  return text;
}

}  // namespace spanwire::cli
