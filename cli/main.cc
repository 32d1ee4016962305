#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <string>
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
    const ExitCode code = spanwire::cli::RunCommandLine(std::vector<std::string>(argv + 1, argv + argc), streams);
    out.flush();
    return static_cast<int>(CheckOutput(code, output));
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << std::endl;
    return static_cast<int>(ExitCode::kFailure);
  }
}
