#include "gmock/gmock.h"
#include "tests/unit/cli/cli_test.h"

namespace spanwire::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// What bash would offer after `words`, the last of which is being typed.
std::string Complete(const std::string& words) {
  const std::string script = RunCli({"completion", "bash"}, model::Clock::System()).out;
  const std::string path = testing::TempDir() + "spanwire_completion_test.bash";
  FILE* file = fopen(path.c_str(), "w");
  fputs((script + "COMP_WORDS=(" + words + ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_spanwire\n" +
         "echo \"${COMPREPLY[*]}\"\n")
            .c_str(),
        file);
  fclose(file);
  FILE* shell = popen(("bash " + path).c_str(), "r");
  std::string offered;
  for (int c = fgetc(shell); c != EOF; c = fgetc(shell)) offered += static_cast<char>(c);
  EXPECT_EQ(pclose(shell), 0);
  remove(path.c_str());
  return offered;
}

TEST(CompletionTest, BashOffersCommandsAndOptionsOfWhatIsTyped) {
  EXPECT_EQ(Complete("spanwire co"), "connections context completion\n");
  EXPECT_EQ(Complete("spanwire connections ''"),
            "list show watch close --help --server --output --timeout --no-color\n");
  EXPECT_EQ(Complete("spanwire connections list --t"), "--tenant --topic --transport --timeout\n");
  EXPECT_EQ(Complete("spanwire -o json connections list --l"), "--limit\n");
  EXPECT_EQ(Complete("spanwire completion f"), "fish\n");
}

TEST(CompletionTest, ZshAndFishHaveTheirOwn) {
  EXPECT_THAT(RunCli({"completion", "zsh"}, model::Clock::System()).out,
              StartsWith("autoload -U +X bashcompinit && bashcompinit\n"));
  EXPECT_THAT(RunCli({"completion", "fish"}, model::Clock::System()).out, HasSubstr("complete -c spanwire"));
}

TEST(HelpTest, EveryCommandShowsExamples) {
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{{},
                                                                                       {"connections", "list"},
                                                                                       {"connections", "show"},
                                                                                       {"connections", "watch"},
                                                                                       {"connections", "close"},
                                                                                       {"topics", "list"},
                                                                                       {"topics", "show"},
                                                                                       {"publish"},
                                                                                       {"tail"},
                                                                                       {"stats"},
                                                                                       {"schema", "list"},
                                                                                       {"schema", "show"},
                                                                                       {"health"},
                                                                                       {"completion"}}) {
    std::vector<std::string> line = command;
    line.emplace_back("--help");
    const Outcome outcome = RunCli(line, model::Clock::System());
    EXPECT_EQ(outcome.code, ExitCode::kOk);
    EXPECT_THAT(outcome.out, HasSubstr("Examples:\n  ")) << testing::PrintToString(command);
    EXPECT_EQ(outcome.err, "");
  }
}

TEST(HelpTest, TheVersionIsOneLine) {
  EXPECT_THAT(RunCli({"--version"}, model::Clock::System()).out, testing::MatchesRegex("spanwire [0-9.]+\n"));
}

}  // namespace
}  // namespace spanwire::cli
