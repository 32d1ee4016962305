#include "cli/global_options.h"

#include <map>
#include <string>
#include <utility>

#include "CLI/Option.hpp"
#include "CLI/Validators.hpp"
#include "spanwire/server_address.h"

namespace spanwire::cli {
namespace {

// Completes "host" to "host:50051". The answer is an error sentence, or empty.
std::string CompleteServer(std::string& server) {
  absl::StatusOr<std::string> address = ParseServerAddress(server);
  if (!address.ok()) return std::string(address.status().message());
  server = *std::move(address);
  return "";
}

bool ParseTimeout(const std::string& text, absl::Duration& timeout) {
  if (!absl::ParseDuration(text, &timeout) && !absl::ParseDuration(text + "s", &timeout)) return false;
  return timeout > absl::ZeroDuration() && timeout <= absl::Hours(24);
}

void DeclareSecurity(CLI::App& root, GlobalOptions& options) {
  Security& security = options.security;
  const auto add_file = [&](const char* flag, std::string& path, const char* variable, const char* help) {
    root.add_option(flag, path, help)->envname(variable)->type_name("FILE")->take_last();
  };
  root.add_option("--token-file", security.token_file,
                  "File with the token that says who you are (or SPANWIRE_TOKEN_FILE)")
      ->type_name("FILE")
      ->take_last();
  root.add_option("--token", security.token,
                  "The token itself, which other users of this machine may see: better a file, or SPANWIRE_TOKEN")
      ->type_name("TOKEN")
      ->take_last();
  add_file("--ca", security.ca, "SPANWIRE_CA", "TLS, trusting the CAs of this PEM file");
  add_file("--cert", security.cert, "SPANWIRE_CERT", "TLS, showing this client certificate (PEM)");
  add_file("--key", security.key, "SPANWIRE_KEY", "The private key of --cert (PEM)");
  root.add_flag("--tls", security.tls, "TLS, trusting the CAs of this machine");
  root.add_flag("--insecure", security.token_in_plain_text,
                "Send a token to another machine without TLS, where others may read it");
  root.add_option("--context", options.context, "The context to use, see `spanwire context`")
      ->envname("SPANWIRE_CONTEXT")
      ->type_name("NAME")
      ->take_last();
}

}  // namespace

// A repeated option counts with its last value, so that an alias may hold defaults.
void DeclareGlobalOptions(CLI::App& root, GlobalOptions& options) {
  root.add_option("--server", options.server, "gRPC address of the bridge")
      ->envname("SPANWIRE_SERVER")
      ->type_name("HOST:PORT")
      ->take_last()
      ->default_str(options.server)
      ->transform(CLI::Validator(CompleteServer, ""))
      ->each([&options](const std::string&) { options.server_given = true; });
  DeclareSecurity(root, options);
  const std::map<std::string, OutputFormat> formats = {
      {"table", OutputFormat::kTable}, {"wide", OutputFormat::kWide}, {"json", OutputFormat::kJson}};
  root.add_option_function<std::string>(
          "-o,--output", [&options, formats](const std::string& name) { options.output = formats.at(name); },
          "How answers are printed: table, wide or json")
      ->type_name("FORMAT")
      ->take_last()
      ->default_str("table")
      ->check(CLI::IsMember({"table", "wide", "json"}).description(""));
  root.add_option_function<std::string>(
          "--timeout",
          [&options](const std::string& text) {
            if (!ParseTimeout(text, options.timeout)) {
              throw CLI::ValidationError("--timeout", "'" + text + "' is not a time, such as 500ms, 10s or 1m");
            }
          },
          "How long to wait for an answer; for streams, for a connection")
      ->type_name("TIME")
      ->take_last()
      ->default_str("10s");
  root.add_flag("--no-color", options.no_color, "No colours, even on a terminal (also: NO_COLOR)");
}

}  // namespace spanwire::cli
