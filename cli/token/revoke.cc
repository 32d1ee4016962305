#include "cli/token/revoke.h"

#include "CLI/Error.hpp"
#include "CLI/Option.hpp"
#include "CLI/Validators.hpp"
#include "fmt/format.h"

namespace spanwire::cli::token {
namespace {

constexpr char kFooter[] = R"(Examples:
  spanwire token revoke --jti 4kTq9ZbW1x
  spanwire token revoke --user u-17 --remember 24h

What is open with such a token ends at once: connections with 4001, streams with UNAUTHENTICATED. --user means all
tokens that were issued until now, this very second included; one that is issued later counts again. Give --remember
where no token lives longer than that, or the bridge remembers for ever, which fills its list (auth.max_revocations).
Each bridge has a list of its own. Needs the role admin.write. Global options: see `spanwire --help`.)";

const CLI::Validator kNotEmpty([](std::string& value) { return value.empty() ? "must not be empty" : ""; }, "");

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(absl::ToUnixSeconds(time));
  return timestamp;
}

absl::Time ParseTime(const std::string& text) {
  absl::Time time;
  if (std::string error; !absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    throw CLI::ValidationError("--issued-until", "'" + text + "' is no time, such as 2026-01-15T14:05:00Z");
  }
  return time;
}

absl::Duration ParseDuration(const std::string& text) {
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration) || duration < absl::Seconds(1) || duration > absl::Hours(24 * 366)) {
    throw CLI::ValidationError("--remember", "'" + text + "' is not a time of a second to a year, such as 24h");
  }
  return duration;
}

v1::RevokeTokensRequest ToRequest(const RevokeOptions& options, absl::Time now) {
  v1::RevokeTokensRequest request;
  request.set_tenant_id(options.tenant);
  if (options.user.empty()) {
    request.set_token_id(options.token_id);
  } else {
    request.set_user_id(options.user);
  }
  if (options.issued_until) *request.mutable_issued_until() = ToProto(*options.issued_until);
  if (options.remember) *request.mutable_expires_at() = ToProto(now + *options.remember);
  return request;
}

}  // namespace

CLI::App* DeclareRevoke(CLI::App& group, RevokeOptions& options) {
  CLI::App* command = group.add_subcommand("revoke", "Have a bridge take tokens no longer");
  command->add_option("--jti", options.token_id, "The token with this id (claim jti)")
      ->type_name("ID")
      ->check(kNotEmpty);
  command->add_option("--user", options.user, "All tokens of this user until now (claim sub)")
      ->type_name("USER")
      ->check(kNotEmpty);
  command->add_option("--tenant", options.tenant, "Of this tenant (default: your own)")->type_name("TENANT");
  command
      ->add_option_function<std::string>(
          "--issued-until", [&options](const std::string& text) { options.issued_until = ParseTime(text); },
          "With --user: those issued (iat) until then, rather than now")
      ->type_name("TIME");
  command
      ->add_option_function<std::string>(
          "--remember", [&options](const std::string& text) { options.remember = ParseDuration(text); },
          "How long the bridge remembers: as long as the longest of these tokens counts (default: for ever)")
      ->type_name("TIME");
  return command->footer(kFooter);
}

ExitCode RunRevoke(const RevokeOptions& options, Session& session) {
  if (options.token_id.empty() == options.user.empty()) return session.Misused("which tokens? Give --jti or --user");
  if (options.user.empty() && options.issued_until) return session.Misused("--issued-until goes with --user");
  const auto answer = session.bridge().RevokeTokens(ToRequest(options, session.Now()));
  if (!answer.ok()) return session.Fail("revoke tokens", answer.status());
  if (session.json()) return session.PrintJson(*answer);
  session.Note(fmt::format("Revoked. Ended: {} connections, {} streams.", answer->connections_closed(),
                           answer->streams_ended()));
  return ExitCode::kOk;
}

}  // namespace spanwire::cli::token
