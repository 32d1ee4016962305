#include "cli/publish/data_argument.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "boost/json/stream_parser.hpp"
#include "fmt/format.h"

namespace spanwire::cli::publish {
namespace {

constexpr size_t kMaxBytes = 4 * 1024 * 1024;
// As deep as protobuf's JSON parser goes.
constexpr size_t kMaxDepth = 100;

absl::StatusOr<std::string> ReadAll(std::istream& in, const std::string& name) {
  std::string text(kMaxBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return absl::InvalidArgumentError(fmt::format("{} cannot be read: {}", name, std::strerror(errno)));
  text.resize(static_cast<size_t>(in.gcount()));
  if (text.size() > kMaxBytes) return absl::InvalidArgumentError(fmt::format("{} is over 4 MiB", name));
  return text;
}

}  // namespace

absl::StatusOr<std::string> ReadDataArgument(const std::string& argument, std::istream& in) {
  if (argument == "-") return ReadAll(in, "standard input");
  if (!argument.starts_with('@')) return argument;
  const std::string path = argument.substr(1);
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::InvalidArgumentError(fmt::format("{} cannot be opened: {}", path, std::strerror(errno)));
  return ReadAll(file, path);
}

absl::Status CheckJsonObject(const std::string& text) {
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::json::stream_parser parser(boost::json::storage_ptr(), options);
  boost::json::error_code error;
  const size_t read = parser.write_some(text.data(), text.size(), error);
  if (!error && read < text.size()) error = boost::json::error::extra_data;
  if (!error) parser.finish(error);
  if (error) {
    return absl::InvalidArgumentError(fmt::format("it is not JSON: {} at byte {}", error.message(), read + 1));
  }
  if (!parser.release().is_object()) {
    return absl::InvalidArgumentError("it is JSON but not an object, such as {\"cpu\": 45.2}");
  }
  return absl::OkStatus();
}

}  // namespace spanwire::cli::publish
