#include "bridge/ingest/envelope_json.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/schema/schema_registry.h"
#include "spanwire/v1/builtin_events.pb.h"
#include "tests/unit/ingest/test_events.h"

namespace spanwire::ingest {
namespace {

std::string EnvelopeOf(const v1::Event& event, EnvelopeFields fields = {}) {
  const schema::EventTranslator translator(schema::SchemaRegistry::BuiltIn());
  fields.timestamp = absl::FromUnixMillis(1'768'485'900'007);
  auto opened = translator.Open(event);
  if (!opened.ok()) return opened.status().ToString();
  std::string json;
  const absl::Status status = AppendEnvelope(*opened, fields, &json);
  return status.ok() ? json : status.ToString();
}

TEST(AppendEnvelope, WritesTheMembersInTheirOrder) {
  v1::StatsUpdate stats;
  (*stats.mutable_metrics())["cpu"] = 45.2;
  EXPECT_EQ(EnvelopeOf(TypedEvent(stats)),
            R"({"type":"stats_update","topic":"stats","data":{"cpu":45.2},"timestamp":"2026-01-15T14:05:00.007Z")");
}

TEST(AppendEnvelope, WritesIdAndTraceIdWhereKnown) {
  EXPECT_EQ(
      EnvelopeOf(
          NoteEvent("t"),
          {.timestamp = {}, .tenant_id = "acme", .id = "say \"hi\"", .trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"}),
      R"({"type":"note","topic":"t","data":{"n":1},"timestamp":"2026-01-15T14:05:00.007Z",)"
      R"("id":"say \"hi\"","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736")");
}

TEST(AppendEnvelope, AnEntityEventWrapsItsPayload) {
  v1::Event event = NoteEvent("t");
  event.mutable_entity()->set_kind(v1::EntityChange::KIND_STATUS_CHANGED);
  event.mutable_entity()->set_entity_id("gift/\"7\"");
  event.mutable_entity()->set_user_id("u\n1");
  EXPECT_EQ(EnvelopeOf(event, {.timestamp = {}, .tenant_id = "acme", .id = {}, .trace_id = {}}),
            R"({"type":"note","topic":"t","data":{"entity_id":"gift/\"7\"","payload":{"n":1},"user_id":"u\n1",)"
            R"("tenant_id":"acme","timestamp":"2026-01-15T14:05:00.007Z"},"timestamp":"2026-01-15T14:05:00.007Z",)"
            R"("event":"STATUS_CHANGED")");
}

TEST(AppendEnvelope, AnEntityEventLeavesOutUserAndTenantWhereThereAreNone) {
  v1::Event event = NoteEvent("t");
  event.mutable_entity()->set_custom_kind("ARCHIVED");
  event.mutable_entity()->set_entity_id("7");
  EXPECT_EQ(EnvelopeOf(event),
            R"({"type":"note","topic":"t","data":{"entity_id":"7","payload":{"n":1},)"
            R"("timestamp":"2026-01-15T14:05:00.007Z"},"timestamp":"2026-01-15T14:05:00.007Z","event":"ARCHIVED")");
}

}  // namespace
}  // namespace spanwire::ingest
