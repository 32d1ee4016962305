#include "bridge/ingest/envelope_json.h"

#include "bridge/model/json_text.h"
#include "bridge/model/timestamp.h"

namespace spanwire::ingest {
namespace {

// For values whose alphabet needs no escaping: topics, types, tenants, kinds, hex.
void AppendPlainMember(std::string_view name, std::string_view value, std::string* out) {
  out->append(",\"").append(name).append("\":\"").append(value).append("\"");
}

void AppendTextMember(std::string_view name, std::string_view value, std::string* out) {
  out->append(",\"").append(name).append("\":");
  model::AppendJsonString(value, out);
}

void AppendTimestampMember(absl::Time timestamp, std::string* out) {
  out->append(",\"timestamp\":\"");
  model::AppendTimestamp(timestamp, out);
  out->append("\"");
}

absl::Status AppendEntityData(schema::OpenedEvent& opened, const EnvelopeFields& fields, std::string* out) {
  const schema::EntityInfo& entity = *opened.entity();
  out->append("{\"entity_id\":");
  model::AppendJsonString(entity.entity_id, out);
  out->append(",\"payload\":");
  if (absl::Status status = opened.AppendData(out); !status.ok()) return status;
  if (!entity.user_id.empty()) AppendTextMember("user_id", entity.user_id, out);
  if (!fields.tenant_id.empty()) AppendPlainMember("tenant_id", fields.tenant_id, out);
  AppendTimestampMember(fields.timestamp, out);
  out->append("}");
  return absl::OkStatus();
}

}  // namespace

absl::Status AppendEnvelope(schema::OpenedEvent& opened, const EnvelopeFields& fields, std::string* out) {
  out->append("{\"type\":\"").append(opened.type()).append("\"");
  AppendPlainMember("topic", opened.topic(), out);
  out->append(",\"data\":");
  absl::Status status = opened.entity() ? AppendEntityData(opened, fields, out) : opened.AppendData(out);
  if (!status.ok()) return status;
  AppendTimestampMember(fields.timestamp, out);
  if (opened.entity()) AppendPlainMember("event", opened.entity()->kind, out);
  if (!fields.id.empty()) AppendTextMember("id", fields.id, out);
  if (!fields.trace_id.empty()) AppendPlainMember("trace_id", fields.trace_id, out);
  return absl::OkStatus();
}

}  // namespace spanwire::ingest
