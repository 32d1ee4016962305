#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/descriptor_output.h"
#include "cli/root.h"
#include "cli/streams.h"
#include "google/protobuf/stubs/logging.h"

namespace {

using spanwire::cli::DescriptorOutput;
using spanwire::cli::ExitCode;

// A reader who left early (`| head`) is no failure; anything else that keeps the answer from arriving is.
ExitCode CheckOutput(ExitCode code, const DescriptorOutput& output) {
  if (output.error() == 0) return code;
  if (output.error() == EPIPE) return code == ExitCode::kInterrupted ? ExitCode::kOk : code;
  std::cerr << "error: cannot write the answer: " << std::strerror(output.error()) << std::endl;
  return ExitCode::kFailure;
}

// The arguments, with the tokens among them blanked where other users' process lists find them.
std::vector<std::string> TakeArguments(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  constexpr std::string_view kFlag = "--token";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    char* token = nullptr;
    if (argument == kFlag && i + 1 < argc) token = argv[i + 1];
    if (argument.starts_with("--token=")) token = argv[i] + kFlag.size() + 1;
    if (token != nullptr) std::memset(token, '*', std::strlen(token));
  }
  return arguments;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  // Errors are told by the commands; the libraries' own logs would say them again in their words.
  ::setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  google::protobuf::SetLogHandler(nullptr);
  try {
    DescriptorOutput output(STDOUT_FILENO);
    std::ostream out(&output);
    spanwire::cli::Streams streams{std::cin, out, std::cerr};
    streams.in_is_terminal = ::isatty(STDIN_FILENO) != 0;
    streams.out_is_terminal = ::isatty(STDOUT_FILENO) != 0;
    streams.err_is_terminal = ::isatty(STDERR_FILENO) != 0;
    streams.out_descriptor = STDOUT_FILENO;
    const ExitCode code = spanwire::cli::RunCommandLine(TakeArguments(argc, argv), streams);
    out.flush();
    return static_cast<int>(CheckOutput(code, output));
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << std::endl;
    return static_cast<int>(ExitCode::kFailure);
  }
}
