#include "publisher_sdk/src/answer.h"

#include <algorithm>
#include <utility>

#include <google/rpc/error_details.pb.h>

namespace spanwire::internal {
namespace {

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
  return ReadError(error);
}

PublishResult Failure(absl::Status status, std::string reason) {
  PublishResult result;
  result.status = std::move(status);
  result.reason = std::move(reason);
  return result;
}

}  // namespace spanwire::internal
