// Configuration files: each is taken, or refused with a sentence that names the file and the line. What is taken holds
// every value within its bounds, and the values by themselves are read without harm too.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "bridge/config/config_file.h"
#include "bridge/config/value_text.h"
#include "bridge/model/absl_view.h"
#include "bridge/model/topic_name.h"

namespace spanwire::config {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void CheckRefusal(const absl::Status& status) {
  Check(status.code() == absl::StatusCode::kInvalidArgument && !status.message().empty());
}

void CheckFile(std::string_view text) {
  Config config;
  if (const absl::Status status = ReadConfigText(text, "etc/spanwire.toml", &config); !status.ok()) {
    CheckRefusal(status);
    Check(absl::StartsWith(status.message(), "etc/spanwire.toml:"));
    return;
  }
  Check(config.io_threads >= 0 && config.io_threads <= 64);
  Check(config.limits.max_connections > 0 && config.limits.topics_per_connection > 0);
  Check(config.limits.client_messages_per_second > 0);
  Check(config.limits.handshake_timeout >= absl::Milliseconds(1) && config.ping_interval >= absl::Milliseconds(1));
  for (const TopicPolicy& policy : config.topics) {
    Check(model::ValidateTopicPattern(policy.match).ok());
    Check(policy.history.max_age >= absl::ZeroDuration());
  }
}

template <typename Value>
void CheckValue(const absl::StatusOr<Value>& value) {
  if (!value.ok()) CheckRefusal(value.status());
}

void CheckValues(std::string_view text) {
  CheckValue(ParseSize(text));
  CheckValue(ParseBool(text));
  CheckValue(ParsePositive(text));
  CheckValue(ParseListenAddress(text));
  const absl::StatusOr<absl::Duration> duration = ParseDuration(text);
  CheckValue(duration);
  if (duration.ok()) Check(*duration >= absl::ZeroDuration());
  const absl::StatusOr<int64_t> integer = ParseInteger(text, -5, 100);
  CheckValue(integer);
  if (integer.ok()) Check(*integer >= -5 && *integer <= 100);
}

}  // namespace
}  // namespace spanwire::config

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace spanwire::config;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckFile(text);
  CheckValues(text);
  return 0;
}
