#include "bridge/config/command_line.h"

#include <unistd.h>

#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "absl/strings/str_split.h"
#include "bridge/config/check_config.h"
#include "bridge/config/config_file.h"
#include "bridge/config/settings_table.h"
#include "bridge/config/version.h"
#include "bridge/model/absl_view.h"

namespace spanwire::config {
namespace {

constexpr char kFooter[] =
    "\nEvery flag is also an environment variable (--http-listen is SPANWIRE_HTTP_LISTEN) and a key of the file\n"
    "(docs/operations.md). A flag beats a variable, a variable beats the file.\n\n"
    "Prints one line to stdout when it is ready; logs go to stderr. SIGTERM or Ctrl-C drains and stops it;\n"
    "SIGHUP reads the [[topic]] policies of the file, the keys of tokens and the certificates again.\n"
    "Exit codes: 0 stopped, 2 bad configuration, 1 anything else.\n";

// What the flags said, by setting.
using Given = std::map<const Setting*, std::vector<std::string>>;

absl::Status Apply(const Setting& setting, const std::vector<std::string>& texts, const std::string& source,
                   Config* config) {
  config->sources.Set(setting.key, source);
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

}  // namespace

absl::StatusOr<CommandLine> ReadCommandLine(int argc, const char* const* argv, const Environment& environment) {
  CommandLine line;
  CLI::App app("Carries typed events from services (gRPC) to browsers (WebSocket, Server-Sent Events, long poll).",
               "spanwire-bridge");
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
