#include "cli/failure.h"

#include <algorithm>
#include <optional>

#include "absl/strings/cord.h"
#include "bridge/model/absl_view.h"
#include "bridge/model/error.h"
#include "cli/bridge_client.h"
#include "cli/printable.h"
#include "fmt/format.h"

namespace spanwire::cli {
namespace {

constexpr char kMisuse[] = "spanwire.cli.Misuse";
constexpr std::string_view kNothingShown = "UNAUTHENTICATED_CALL";

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

bool Says(std::string_view message, std::string_view words) {
  return message.find(words) != std::string_view::npos;
}

bool NeverReached(std::string_view message) {
  return message.starts_with("failed to connect") || Says(message, "DNS resolution");
}

bool NobodyListens(std::string_view message) {
  return Says(message, "Connection refused") || Says(message, "DNS resolution") || Says(message, "No route to host");
}

// What of the settings asks for TLS, as its user gave it: "--ca ca.pem".
std::string TlsAsGiven(const Security& security) {
  if (!security.ca.empty()) return security.names.ca + " " + security.ca;
  return security.cert.empty() ? security.names.tls : security.names.cert + " " + security.cert;
}

struct Trouble {
  std::string what;
  std::string advice;
};

Trouble HttpPort() {
  return {"that is an HTTP port",
          "Give its gRPC address, `grpc=...` of the line that the bridge prints when it is ready."};
}

Trouble Mistrust(const Attempt& attempt) {
  const std::string why = attempt.look ? attempt.look->mistrust : "";
  std::string what = "its certificate is not trusted";
  if (!why.empty()) what += ": " + why;
  if (Says(why, "expired") || Says(why, "not yet valid")) {
    return {what, "The bridge needs another certificate, or this machine the right time."};
  }
  return {what, attempt.security.ca.empty()
                    ? "This machine does not know the CA that signed it: give its certificate with --ca FILE."
                    : fmt::format("{} is not the CA that signed it: give the right one with --ca FILE.",
                                  TlsAsGiven(attempt.security))};
}

Trouble ClientCertificate(const Security& security) {
  if (security.cert.empty()) {
    return {"it asks for a client certificate",
            "Give yours with --cert FILE and --key FILE (or SPANWIRE_CERT and SPANWIRE_KEY)."};
  }
  return {"it does not take the client certificate",
          fmt::format("Is {} {} of a CA that the bridge trusts (tls.client_ca_file), and still valid?",
                      security.names.cert, security.cert)};
}

// Why TLS and the port do not go together; empty where that is not it.
std::optional<Trouble> TlsTrouble(std::string_view message, const Attempt& attempt) {
  using Kind = PortLook::Kind;
  const Kind seen = attempt.look ? attempt.look->kind : Kind::kUnknown;
  if (Says(message, "http1") || Says(message, "no application protocol") || seen == Kind::kOtherTls) return HttpPort();
  if (!UsesTls(attempt.security)) {
    if (seen != Kind::kGrpcTls) return std::nullopt;
    return Trouble{"that port speaks TLS",
                   "Give the CA of its certificate with --ca FILE (or SPANWIRE_CA), or --tls where this machine trusts "
                   "it."};
  }
  if (Says(message, "certificate verify failed")) return Mistrust(attempt);
  if (Says(message, "not in peer certificate")) {
    return Trouble{"its certificate is for another name",
                   "Call it by a name that its certificate has, or have one made for this name."};
  }
  if (Says(message, "wrong version number") || seen == Kind::kPlain) {
    return Trouble{"that port does not speak TLS",
                   fmt::format("Is it the gRPC port of a bridge with [tls]? If it has none, leave {} out.",
                               TlsAsGiven(attempt.security))};
  }
  // The connection is just dropped then: the alert comes after gRPC has shaken hands.
  if (NeverReached(message) && attempt.look && attempt.look->asks_for_certificate) {
    return ClientCertificate(attempt.security);
  }
  return std::nullopt;
}

// UNAVAILABLE without a reason comes from gRPC itself: the bridge is not there, or was and went.
std::string ExplainConnection(std::string_view message, const Attempt& attempt) {
  if (const std::optional<Trouble> trouble = TlsTrouble(message, attempt)) {
    return fmt::format("cannot reach the bridge at {}: {}\n{}\n", Printable(attempt.server), Printable(trouble->what),
                       Printable(trouble->advice));
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

// Where the token of the call comes from, as its user gave it.
std::string TokenAsGiven(const Security& security) {
  return security.token_file.empty() ? security.names.token : security.names.token_file + " " + security.token_file;
}

// What to do where the bridge does not let one in. Its sentences are for whoever writes a client.
std::string AdviceToBeLetIn(const model::ErrorDetail& detail, const Security& security) {
  if (detail.reason == kNothingShown) {
    return "Give a token with --token-file FILE or SPANWIRE_TOKEN_FILE, or keep it in a context: "
           "`spanwire context add --help`.";
  }
  const bool shown = !security.token.empty() || !security.token_file.empty();
  if (!shown || !detail.reason.starts_with("TOKEN_")) return "";
  return fmt::format("The token is that of {}; `spanwire token check` explains it.", TokenAsGiven(security));
}

// What to do, where the bridge's own sentence cannot know it.
std::string Advice(const absl::Status& error, const model::ErrorDetail& detail, const Attempt& attempt) {
  std::string violations = MetadataOf(detail, "violations");
  if (!violations.empty() && !Repeats(MessageOf(error), violations)) return violations;
  if (std::string advice = AdviceToBeLetIn(detail, attempt.security); !advice.empty()) return advice;
  if (const std::string delay = MetadataOf(detail, "retry_after"); !delay.empty()) return "Try again in " + delay + ".";
  if (error.code() == absl::StatusCode::kUnimplemented) {
    return fmt::format("What answers at {} does not offer this: another version of the bridge, or another service.",
                       attempt.server);
  }
  return "";
}

}  // namespace

absl::Status Misuse(std::string_view sentence) {
  absl::Status status = absl::InvalidArgumentError(model::ToAbsl(sentence));
  status.SetPayload(kMisuse, absl::Cord());
  return status;
}

bool WorthALook(const absl::Status& error) {
  return error.code() == absl::StatusCode::kUnavailable && model::DetailOf(error).reason.empty() &&
         !NobodyListens(MessageOf(error));
}

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
  if (error.GetPayload(kMisuse)) return Printable(message) + "\n";
  if (detail.reason.empty() && error.code() == absl::StatusCode::kUnavailable) {
    return ExplainConnection(message, attempt);
  }
  if (detail.reason.empty() && error.code() == absl::StatusCode::kDeadlineExceeded) return ExplainTimeout(attempt);
  const std::string reason = detail.reason.empty() ? absl::StatusCodeToString(error.code()) : detail.reason;
  std::string shown = message.empty() ? "no message" : Printable(message);
  if (detail.reason == kNothingShown) shown = "the bridge wants to know who asks";
  std::string text = fmt::format("cannot {}: {} ({})\n", Printable(attempt.what), shown, Printable(reason));
  if (const std::string advice = Advice(error, detail, attempt); !advice.empty()) text += Printable(advice) + "\n";
  return text;
}

}  // namespace spanwire::cli
