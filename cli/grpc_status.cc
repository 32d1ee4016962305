#include "cli/grpc_status.h"

#include <string>

#include "absl/time/time.h"
#include "bridge/model/error.h"
#include "fmt/format.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace spanwire::cli {
namespace {

void AddErrorInfo(const google::protobuf::Any& any, model::ErrorDetail& detail) {
  google::rpc::ErrorInfo info;
  if (!any.UnpackTo(&info)) return;
  detail.reason = info.reason();
  for (const auto& [key, value] : info.metadata()) detail.metadata.emplace_back(key, value);
}

void AddRetryInfo(const google::protobuf::Any& any, model::ErrorDetail& detail) {
  google::rpc::RetryInfo info;
  if (!any.UnpackTo(&info)) return;
  const absl::Duration delay =
      absl::Seconds(info.retry_delay().seconds()) + absl::Nanoseconds(info.retry_delay().nanos());
  detail.metadata.emplace_back("retry_after", absl::FormatDuration(delay));
}

void AddBadRequest(const google::protobuf::Any& any, model::ErrorDetail& detail) {
  google::rpc::BadRequest bad;
  if (!any.UnpackTo(&bad)) return;
  std::string violations;
  for (const auto& violation : bad.field_violations()) {
    if (!violations.empty()) violations += "; ";
    violations += fmt::format("{}: {}", violation.field(), violation.description());
  }
  detail.metadata.emplace_back("violations", std::move(violations));
}

}  // namespace

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  model::ErrorDetail detail;
  google::rpc::Status rich;
  // Details that do not parse are another program's; the code and the sentence still count.
  if (rich.ParseFromString(status.error_details())) {
    for (const google::protobuf::Any& any : rich.details()) {
      AddErrorInfo(any, detail);
      AddRetryInfo(any, detail);
      AddBadRequest(any, detail);
    }
  }
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  return model::MakeError(code, status.error_message(), std::move(detail));
}

}  // namespace spanwire::cli
