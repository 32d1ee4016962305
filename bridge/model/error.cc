#include "bridge/model/error.h"

#include <optional>

#include "absl/strings/cord.h"
#include "bridge/model/absl_view.h"

namespace spanwire::model {
namespace {

constexpr char kPayloadUrl[] = "spanwire.ErrorDetail";

// The payload is `reason\0key\0value\0...`, each part closed by a zero byte, which a part never holds.
void AppendPart(std::string& payload, std::string_view part) {
  payload.append(part.substr(0, part.find('\0'))).push_back('\0');
}

std::string TakePart(std::string_view& payload) {
  const size_t end = payload.find('\0');
  std::string part(payload.substr(0, end));
  payload.remove_prefix(end == std::string_view::npos ? payload.size() : end + 1);
  return part;
}

}  // namespace

absl::Status MakeError(absl::StatusCode code, std::string_view sentence, ErrorDetail detail) {
  absl::Status status(code, ToAbsl(sentence));
  std::string payload;
  AppendPart(payload, detail.reason);
  for (const auto& [key, value] : detail.metadata) {
    AppendPart(payload, key);
    AppendPart(payload, value);
  }
  status.SetPayload(kPayloadUrl, absl::Cord(payload));
  return status;
}

ErrorDetail DetailOf(const absl::Status& status) {
  ErrorDetail detail;
  const absl::optional<absl::Cord> cord = status.GetPayload(kPayloadUrl);
  if (!cord) return detail;
  const std::string payload(*cord);
  std::string_view rest(payload);
  detail.reason = TakePart(rest);
  while (!rest.empty()) {
    std::string key = TakePart(rest);
    detail.metadata.emplace_back(std::move(key), TakePart(rest));
  }
  return detail;
}

}  // namespace spanwire::model
