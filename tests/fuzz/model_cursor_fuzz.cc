// Cursors, topics and patterns as strangers write them: whatever is taken is within its bounds and means the same when
// it is written anew, and what is refused is refused with a sentence.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "bridge/model/cursor.h"
#include "bridge/model/topic_name.h"

namespace spanwire::model {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

// True where it was taken.
bool CheckStatus(const absl::Status& status) {
  if (!status.ok()) Check(status.code() == absl::StatusCode::kInvalidArgument && !status.message().empty());
  return status.ok();
}

void CheckCursor(std::string_view text) {
  const absl::StatusOr<Cursor> cursor = ParseCursor(text);
  if (!CheckStatus(cursor.status())) return;
  Check(!cursor->epoch.empty() && cursor->epoch.size() <= 16);
  Check(std::all_of(cursor->epoch.begin(), cursor->epoch.end(), absl::ascii_isalnum));
  Check(cursor->offset <= kMaxOffset);
  const std::string anew = FormatCursor(*cursor);
  Check(anew.size() <= text.size());  // leading zeros are all that may go
  Check(ParseCursor(anew).value() == *cursor);
}

void CheckTopic(std::string_view text) {
  if (CheckStatus(ValidateTopic(text))) {
    Check(!text.empty() && text.size() <= kMaxTopicBytes && text.front() != '$');
    Check(CheckStatus(ValidateTopicPattern(text)) && TopicMatches(text, text) && TopicMatches("*", text));
  }
  const std::string value = EncodeTopicValue(text.substr(0, kMaxTopicBytes / 3));
  Check(value.empty() || CheckStatus(ValidateTopic(value)));
}

void CheckPattern(std::string_view pattern) {
  if (!CheckStatus(ValidateTopicPattern(pattern)) || pattern.back() != '*') return;
  const std::string_view prefix = pattern.substr(0, pattern.size() - 1);
  Check(TopicMatches(pattern, std::string(prefix) + "a"));
  Check(prefix.empty() || !TopicMatches(pattern, prefix.substr(1)) || prefix == std::string(prefix.size(), prefix[0]));
}

}  // namespace
}  // namespace spanwire::model

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace spanwire::model;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckCursor(text);
  CheckTopic(text);
  CheckPattern(text);
  CheckStatus(ValidateEventType(text));
  return 0;
}
