#include "publisher_sdk/src/answer.h"

#include <algorithm>
#include <utility>

#include <google/rpc/error_details.pb.h>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace spanwire::internal {
namespace {

constexpr char kMessageTooLarge[] = "MESSAGE_TOO_LARGE";

// The bound that the bridge named with a message that is over it.
std::optional<MessageBound> BoundIn(const google::rpc::ErrorInfo& info) {
  const auto named = info.metadata().find("limit");
  size_t limit = 0;
  if (named == info.metadata().end() || !absl::SimpleAtoi(named->second, &limit)) return std::nullopt;
  if (info.reason() == "BATCH_TOO_LARGE") return MessageBound{.events = limit};
  if (info.reason() == kMessageTooLarge) return MessageBound{.bytes = limit};
  return std::nullopt;
}

// gRPC's own refusal of a message, "Received message larger than max (5000000 vs. 4194304)": the same bytes would be
// refused again.
void ReadSizeRefusal(Answer& answer) {
  const std::string words(answer.result.status.message());
  if (answer.result.status.code() != absl::StatusCode::kResourceExhausted || !answer.result.reason.empty() ||
      !absl::StrContains(words, "message larger than max")) {
    return;
  }
  answer.retry_after.reset();
  answer.result.status = absl::InvalidArgumentError(
      absl::StrCat("the message is larger than the bridge, or what stands before it, takes: ", words));
  answer.result.reason = kMessageTooLarge;
  const size_t last_word = words.rfind(' ') + 1;
  size_t limit = 0;
  if (absl::SimpleAtoi(words.substr(last_word, words.find(')', last_word) - last_word), &limit)) {
    answer.bound = MessageBound{.bytes = limit};
  }
}

Answer ReadError(const google::rpc::Status& error) {
  Answer answer;
  // A failure must not look like success, whatever its code says.
  const auto code = error.code() == 0 ? absl::StatusCode::kUnknown : static_cast<absl::StatusCode>(error.code());
  answer.result.status = absl::Status(code, error.message());
  if (code == absl::StatusCode::kResourceExhausted || code == absl::StatusCode::kUnavailable) {
    answer.retry_after = Duration::zero();
  }
  for (const google::protobuf::Any& detail : error.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::RetryInfo retry;
    if (detail.Is<google::rpc::ErrorInfo>() && detail.UnpackTo(&info)) {
      answer.result.reason = info.reason();
      answer.bound = BoundIn(info);
    } else if (answer.retry_after && detail.Is<google::rpc::RetryInfo>() && detail.UnpackTo(&retry)) {
      // A day is for ever beside any deadline, and keeps the arithmetic far from overflow.
      const int64_t seconds = std::clamp<int64_t>(retry.retry_delay().seconds(), 0, 86'400);
      answer.retry_after =
          Duration(seconds * 1000 + std::clamp(retry.retry_delay().nanos(), 0, 999'999'999) / 1'000'000);
    }
  }
  return answer;
}

}  // namespace

Answer ReadAnswer(const v1::PublishResult& result) {
  if (result.has_error()) return ReadError(result.error());
  Answer answer;
  if (!result.has_response()) {
    answer.result = Failure(absl::InternalError("the bridge answered with an empty result"));
    return answer;
  }
  const v1::PublishResponse& response = result.response();
  answer.result.topic = response.topic();
  answer.result.epoch = response.epoch();
  answer.result.offset = response.offset();
  answer.result.duplicate = response.duplicate();
  answer.result.local_subscribers = response.local_subscribers();
  return answer;
}

Answer ReadStreamEnd(int code, const std::string& message, const std::string& details) {
  google::rpc::Status error;
  // Details that cannot be read are as good as none.
  if (!error.ParseFromString(details)) error.Clear();
  error.set_code(code);
  error.set_message(message);
  Answer answer = ReadError(error);
  ReadSizeRefusal(answer);
  return answer;
}

PublishResult Failure(absl::Status status, std::string reason) {
  PublishResult result;
  result.status = std::move(status);
  result.reason = std::move(reason);
  return result;
}

}  // namespace spanwire::internal
