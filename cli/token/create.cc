#include "cli/token/create.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "CLI/Error.hpp"
#include "CLI/Option.hpp"
#include "CLI/Validators.hpp"
#include "absl/status/statusor.h"
#include "boost/json/object.hpp"
#include "boost/json/parse.hpp"
#include "boost/json/serialize.hpp"
#include "bridge/auth/claims.h"
#include "bridge/auth/key_files.h"
#include "bridge/auth/secret_text.h"
#include "bridge/auth/signing_key.h"
#include "bridge/auth/token_mint.h"
#include "bridge/model/absl_view.h"
#include "bridge/model/cursor.h"
#include "cli/printable.h"
#include "cli/token/bridge_settings.h"
#include "cli/token/jwks_secret.h"

namespace spanwire::cli::token {
namespace {

constexpr char kFooter[] = R"(Examples:
  spanwire token create --config spanwire.toml --sub u-17 --topic logs
  openssl rand -base64 48 > secret; chmod 600 secret
  spanwire token create --sub u-17 --secret-file secret --topic 'gift-list:*' --topic logs
  spanwire token create --sub orders --secret-file secret --publish 'orders:*' --publish 'user:*'
  openssl genpkey -algorithm ed25519 -out key.pem; openssl pkey -in key.pem -pubout -out public.pem
  spanwire token create --sub admin --key-file key.pem --role admin.read --role admin.write --expires-in 8h

The token is for development and tests: the bridge takes it where it trusts the secret, or the public half of the key.
In production an identity provider signs tokens, and its private key is on no developer's machine.
A pattern is a topic, or a prefix and a trailing *; quote it, or the shell may expand it.
Roles: admin.read, admin.write, schema.write, any_tenant.
Global options: see `spanwire --help`.)";

// The text of a duration flag.
absl::Duration ParseFlag(const char* flag, const std::string& text) {
  absl::Duration duration;
  const bool parsed = absl::ParseDuration(text, &duration);
  if (!parsed || duration < absl::Seconds(1) || duration > absl::Hours(24 * 366)) {
    throw CLI::ValidationError(flag, "'" + text + "' is not a time of a second to a year, such as 90s, 15m or 24h");
  }
  return duration;
}

void DeclareKeys(CLI::App& command, CreateOptions& options) {
  command.add_option("--config", options.config, "A bridge's settings: signs with its secret, issuer and audience")
      ->type_name("FILE");
  command.add_option("--secret-file", options.secret_file, "File with the secret to sign with (HS256, HS384, HS512)")
      ->type_name("FILE");
  command
      .add_option("--key-file", options.key_file, "PEM file with the private key to sign with (RS..., ES..., EdDSA)")
      ->type_name("FILE");
  command
      .add_option("--algorithm", options.algorithm, "Signature algorithm (default: HS256, or the usual one of the key)")
      ->type_name("NAME");
  command.add_option("--kid", options.kid, "Name of the key, for a bridge that knows several (header kid)")
      ->type_name("KID");
}

absl::StatusOr<auth::SigningKey> ReadKey(const CreateOptions& options) {
  if (!options.jwks_file.empty()) {
    absl::StatusOr<JwksSecret> found = FindSecret(options.jwks_file, options.kid, options.algorithm);
    if (!found.ok()) return found.status();
    return auth::SigningKey::FromSecret(std::move(found->secret), found->algorithm);
  }
  const bool secret = !options.secret_file.empty();
  if (secret != options.key_file.empty()) {
    return absl::InvalidArgumentError(
        "with what is it signed? Give --secret-file or --key-file, one of them, or --config");
  }
  const std::optional<auth::Algorithm> algorithm = auth::FindAlgorithm(options.algorithm);
  if (!algorithm && !options.algorithm.empty()) {
    return absl::InvalidArgumentError(
        fmt::format("'{}' is no algorithm; there are: {}", options.algorithm, auth::AlgorithmNames()));
  }
  const std::string& path = secret ? options.secret_file : options.key_file;
  const absl::StatusOr<std::string> text = auth::ReadKeyFile(path);
  if (!text.ok()) return text.status();

  const auto* hmac = algorithm ? std::get_if<auth::HmacAlgorithm>(&*algorithm) : nullptr;
  const auto* pair = algorithm ? std::get_if<auth::PublicKeyAlgorithm>(&*algorithm) : nullptr;
  if (secret ? pair != nullptr : hmac != nullptr) {
    return absl::InvalidArgumentError(fmt::format("{} is not signed with a {}", options.algorithm,
                                                  secret ? "secret: give --key-file" : "key: give --secret-file"));
  }
  if (secret) {
    // No bridge would take it as one.
    if (const absl::Status status = auth::CheckIsNoKey(*text); !status.ok()) {
      return absl::InvalidArgumentError(fmt::format("{}: {}", path, model::ToStd(status.message())));
    }
  }
  absl::StatusOr<auth::SigningKey> key =
      secret ? auth::SigningKey::FromSecret(auth::WithoutNewline(*text), hmac ? *hmac : auth::HmacAlgorithm::kHs256)
             : (pair ? auth::SigningKey::FromPem(*text, *pair) : auth::SigningKey::FromPem(*text));
  if (key.ok()) return key;
  return absl::InvalidArgumentError(fmt::format("{}: {}", path, model::ToStd(key.status().message())));
}

absl::StatusOr<auth::Claims> MakeClaims(const CreateOptions& options, absl::Time now) {
  auth::Claims claims{.subject = options.subject,
                      .tenant_id = options.tenant,
                      .issuer = options.issuer,
                      .audiences = options.audiences,
                      .expires_at = now + options.delay + options.lifetime,
                      .issued_at = now,
                      .token_id = options.id.empty() ? model::RandomId(16) : options.id,
                      .topics = options.topics,
                      .publish = options.publish};
  if (options.delay > absl::ZeroDuration()) claims.not_before = now + options.delay;
  for (const std::string& name : options.roles) {
    const std::optional<auth::Role> role = auth::FindRole(name);
    if (!role) {
      return absl::InvalidArgumentError(
          fmt::format("'{}' is no role; there are: admin.read, admin.write, schema.write, any_tenant", name));
    }
    claims.roles.Add(*role);
  }
  return claims;
}

}  // namespace

CLI::App* DeclareCreate(CLI::App& group, CreateOptions& options) {
  CLI::App* command = group.add_subcommand("create", "Sign a token for development");
  command->add_option("--sub", options.subject, "The user or service that it is for (claim sub)")
      ->type_name("USER")
      ->required();
  command->add_option("--tenant", options.tenant, "Its tenant (tenant_id; default: the default tenant)")
      ->type_name("TENANT");
  const auto add_list = [&](const char* flag, std::vector<std::string>& list, const char* help, const char* type) {
    command->add_option(flag, list, help)->type_name(type)->expected(1)->take_all();
  };
  add_list("--topic", options.topics, "What it may subscribe to, once per pattern (topics)", "PATTERN");
  add_list("--publish", options.publish, "What it may publish to, once per pattern (publish)", "PATTERN");
  add_list("--role", options.roles, "A role, once for each (roles)", "ROLE");
  command->add_option("--issuer", options.issuer, "Who issues it (iss)")->type_name("ISSUER");
  add_list("--audience", options.audiences, "Whom it is for, once for each (aud)", "AUDIENCE");
  command->add_option("--id", options.id, "Its id, by which it can be revoked (jti; default: a random one)")
      ->type_name("ID");
  command
      ->add_option_function<std::string>(
          "--expires-in", [&options](const std::string& text) { options.lifetime = ParseFlag("--expires-in", text); },
          "How long it counts (exp)")
      ->type_name("TIME")
      ->default_str("1h");
  command
      ->add_option_function<std::string>(
          "--starts-in", [&options](const std::string& text) { options.delay = ParseFlag("--starts-in", text); },
          "When it begins to count, if not at once (nbf)")
      ->type_name("TIME");
  DeclareKeys(*command, options);
  return command->footer(kFooter);
}

ExitCode RunCreate(const CreateOptions& given, Session& session) {
  CreateOptions options = given;
  size_t taken_bytes = config::AuthSettings().max_token_bytes;
  if (!options.config.empty()) {
    const absl::StatusOr<config::AuthSettings> auth = ReadAuthSettings(options.config);
    const absl::Status filled = auth.ok() ? SignAsFor(*auth, &options) : auth.status();
    if (!filled.ok()) return session.Misused(model::ToStd(filled.message()));
    taken_bytes = auth->max_token_bytes;
  }
  const absl::StatusOr<auth::SigningKey> key = ReadKey(options);
  if (!key.ok()) return session.Misused(model::ToStd(key.status().message()));
  const absl::StatusOr<auth::Claims> claims = MakeClaims(options, session.Now());
  if (!claims.ok()) return session.Misused(model::ToStd(claims.status().message()));
  const std::string payload = auth::WriteClaims(*claims);
  // What no bridge would take is not worth signing.
  if (const absl::Status status = auth::ReadClaims(payload).status(); !status.ok()) {
    return session.Misused(model::ToStd(status.message()));
  }
  const absl::StatusOr<std::string> signed_token = auth::MintToken(payload, options.kid, *key);
  if (!signed_token.ok()) return session.Fail("sign the token", signed_token.status());
  if (signed_token->size() > taken_bytes) {
    session.Note(
        fmt::format("warning: the token has {} bytes, and the bridge takes {} (auth.max_token): name fewer "
                    "topics, such as by a pattern, or raise the limit",
                    signed_token->size(), taken_bytes));
  }
  if (!session.json()) {
    session.out() << *signed_token << '\n';
    return ExitCode::kOk;
  }
  boost::json::object document{{"token", *signed_token}};
  document["claims"] = boost::json::parse(payload);
  session.out() << PrintableJson(boost::json::serialize(document)) << '\n';
  return ExitCode::kOk;
}

}  // namespace spanwire::cli::token
