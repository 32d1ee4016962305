#include "bridge/rpc/rpc_status.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <boost/nowide/utf/convert.hpp>

#include "bridge/model/absl_view.h"
#include "bridge/model/error.h"
#include "google/rpc/error_details.pb.h"

namespace spanwire::rpc {
namespace {

// gRPC's trailers may have 8 KiB in all, and the status is in them twice.
constexpr size_t kMaxSentenceBytes = 1024;
constexpr size_t kMaxValueBytes = 256;
constexpr size_t kMaxMetadata = 8;

constexpr char kDomain[] = "spanwire";
constexpr int64_t kRetrySeconds = 1;

std::string Clipped(std::string_view text, size_t max_bytes) {
  const std::string_view head = text.substr(0, max_bytes);
  return boost::nowide::utf::convert_string<char>(head.data(), head.data() + head.size());
}

// Waiting helps against load, and not against a bound that stays until somebody changes its setting, which the error
// names then.
bool IsRetryable(absl::StatusCode code, const model::ErrorDetail& detail) {
  if (code == absl::StatusCode::kUnavailable) return true;
  return code == absl::StatusCode::kResourceExhausted &&
         std::none_of(detail.metadata.begin(), detail.metadata.end(),
                      [](const auto& entry) { return entry.first == "setting"; });
}

google::rpc::ErrorInfo InfoOf(const absl::Status& status, const model::ErrorDetail& detail) {
  google::rpc::ErrorInfo info;
  info.set_reason(detail.reason.empty() ? absl::StatusCodeToString(status.code()) : detail.reason);
  info.set_domain(kDomain);
  for (const auto& [key, value] : detail.metadata) {
    if (info.metadata().size() >= kMaxMetadata) break;
    (*info.mutable_metadata())[Clipped(key, kMaxValueBytes)] = Clipped(value, kMaxValueBytes);
  }
  return info;
}

}  // namespace

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  const model::ErrorDetail detail = model::DetailOf(status);
  google::rpc::Status rpc;
  rpc.set_code(static_cast<int>(status.code()));
  rpc.set_message(Clipped(model::ToStd(status.message()), kMaxSentenceBytes));
  rpc.add_details()->PackFrom(InfoOf(status, detail));
  for (const auto& [key, value] : detail.metadata) {
    if (key != "field") continue;
    google::rpc::BadRequest bad_request;
    google::rpc::BadRequest::FieldViolation& violation = *bad_request.add_field_violations();
    violation.set_field(Clipped(value, kMaxValueBytes));
    violation.set_description(rpc.message());
    rpc.add_details()->PackFrom(bad_request);
    break;
  }
  if (IsRetryable(status.code(), detail)) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(kRetrySeconds);
    rpc.add_details()->PackFrom(retry);
  }
  return rpc;
}

}  // namespace spanwire::rpc
