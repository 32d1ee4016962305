#include <cstdio>
#include <fstream>

#include "boost/json/parse.hpp"
#include "boost/json/value.hpp"
#include "gmock/gmock.h"
#include "spanwire/v1/builtin_events.pb.h"
#include "tests/unit/cli/cli_test.h"

namespace spanwire::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class PublishTest : public CliTest {
 protected:
  PublishTest() {
    bridge_.publisher.answer.set_topic("stats");
    bridge_.publisher.answer.set_epoch("7k3x");
    bridge_.publisher.answer.set_offset(42);
    bridge_.publisher.answer.set_local_subscribers(3);
  }

  const v1::Event& event() const { return bridge_.publisher.request.event(); }
};

TEST_F(PublishTest, PrintsWhereTheEventStands) {
  const Outcome outcome = Run({"publish", "stats", "--type", "stats_update", "--data", "{\"cpu\": 45.20}"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_EQ(outcome.out,
            "TOPIC  CURSOR   DUPLICATE  SUBSCRIBERS\n"
            "stats  7k3x-42  no         3\n");
  EXPECT_EQ(event().topic(), "stats");
  EXPECT_EQ(event().type(), "stats_update");
  EXPECT_EQ(event().json_text(), "{\"cpu\": 45.20}");
  EXPECT_FALSE(event().has_entity());
}

TEST_F(PublishTest, AsJsonIsTheAnswer) {
  const Outcome outcome = Run({"publish", "stats", "--type", "t", "--data", "{}", "-o", "json"});
  const boost::json::value document = boost::json::parse(outcome.out);
  EXPECT_EQ(document.at("epoch"), "7k3x");
  EXPECT_EQ(document.at("offset"), "42");
  EXPECT_EQ(document.at("duplicate"), false);
}

TEST_F(PublishTest, EveryOptionReachesTheEvent) {
  Run({"publish", "jobs:17", "--type", "job", "--data", "{}", "--id", "i-1", "--tenant", "acme", "--trace-id",
       "0af7651916cd43dd8448eb211c80319c", "--entity-id", "17", "--entity-kind", "status_changed", "--user", "u-1"});
  EXPECT_EQ(event().id(), "i-1");
  EXPECT_EQ(event().tenant_id(), "acme");
  EXPECT_EQ(event().trace_id(), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(event().entity().entity_id(), "17");
  EXPECT_EQ(event().entity().kind(), v1::EntityChange::KIND_STATUS_CHANGED);
  EXPECT_EQ(event().entity().custom_kind(), "");
  EXPECT_EQ(event().entity().user_id(), "u-1");
}

TEST_F(PublishTest, AnotherEntityKindIsTheCustomWordAsTyped) {
  Run({"publish", "a", "--type", "t", "--data", "{}", "--entity-id", "17", "--entity-kind", "Archived"});
  EXPECT_EQ(event().entity().kind(), v1::EntityChange::KIND_UNSPECIFIED);
  EXPECT_EQ(event().entity().custom_kind(), "Archived");
}

TEST_F(PublishTest, DataComesFromStandardInput) {
  EXPECT_EQ(Run({"publish", "a", "--type", "t", "--data", "-"}, {.input = "{\"a\":1}\n"}).code, ExitCode::kOk);
  EXPECT_EQ(event().json_text(), "{\"a\":1}\n");
}

TEST_F(PublishTest, DataComesFromAFile) {
  const std::string path = testing::TempDir() + "spanwire_publish_test.json";
  std::ofstream(path) << "{\"a\":2}";
  EXPECT_EQ(Run({"publish", "a", "--type", "t", "--data", "@" + path}).code, ExitCode::kOk);
  EXPECT_EQ(event().json_text(), "{\"a\":2}");
  std::remove(path.c_str());
}

TEST_F(PublishTest, OversizedInputIsRefusedBeforeItIsSent) {
  const std::string big = "{\"a\":\"" + std::string(4 << 20, 'x') + "\"}";
  const Outcome outcome = Run({"publish", "a", "--type", "t", "--data", "-"}, {.input = big});
  EXPECT_EQ(outcome.code, ExitCode::kUsage);
  EXPECT_THAT(outcome.err, HasSubstr("over 4 MiB"));
  EXPECT_EQ(bridge_.publisher.calls, 0);
}

TEST_F(PublishTest, AMessageIsBuiltByTheBridgesSchema) {
  const Outcome outcome = Run({"publish", "--message", "spanwire.v1.Alert", "--data",
                               R"({"severity": "critical", "title": "disk full", "labels": {"host": "db1"}})"});
  ASSERT_EQ(outcome.code, ExitCode::kOk) << outcome.err;
  v1::Alert alert;
  ASSERT_TRUE(event().message().UnpackTo(&alert));
  EXPECT_EQ(alert.severity(), "critical");
  EXPECT_EQ(alert.labels().at("host"), "db1");
  EXPECT_EQ(event().topic(), "") << "the message's options know it";
}

TEST_F(PublishTest, AMessageWithAStructFieldIsBuilt) {
  const Outcome outcome =
      Run({"publish", "--message", "spanwire.v1.Log", "--data", R"({"message": "m", "fields": {"n": [1, null]}})"});
  ASSERT_EQ(outcome.code, ExitCode::kOk) << outcome.err;
  v1::Log log;
  ASSERT_TRUE(event().message().UnpackTo(&log));
  EXPECT_EQ(log.fields().fields().at("n").list_value().values(0).number_value(), 1);
}

TEST_F(PublishTest, AMessageWithoutFieldsNeedsNoData) {
  const Outcome outcome = Run({"publish", "--message", "spanwire.v1.AllRead"});
  ASSERT_EQ(outcome.code, ExitCode::kOk) << outcome.err;
  EXPECT_TRUE(event().message().Is<v1::AllRead>());
}

TEST_F(PublishTest, DataThatDoesNotFitTheMessageIsWrongUse) {
  const Outcome outcome = Run({"publish", "--message", "spanwire.v1.Alert", "--data", R"({"severty": "x"})"});
  EXPECT_EQ(outcome.code, ExitCode::kUsage);
  EXPECT_THAT(outcome.err, HasSubstr("does not fit spanwire.v1.Alert"));
  EXPECT_THAT(outcome.err, HasSubstr("severty"));
  EXPECT_EQ(bridge_.publisher.calls, 0);
}

TEST_F(PublishTest, AnUnknownMessageExitsWith3) {
  const Outcome outcome = Run({"publish", "--message", "no.Such", "--data", "{}"});
  EXPECT_EQ(outcome.code, ExitCode::kNotFound);
  EXPECT_THAT(outcome.err, HasSubstr("(SCHEMA_NOT_FOUND)"));
  EXPECT_EQ(bridge_.publisher.calls, 0);
}

TEST_F(PublishTest, ARefusalIsToldWithItsReason) {
  bridge_.publisher.refusal =
      Refusal(grpc::StatusCode::INVALID_ARGUMENT, "topic \"a b\" holds a space; use letters", "BAD_TOPIC");
  const Outcome outcome = Run({"publish", "a b", "--type", "t", "--data", "{}"});
  EXPECT_EQ(outcome.code, ExitCode::kUsage);
  EXPECT_EQ(outcome.err, "error: cannot publish: topic \"a b\" holds a space; use letters (BAD_TOPIC)\n");
  EXPECT_THAT(outcome.out, IsEmpty());
}

}  // namespace
}  // namespace spanwire::cli
