// The executable itself: what only a process has, signals, pipes and a full disk.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "gmock/gmock.h"
#include "tests/unit/cli/cli_test.h"

extern char** environ;

namespace spanwire::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// A running `spanwire` whose output is read here, and which is ended with its object.
class Process {
 public:
  // `out` replaces its stdout, where given.
  explicit Process(std::vector<std::string> arguments, int out = -1) {
    std::array<int, 2> out_pipe{}, err_pipe{};
    EXPECT_EQ(pipe2(out_pipe.data(), O_CLOEXEC), 0);
    EXPECT_EQ(pipe2(err_pipe.data(), O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out >= 0 ? out : out_pipe[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err_pipe[1], STDERR_FILENO);
    arguments.insert(arguments.begin(), SPANWIRE_EXECUTABLE);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    EXPECT_EQ(posix_spawn(&id_, argv[0], &actions, nullptr, argv.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(out_pipe[1]);
    close(err_pipe[1]);
    out_ = out_pipe[0];
    err_ = err_pipe[0];
  }

  ~Process() {
    if (id_ > 0) kill(id_, SIGKILL);
    Wait();
    CloseOut();
    close(err_);
  }

  std::string ReadLine() { return ReadUntil(out_, '\n'); }
  std::string ReadErrors() { return ReadUntil(err_, '\0'); }
  void CloseOut() {
    if (out_ >= 0) close(std::exchange(out_, -1));
  }
  void Signal(int signal) { kill(id_, signal); }

  // The exit code, or minus the signal that ended it.
  int Wait() {
    if (id_ <= 0) return 0;
    int status = 0;
    waitpid(std::exchange(id_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  static std::string ReadUntil(int descriptor, char end) {
    std::string text;
    char c = 0;
    while (read(descriptor, &c, 1) == 1 && c != end) text += c;
    return text;
  }

  pid_t id_ = -1;
  int out_ = -1;
  int err_ = -1;
};

class ProcessTest : public CliTest {
 protected:
  ProcessTest() {
    bridge_.admin.tail.messages.emplace_back().set_envelope_json(
        R"({"type":"t","topic":"a","timestamp":"x","data":{},"offset":1})");
  }
};

TEST_F(ProcessTest, CtrlCAndSigtermEndATailWithSuccess) {
  for (const int signal : {SIGINT, SIGTERM}) {
    Process process({"tail", "a", "--server", bridge_.address()});
    EXPECT_THAT(process.ReadLine(), HasSubstr("TIME"));
    process.Signal(signal);
    EXPECT_EQ(process.Wait(), 0);
    EXPECT_THAT(process.ReadErrors(), IsEmpty());
  }
}

TEST_F(ProcessTest, AReaderWhoLeavesEndsATailQuietly) {
  bridge_.admin.tail.repeat = true;
  Process process({"tail", "a", "--server", bridge_.address()});
  process.ReadLine();
  process.CloseOut();
  EXPECT_EQ(process.Wait(), 0);
  EXPECT_THAT(process.ReadErrors(), IsEmpty());
}

TEST_F(ProcessTest, AReaderWhoLeavesEndsATailThatIsSilentToo) {
  Process process({"tail", "a", "--server", bridge_.address()});
  EXPECT_THAT(process.ReadLine(), HasSubstr("TIME"));
  EXPECT_THAT(process.ReadLine(), HasSubstr("{}"));
  process.CloseOut();
  EXPECT_EQ(process.Wait(), 0);
  EXPECT_THAT(process.ReadErrors(), IsEmpty());
}

TEST_F(ProcessTest, AFullDiskIsAFailureThatIsTold) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"stats"}, {"tail", "a"}, {"--help"}}) {
    std::vector<std::string> line = arguments;
    line.insert(line.end(), {"--server", bridge_.address()});
    Process process(line, full);
    EXPECT_EQ(process.Wait(), 1) << arguments[0];
    EXPECT_EQ(process.ReadErrors(), "error: cannot write the answer: No space left on device\n");
  }
  close(full);
}

TEST_F(ProcessTest, ExitCodesReachTheShell) {
  EXPECT_EQ(Process({"stats", "--server", bridge_.address()}).Wait(), 0);
  EXPECT_EQ(Process({"stats", "--bogus"}).Wait(), 2);
  EXPECT_EQ(Process({"connections", "show", "x", "--server", bridge_.address()}).Wait(), 3);
  EXPECT_EQ(Process({"stats", "--server", "127.0.0.1:1"}).Wait(), 5);
}

TEST_F(ProcessTest, GrpcsOwnLogStaysQuiet) {
  Process process({"stats", "--server", "no-such-host.invalid:1"});
  EXPECT_EQ(process.Wait(), 5);
  EXPECT_THAT(process.ReadErrors(), testing::StartsWith("error: cannot reach the bridge at no-such-host.invalid:1:"));
}

}  // namespace
}  // namespace spanwire::cli
