#include <cstdlib>
#include <memory>
#include <random>

#include <gtest/gtest.h>

#include "bridge/schema/json_writer.h"
#include "bridge/schema/parsed_message.h"
#include "bridge/schema/schema_registry.h"
#include "every_kind.pb.h"
#include "tests/unit/schema/descriptor_sets.h"
#include "tests/unit/schema/json_equality.h"
#include "tests/unit/schema/random_message.h"

namespace spanwire::schema {
namespace {

constexpr int kMessages = 500;
constexpr size_t kNoLimit = size_t{1} << 30;

// A seed that differs from run to run; SPANWIRE_TEST_SEED repeats one. The tests' names tell which it was.
uint32_t FreshSeed() {
  const char* given = std::getenv("SPANWIRE_TEST_SEED");
  return given != nullptr ? static_cast<uint32_t>(std::strtoul(given, nullptr, 10)) : std::random_device()();
}

class Differential : public testing::TestWithParam<uint32_t> {
 protected:
  Differential() : registry_(*SchemaRegistry::Load({SetOf<test::EveryKind>("every_kind")})) {}

  test::EveryKind NextMessage() {
    std::string bytes(std::uniform_int_distribution<size_t>(0, 600)(random_), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random_());
    ByteChoices choices(bytes);
    test::EveryKind message;
    FillRandomly(choices, &message);
    return message;
  }

  void ExpectAsTheLibrary(const google::protobuf::Message& message, const google::protobuf::Message& printed_by_library,
                          const JsonPlan& plan) {
    std::string expected, actual, difference;
    ASSERT_TRUE(PrintWithLibrary(printed_by_library, &expected)) << printed_by_library.DebugString();
    JsonWriter writer(*registry_, &actual, kNoLimit);
    const absl::Status status = writer.Write(message, plan);
    ASSERT_TRUE(status.ok()) << status << printed_by_library.DebugString();
    ASSERT_TRUE(SameJson(actual, expected, &difference)) << difference;
  }

  std::shared_ptr<const SchemaRegistry> registry_;
  std::mt19937 random_{GetParam()};
};

TEST_P(Differential, CompiledInMessagesPrintAsByTheLibrary) {
  JsonPlans plans;
  const JsonPlan& plan = plans.PlanFor(*test::EveryKind::descriptor());
  for (int i = 0; i < kMessages && !HasFatalFailure(); ++i) {
    const test::EveryKind message = NextMessage();
    ExpectAsTheLibrary(message, message, plan);
  }
}

TEST_P(Differential, LoadedMessagesPrintAsByTheLibrary) {
  const MessageType* type = registry_->Find("spanwire.test.EveryKind");
  ASSERT_NE(type, nullptr);
  for (int i = 0; i < kMessages && !HasFatalFailure(); ++i) {
    const test::EveryKind message = NextMessage();
    const auto loaded = ParsedMessage::Parse(type->prototype(), message.SerializeAsString());
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    ExpectAsTheLibrary(**loaded, message, type->plan());
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Differential, testing::Values(1, FreshSeed()),
                         [](const auto& seed) { return "Seed" + std::to_string(seed.param); });

}  // namespace
}  // namespace spanwire::schema
