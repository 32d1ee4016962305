// What a poller asks for, as a URL and as a JSON body: whatever is accepted is within bounds and UTF-8, and a URL that
// is written anew from what was read means the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "bridge/model/utf8.h"
#include "bridge/transport/http_query.h"
#include "bridge/transport/poll_query.h"

namespace spanwire::transport {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

std::string Encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) encoded += fmt::format("%{:02x}", static_cast<unsigned char>(c));
  return encoded;
}

void CheckRewriting(std::string_view url) {
  const absl::StatusOr<std::vector<QueryParameter>> parameters = ParseQuery(url);
  if (!parameters.ok()) return;
  std::string again;
  for (const QueryParameter& parameter : *parameters) {
    again += fmt::format("&{}={}", Encoded(parameter.name), Encoded(parameter.value));
  }
  const absl::StatusOr<std::vector<QueryParameter>> reread = ParseQuery(again);
  Check(reread.ok() && reread->size() == parameters->size());
  for (size_t i = 0; i < reread->size(); ++i) {
    Check((*reread)[i].name == (*parameters)[i].name && (*reread)[i].value == (*parameters)[i].value);
  }
}

void CheckQuery(const absl::StatusOr<session::PollQuery>& query) {
  if (!query.ok()) {
    Check(query.status().code() == absl::StatusCode::kInvalidArgument && !query.status().message().empty());
    return;
  }
  Check(query->wait >= absl::ZeroDuration() && query->wait <= absl::Seconds(60));
  for (const std::string& topic : query->topics) Check(model::IsUtf8(topic));
  if (query->cursor) Check(model::IsUtf8(*query->cursor));
}

}  // namespace
}  // namespace spanwire::transport

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace spanwire::transport;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckRewriting(text);
  CheckQuery(ParsePollUrl(text));
  CheckQuery(ParsePollBody(text));
  return 0;
}
