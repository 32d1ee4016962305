#include "cli/completion/completion.h"

#include <map>
#include <memory>
#include <vector>

#include "CLI/Option.hpp"
#include "CLI/Validators.hpp"
#include "fmt/format.h"

namespace spanwire::cli::completion {
namespace {

constexpr char kFooter[] = R"(Examples:
  source <(spanwire completion bash)     # in ~/.bashrc
  source <(spanwire completion zsh)      # in ~/.zshrc, after compinit
  spanwire completion fish > ~/.config/fish/completions/spanwire.fish)";

// The scripts walk the words before the cursor; each that is a command here makes the path longer
// ("/connections/list"). What can follow is then looked up by the path.
constexpr char kBash[] = R"sh(_spanwire() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" path="" words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path/${{COMP_WORDS[i]}}" in
      {paths}) path="$path/${{COMP_WORDS[i]}}" ;;
    esac
  done
  case "$path" in
{cases}  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _spanwire spanwire
)sh";

constexpr char kFish[] = R"sh(function __spanwire_words
    set -l path ""
    for word in (commandline -opc)[2..-1]
        switch "$path/$word"
            case {paths}
                set path "$path/$word"
        end
    end
    switch "$path"
{cases}    end
end
complete -c spanwire -a "(__spanwire_words)"
)sh";

// zsh runs bash's completion functions.
constexpr char kZshHead[] = "autoload -U +X bashcompinit && bashcompinit\n";

// What can follow a command, by its path.
using Words = std::map<std::string, std::vector<std::string>>;

void Collect(const CLI::App& app, const std::string& path, Words& words) {
  std::vector<std::string>& here = words[path];
  for (const CLI::App* command : app.get_subcommands(nullptr)) here.push_back(command->get_name());
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) here.push_back("--" + name);
  }
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    Collect(*command, path + "/" + command->get_name(), words);
  }
}

Words WordsOf(const CLI::App& root) {
  Words words;
  Collect(root, "", words);
  const std::vector<std::string> global = {"--server", "--output", "--timeout", "--no-color"};
  for (auto& [path, here] : words) {
    if (!path.empty()) here.insert(here.end(), global.begin(), global.end());
    if (path == "/completion") here.insert(here.end(), {"bash", "zsh", "fish"});
  }
  return words;
}

std::string Paths(const Words& words, const char* separator) {
  std::string paths;
  for (const auto& [path, here] : words) {
    if (path.empty()) continue;
    if (!paths.empty()) paths += separator;
    paths += path;
  }
  return paths;
}

std::string BashScript(const Words& words) {
  std::string cases;
  for (const auto& [path, here] : words) {
    cases += fmt::format("    \"{}\") words=\"{}\" ;;\n", path, fmt::join(here, " "));
  }
  return fmt::format(kBash, fmt::arg("paths", Paths(words, "|")), fmt::arg("cases", cases));
}

std::string FishScript(const Words& words) {
  std::string cases;
  for (const auto& [path, here] : words) {
    cases += fmt::format("        case \"{}\"\n            printf '%s\\n' {}\n", path, fmt::join(here, " "));
  }
  return fmt::format(kFish, fmt::arg("paths", Paths(words, " ")), fmt::arg("cases", cases));
}

}  // namespace

std::string Script(const CLI::App& root, const std::string& shell) {
  const Words words = WordsOf(root);
  if (shell == "fish") return FishScript(words);
  return (shell == "zsh" ? kZshHead : "") + BashScript(words);
}

void Add(CLI::App& root, CommandSet& commands) {
  CLI::App* command = root.add_subcommand("completion", "Print a script that completes commands in a shell");
  const auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->type_name("")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}).description(""));
  command->footer(kFooter);
  commands.Add(*command, [&root, shell](Session& session) {
    session.out() << Script(root, *shell);
    return ExitCode::kOk;
  });
}

}  // namespace spanwire::cli::completion
