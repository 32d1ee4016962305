// The JSON writer against the protobuf library. The first byte says how the rest becomes a message: by choices
// (well-formed, oddly filled) or as wire bytes (whatever they are).
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "bridge/schema/json_writer.h"
#include "bridge/schema/parsed_message.h"
#include "bridge/schema/schema_registry.h"
#include "every_kind.pb.h"
#include "google/protobuf/stubs/logging.h"
#include "tests/unit/schema/descriptor_sets.h"
#include "tests/unit/schema/json_equality.h"
#include "tests/unit/schema/random_message.h"

namespace spanwire::schema {
namespace {

using google::protobuf::Message;

constexpr size_t kMaxBytes = 1024 * 1024;

struct Fixture {
  Fixture() { google::protobuf::SetLogHandler(nullptr); }

  std::shared_ptr<const SchemaRegistry> registry = *SchemaRegistry::Load({SetOf<test::EveryKind>("every_kind")});
  JsonPlans plans;
  const JsonPlan& compiled_in = plans.PlanFor(*test::EveryKind::descriptor());
  const MessageType& loaded = *registry->Find("spanwire.test.EveryKind");
};

[[noreturn]] void Die(std::string_view what, std::string_view detail) {
  std::fprintf(stderr, "%.*s\n%.*s\n", static_cast<int>(what.size()), what.data(), static_cast<int>(detail.size()),
               detail.data());
  std::abort();
}

// The JSON of `message`, or an empty string where it has none.
std::string Print(const Fixture& fixture, const Message& message, const JsonPlan& plan) {
  std::string json;
  JsonWriter writer(*fixture.registry, &json, kMaxBytes);
  return writer.Write(message, plan).ok() ? json : std::string();
}

void Compare(const Fixture& fixture, const test::EveryKind& message, bool must_print) {
  std::string difference;
  const std::string actual = Print(fixture, message, fixture.compiled_in);
  if (actual.empty()) {
    if (must_print) Die("not printed", message.ShortDebugString());
    return;
  }
  const auto copy = ParsedMessage::Parse(fixture.loaded.prototype(), message.SerializeAsString());
  if (!copy.ok()) Die("does not parse as a loaded type", message.ShortDebugString());
  if (!SameJson(Print(fixture, **copy, fixture.loaded.plan()), actual, &difference)) {
    Die("loaded type prints differently", difference);
  }
  // The library prints the wire bytes inside an Any as they come, with repeated members and all.
  if (!must_print && actual.find("\"@type\":") != std::string::npos) return;
  std::string expected;
  if (!PrintWithLibrary(message, &expected)) return;  // such as nesting deeper than its limit, which is below ours
  if (!SameJson(actual, expected, &difference)) Die("library prints differently", difference);
}

}  // namespace
}  // namespace spanwire::schema

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace spanwire::schema;
  static const Fixture fixture;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  spanwire::test::EveryKind message;
  if (data[0] % 2 == 0) {
    ByteChoices choices(bytes);
    FillRandomly(choices, &message);
    Compare(fixture, message, true);
  } else if (message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    Compare(fixture, message, false);
  }
  return 0;
}
