#include "bridge/config/command_line.h"

#include <unistd.h>

#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "absl/strings/str_split.h"
#include "bridge/config/config_file.h"
#include "bridge/config/settings_table.h"
#include "bridge/config/value_text.h"
#include "bridge/config/version.h"
#include "bridge/model/absl_view.h"

namespace spanwire::config {
namespace {

constexpr char kFooter[] =
    "\nEvery flag is also an environment variable (--http-listen is SPANWIRE_HTTP_LISTEN) and a key of the file\n"
    "(docs/operations.md). A flag beats a variable, a variable beats the file.\n\n"
    "Prints one line to stdout when it is ready; logs go to stderr. SIGTERM or Ctrl-C drains and stops it;\n"
    "SIGHUP reads the [[topic]] policies of the file again.\n"
    "Exit codes: 0 stopped, 2 bad configuration, 1 anything else.\n";

// What the flags said, by setting.
using Given = std::map<const Setting*, std::vector<std::string>>;

absl::Status Apply(const Setting& setting, const std::vector<std::string>& texts, std::string_view source,
                   Config* config) {
  // A list that is given replaces the one of a weaker source.
  if (setting.is_list) setting.value.clear(*config);
  for (const std::string& text : texts) {
    if (const absl::Status status = setting.value.set(*config, text); !status.ok()) {
      return absl::InvalidArgumentError(fmt::format("{}: {}", source, model::ToStd(status.message())));
    }
  }
  return absl::OkStatus();
}

absl::Status ApplyEnvironment(const Environment& environment, Config* config) {
  for (const Setting& setting : Settings()) {
    const std::string variable = setting.variable();
    const char* text = environment(variable.c_str());
    if (text == nullptr) continue;
    std::vector<std::string> texts = {text};
    if (setting.is_list) texts = absl::StrSplit(text, ',', absl::SkipWhitespace());
    if (absl::Status status = Apply(setting, texts, variable, config); !status.ok()) return status;
  }
  return absl::OkStatus();
}

std::string HostName() {
  char name[256] = "";
  gethostname(name, sizeof(name) - 1);
  return name;
}

absl::Status CheckAuth(const AuthSettings& auth) {
  if (auth.enabled()) return absl::OkStatus();
  if (auth.wanted || !auth.issuer.empty() || !auth.audiences.empty()) {
    return absl::InvalidArgumentError(
        "auth: no key to check tokens with: give hs256_secret_file (or hs384, hs512), public_key_files or jwks_file, "
        "or "
        "leave the section [auth] out");
  }
  return absl::OkStatus();
}

absl::Status CheckTls(const TlsSettings& tls) {
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    return absl::InvalidArgumentError("tls.cert_file and tls.key_file: give both, or neither");
  }
  if (!tls.enabled() && tls.asks_clients()) {
    return absl::InvalidArgumentError(
        "tls.client_ca_file: clients show certificates only over TLS: give tls.cert_file and tls.key_file too");
  }
  if (tls.asks_clients()) return absl::OkStatus();
  if (tls.http_client_auth != "none") {
    return absl::InvalidArgumentError("tls.http_client_auth: give tls.client_ca_file to check certificates by");
  }
  if (tls.grpc_client_auth == "required") {
    return absl::InvalidArgumentError("tls.grpc_client_auth: give tls.client_ca_file to check certificates by");
  }
  return absl::OkStatus();
}

// Otherwise whoever counts on being known by a certificate learns only from refusals that nobody looks at it.
absl::Status CheckClientCertificates(const AuthSettings& auth, const TlsSettings& tls) {
  if (auth.client_certificates.empty()) return absl::OkStatus();
  if (tls.enabled() && tls.grpc && tls.asks_clients() && tls.grpc_client_auth != "none") return absl::OkStatus();
  return absl::InvalidArgumentError(
      "auth.client_certificate: nobody is asked for a certificate on the gRPC port: give tls.cert_file, tls.key_file "
      "and tls.client_ca_file");
}

absl::Status CheckAddress(std::string_view flag, const std::string& text, bool may_leave_loopback) {
  const absl::StatusOr<ListenAddress> address = ParseListenAddress(text);
  if (!address.ok()) return address.status();
  if (address->loopback || may_leave_loopback) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{}: {} is not a loopback address and nobody would be authenticated: listen on 127.0.0.1, or say "
                  "--insecure where everybody who can reach it may read and publish everything, or set up [auth]",
                  flag, text));
}

}  // namespace

absl::Status CheckConfig(const Config& config) {
  if (absl::Status status = CheckAuth(config.auth); !status.ok()) return status;
  if (absl::Status status = CheckTls(config.tls); !status.ok()) return status;
  if (absl::Status status = CheckClientCertificates(config.auth, config.tls); !status.ok()) return status;
  const bool may_leave_loopback = config.insecure || config.auth.enabled();
  if (absl::Status status = CheckAddress("--http-listen", config.http_listen, may_leave_loopback); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckAddress("--grpc-listen", config.grpc_listen, may_leave_loopback); !status.ok()) {
    return status;
  }
  if (!config.ops_listen.empty()) {
    if (absl::Status status = CheckAddress("--ops-listen", config.ops_listen, may_leave_loopback); !status.ok()) {
      return status;
    }
  }
  if (config.limits.event_bytes < 1024) return absl::InvalidArgumentError("--event-size: at least 1KiB");
  if (config.limits.request_head_bytes < 1024) return absl::InvalidArgumentError("--request-head: at least 1KiB");
  if (config.limits.client_message_bytes < 128) return absl::InvalidArgumentError("--client-message: at least 128");
  if (config.limits.client_message_bytes > UINT32_MAX) {
    return absl::InvalidArgumentError("--client-message: at most 4GiB");
  }
  if (config.limits.outbound_queue_bytes < 2 * config.limits.event_bytes) {
    return absl::InvalidArgumentError(
        "--outbound-queue: at least twice --event-size, so that one event never closes a client");
  }
  return absl::OkStatus();
}

absl::StatusOr<CommandLine> ReadCommandLine(int argc, const char* const* argv, const Environment& environment) {
  CommandLine line;
  CLI::App app("Carries typed events from services (gRPC) to browsers (WebSocket, long poll).", "spanwire-bridge");
  app.footer(kFooter);
  std::string& file = line.file;
  if (const char* text = environment("SPANWIRE_CONFIG")) file = text;
  bool check = false;
  app.add_option("--config", file, "settings in TOML")->type_name("FILE");
  app.add_flag("--check-config", check, "check the settings and exit");
  app.set_version_flag("--version", std::string(kServer));
  Given given;
  for (const Setting& setting : Settings()) {
    std::vector<std::string>& texts = given[&setting];
    if (setting.is_switch) {
      app.add_flag(setting.flag(), texts, std::string(setting.help))
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
      continue;
    }
    CLI::Option* option = app.add_option(setting.flag(), texts, std::string(setting.help));
    option->type_name("")->allow_extra_args(false);
    if (!setting.is_list) option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wish) {
    std::ostringstream out;
    app.exit(wish, out, out);
    line.mode = CommandLine::Mode::kPrint;
    line.text = out.str();
    return line;
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(fmt::format("{} (--help lists the flags)", error.what()));
  }

  line.mode = check ? CommandLine::Mode::kCheckConfig : CommandLine::Mode::kRun;
  if (!file.empty()) {
    if (absl::Status status = ReadConfigFile(file, &line.config); !status.ok()) return status;
  }
  if (absl::Status status = ApplyEnvironment(environment, &line.config); !status.ok()) return status;
  for (const Setting& setting : Settings()) {
    const std::vector<std::string>& texts = given[&setting];
    if (texts.empty()) continue;
    if (absl::Status status = Apply(setting, texts, setting.flag(), &line.config); !status.ok()) return status;
  }
  if (line.config.node.empty()) line.config.node = HostName();
  if (absl::Status status = CheckConfig(line.config); !status.ok()) return status;
  return line;
}

}  // namespace spanwire::config
