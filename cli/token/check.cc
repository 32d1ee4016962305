#include "cli/token/check.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "CLI/Option.hpp"
#include "CLI/Validators.hpp"
#include "absl/status/statusor.h"
#include "boost/json/array.hpp"
#include "boost/json/object.hpp"
#include "boost/json/parse.hpp"
#include "boost/json/serialize.hpp"
#include "bridge/auth/access_control.h"
#include "bridge/auth/key_files.h"
#include "bridge/model/absl_view.h"
#include "cli/humane.h"
#include "cli/printable.h"
#include "cli/table.h"
#include "cli/token/bridge_settings.h"
#include "cli/token/explanation.h"

namespace spanwire::cli::token {
namespace {

constexpr char kFooter[] = R"(Examples:
  spanwire token create --sub u-17 --secret-file secret | spanwire token check --secret-file secret
  spanwire token check --config spanwire.toml < token
  spanwire token check --jwks jwks.json --issuer https://id.example --audience spanwire < token
  spanwire token check -o json < token | jq .claims

Give a token on standard input rather than as an argument, where other users of the machine could see it.
Shows the claims, says when it expires and which rules it breaks, by the rules of the bridge: clocks may differ by 5s,
sub and exp are required, and a token with an audience needs --audience. Nothing is sent anywhere. Whether it was revoked
only the bridge knows.

Exits with 0 where the token counts, 4 where it does not, 1 where no key was given to check its signature with.
Global options: see `spanwire --help`.)";

absl::StatusOr<std::string> ReadToken(const CheckOptions& options, Session& session) {
  if (!options.token.empty() && options.token != "-") return options.token;
  constexpr size_t kMaxBytes = 64 * 1024;  // more than any that counts, so that those too long are explained
  std::string text(kMaxBytes, '\0');
  session.in().read(text.data(), static_cast<std::streamsize>(text.size()));
  if (session.in().bad()) return absl::InvalidArgumentError("standard input cannot be read");
  text.resize(static_cast<size_t>(session.in().gcount()));
  return std::string(auth::WithoutNewline(text));
}

// What a token is judged by.
struct Judge {
  auth::KeyFiles keys;
  auth::TokenRules rules;
};

// The bridge's own settings, and what is given beside them.
absl::StatusOr<Judge> ReadJudge(const CheckOptions& options) {
  Judge judge;
  if (!options.config.empty()) {
    const absl::StatusOr<config::AuthSettings> auth = ReadAuthSettings(options.config);
    if (!auth.ok()) return auth.status();
    judge = {.keys = auth::KeyFilesOf(*auth), .rules = auth::TokenRulesOf(*auth)};
  }
  auth::KeyFiles& files = judge.keys;
  for (const std::string& path : options.public_keys) files.public_keys.push_back({.path = path});
  if (!options.jwks.empty()) files.jwks = {.path = options.jwks};
  if (!options.secret_file.empty()) {
    const std::optional<auth::Algorithm> algorithm = auth::FindAlgorithm(options.algorithm);
    files.secrets.push_back(
        {.file = {.path = options.secret_file}, .algorithm = std::get<auth::HmacAlgorithm>(*algorithm)});
  }
  if (!options.issuer.empty()) judge.rules.issuer = options.issuer;
  if (!options.audiences.empty()) judge.rules.audiences = options.audiences;
  return judge;
}

// Null where no key was given.
absl::StatusOr<std::optional<auth::LoadedKeys>> ReadKeys(const auth::KeyFiles& files) {
  if (files.empty()) return std::optional<auth::LoadedKeys>();
  absl::StatusOr<auth::LoadedKeys> keys = auth::LoadKeys(files);
  if (!keys.ok()) return keys.status();
  return std::optional<auth::LoadedKeys>(*std::move(keys));
}

const char* NameOf(Check::Result result) {
  switch (result) {
    case Check::Result::kPassed:
      return "ok";
    case Check::Result::kFailed:
      return "FAILED";
    case Check::Result::kSkipped:
      break;
  }
  return "not checked";
}

Style StyleOf(Check::Result result) {
  if (result == Check::Result::kPassed) return Style::kGood;
  return result == Check::Result::kFailed ? Style::kBad : Style::kWarning;
}

// A value as people read it: texts without quotes, times as times too.
std::string Shown(std::string_view name, const boost::json::value& value, Session& session) {
  if (value.is_string()) return std::string(value.get_string());
  std::string text = boost::json::serialize(value);
  if (name != "exp" && name != "nbf" && name != "iat") return text;
  constexpr double kLastSecond = 253'402'300'799;
  const double seconds = value.is_number() ? value.to_number<double>() : -1;
  if (!(seconds >= 0 && seconds <= kLastSecond)) return text;
  const absl::Time time = absl::UnixEpoch() + absl::Seconds(seconds);
  const absl::Duration ahead = time - session.Now();
  const std::string distance =
      ahead >= absl::ZeroDuration() ? "in " + HumaneDuration(ahead) : HumaneDuration(-ahead) + " ago";
  return fmt::format("{} = {} ({})", text, absl::FormatTime("%Y-%m-%d %H:%M:%S", time, session.zone()), distance);
}

void AddMembers(const std::string& json, const char* prefix, Session& session, Block& block) {
  if (json.empty()) return;
  const boost::json::value object = boost::json::parse(json);
  for (const auto& [name, value] : object.as_object()) {
    block.Add(Printable(prefix + std::string(name)), Shown({name.data(), name.size()}, value, session));
  }
}

void PrintText(const Explanation& explanation, Session& session) {
  Block block;
  AddMembers(explanation.header, "header ", session, block);
  AddMembers(explanation.payload, "", session, block);
  block.Print(session.out(), session.color());
  if (!explanation.header.empty()) session.out() << '\n';
  Table table({"CHECK", "RESULT", "REASON", "MEANING"});
  for (const Check& check : explanation.checks) {
    table.Add(
        {check.name, Cell(NameOf(check.result), StyleOf(check.result)), OrDash(check.reason), OrDash(check.sentence)});
  }
  table.Print(session.out(), session.color());
}

void PrintJson(const Explanation& explanation, Session& session) {
  boost::json::array checks;
  for (const Check& check : explanation.checks) {
    boost::json::object entry{{"check", check.name}, {"result", NameOf(check.result)}};
    if (!check.reason.empty()) entry["reason"] = check.reason;
    if (!check.sentence.empty()) entry["message"] = check.sentence;
    checks.push_back(std::move(entry));
  }
  boost::json::object document{{"valid", explanation.valid()}};
  if (!explanation.header.empty()) document["header"] = boost::json::parse(explanation.header);
  if (!explanation.payload.empty()) document["claims"] = boost::json::parse(explanation.payload);
  document["checks"] = std::move(checks);
  session.out() << PrintableJson(boost::json::serialize(document)) << '\n';
}

}  // namespace

CLI::App* DeclareCheck(CLI::App& group, CheckOptions& options) {
  CLI::App* command = group.add_subcommand("check", "Explain a token, and say whether it counts");
  command->add_option("TOKEN", options.token, "The token, or - for standard input (default)")->type_name("");
  command->add_option("--config", options.config, "A bridge's settings: judges by its keys and rules")
      ->type_name("FILE");
  command->add_option("--secret-file", options.secret_file, "File with the secret that signs tokens")
      ->type_name("FILE");
  command->add_option("--algorithm", options.algorithm, "What the secret is for")
      ->type_name("NAME")
      ->capture_default_str()
      ->check(CLI::IsMember({"HS256", "HS384", "HS512"}).description(""));
  command->add_option("--public-key", options.public_keys, "PEM file with a public key, once for each")
      ->type_name("FILE")
      ->expected(1)
      ->take_all();
  command->add_option("--jwks", options.jwks, "File with a JWK Set")->type_name("FILE");
  command->add_option("--issuer", options.issuer, "The issuer that is trusted (default: any)")->type_name("ISSUER");
  command->add_option("--audience", options.audiences, "An audience that is meant, once for each")
      ->type_name("AUDIENCE")
      ->expected(1)
      ->take_all();
  return command->footer(kFooter);
}

ExitCode RunCheck(const CheckOptions& options, Session& session) {
  const absl::StatusOr<std::string> text = ReadToken(options, session);
  if (!text.ok()) return session.Misused(model::ToStd(text.status().message()));
  const absl::StatusOr<Judge> judge = ReadJudge(options);
  if (!judge.ok()) return session.Misused(model::ToStd(judge.status().message()));
  const absl::StatusOr<std::optional<auth::LoadedKeys>> keys = ReadKeys(judge->keys);
  if (!keys.ok()) return session.Misused(model::ToStd(keys.status().message()));
  if (*keys) {
    for (const std::string& note : (*keys)->notes) session.Note(note);
  }
  const Explanation explanation = Explain(*text, *keys ? &(*keys)->keys : nullptr, judge->rules, session.Now());
  session.json() ? PrintJson(explanation, session) : PrintText(explanation, session);
  if (explanation.failed()) return ExitCode::kDenied;
  return explanation.valid() ? ExitCode::kOk : ExitCode::kFailure;
}

}  // namespace spanwire::cli::token
