#include "cli/json_answer.h"

#include "cli/printable.h"
#include "fmt/format.h"
#include "google/protobuf/util/json_util.h"

namespace spanwire::cli {

absl::StatusOr<std::string> JsonAnswer(const google::protobuf::Message& answer, JsonLayout layout) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  options.add_whitespace = layout == JsonLayout::kIndented;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(answer, &json, options);
  if (!status.ok()) {
    return absl::InternalError(fmt::format("the answer cannot be written as JSON: {}", status.ToString()));
  }
  json = PrintableJson(json);
  if (json.empty() || json.back() != '\n') json += '\n';
  return json;
}

}  // namespace spanwire::cli
