#include "bridge/ingest/publish_pipeline.h"

#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "spanwire/v1/builtin_events.pb.h"
#include "tests/unit/ingest/pipeline_fixture.h"

namespace spanwire::ingest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kTraceId[] = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr char kOtherTraceId[] = "0af7651916cd43dd8448eb211c80319c";

class PublishPipelineTest : public PipelineTest {};

TEST_F(PublishPipelineTest, AnEventIsStoredAsItsEnvelope) {
  auto call = Publish({NoteEvent("orders")});
  EXPECT_EQ(call.result().response().topic(), "orders");
  EXPECT_EQ(call.result().response().epoch(), "e1");
  EXPECT_EQ(call.result().response().offset(), 1u);
  EXPECT_FALSE(call.result().response().duplicate());
  EXPECT_THAT(broker_.Stored(),
              ElementsAre(R"({"type":"note","topic":"orders","data":{"n":1},"timestamp":"2025-10-09T08:53:20.000Z",)"
                          R"("offset":1})"));
}

TEST_F(PublishPipelineTest, ATypedEventFindsItsTopicByItself) {
  v1::Alert alert;
  alert.set_title("disk");
  auto call = Publish({TypedEvent(alert)});
  EXPECT_EQ(call.result().response().topic(), "alerts");
  EXPECT_THAT(broker_.Stored().at(0), HasSubstr(R"("type":"alert","topic":"alerts")"));
}

TEST_F(PublishPipelineTest, APublishersTimestampBeatsTheClock) {
  v1::Event event = NoteEvent("t");
  event.mutable_timestamp()->set_seconds(0);
  event.mutable_timestamp()->set_nanos(1'999'999);
  Publish({event}).results();
  EXPECT_THAT(broker_.Stored().at(0), HasSubstr(R"("timestamp":"1970-01-01T00:00:00.001Z")"));
}

TEST_F(PublishPipelineTest, AnEventsTraceIdBeatsTheCalls) {
  v1::Event own = NoteEvent("t");
  own.set_trace_id(kTraceId);
  Publish({own, NoteEvent("t")}, {kOtherTraceId}).results();
  EXPECT_THAT(broker_.Stored().at(0), HasSubstr(kTraceId));
  EXPECT_THAT(broker_.Stored().at(1), HasSubstr(kOtherTraceId));
}

TEST_F(PublishPipelineTest, TenantsHaveTheirOwnTopics) {
  v1::Event event = NoteEvent("t");
  event.set_tenant_id("acme");
  const model::TopicPtr others = topics_.Intern("", "t");
  const model::TopicPtr theirs = topics_.Intern("acme", "t");
  theirs->subscribers = 3;
  auto call = Publish({NoteEvent("t"), event, NoteEvent("t")});
  EXPECT_EQ(call.results().Get(0).response().local_subscribers(), 0u);
  EXPECT_EQ(call.results().Get(1).response().local_subscribers(), 3u);
  EXPECT_EQ(call.results().Get(2).response().local_subscribers(), 0u);
}

struct BadEvent {
  std::string name;
  absl::StatusCode code;
  std::string reason;
  std::function<void(v1::Event&)> spoil;
};

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

const BadEvent kBadEvents[] = {
    {"NoPayload", kInvalid, "MISSING_PAYLOAD", [](v1::Event& e) { e.clear_payload(); }},
    {"JsonTextThatIsNoJson", kInvalid, "BAD_PAYLOAD", [](v1::Event& e) { e.set_json_text("{\"a\":"); }},
    {"JsonTextThatIsNoObject", kInvalid, "BAD_PAYLOAD", [](v1::Event& e) { e.set_json_text("[1]"); }},
    {"UnknownType", absl::StatusCode::kFailedPrecondition, "UNKNOWN_TYPE",
     [](v1::Event& e) { e.mutable_message()->set_type_url("type.googleapis.com/no.Such"); }},
    {"WrongWireBytes", kInvalid, "BAD_PAYLOAD",
     [](v1::Event& e) {
       e.mutable_message()->set_type_url("type.googleapis.com/spanwire.v1.Alert");
       e.mutable_message()->set_value("\xFF\xFF\xFF");
     }},
    {"NoTopic", kInvalid, "MISSING_TOPIC", [](v1::Event& e) { e.clear_topic(); }},
    {"TopicWithASpace", kInvalid, "BAD_TOPIC", [](v1::Event& e) { e.set_topic("a b"); }},
    {"TopicOfTheBridge", kInvalid, "BAD_TOPIC", [](v1::Event& e) { e.set_topic("$bridge"); }},
    {"TopicTooLong", kInvalid, "BAD_TOPIC", [](v1::Event& e) { e.set_topic(std::string(256, 't')); }},
    {"NoType", kInvalid, "MISSING_TYPE", [](v1::Event& e) { e.clear_type(); }},
    {"ControlType", kInvalid, "BAD_TYPE", [](v1::Event& e) { e.set_type("subscription"); }},
    {"TypeWithATilde", kInvalid, "BAD_TYPE", [](v1::Event& e) { e.set_type("a~b"); }},
    {"EntityWithoutKind", kInvalid, "BAD_ENTITY", [](v1::Event& e) { e.mutable_entity()->set_entity_id("7"); }},
    {"EntityWithoutId", kInvalid, "BAD_ENTITY",
     [](v1::Event& e) { e.mutable_entity()->set_kind(v1::EntityChange::KIND_ADDED); }},
    {"TenantWithAQuote", kInvalid, "BAD_TENANT", [](v1::Event& e) { e.set_tenant_id("a\"b"); }},
    {"TenantTooLong", kInvalid, "BAD_TENANT", [](v1::Event& e) { e.set_tenant_id(std::string(129, 'a')); }},
    {"IdTooLong", kInvalid, "BAD_ID", [](v1::Event& e) { e.set_id(std::string(129, 'i')); }},
    {"IdNotUtf8", kInvalid, "BAD_ID", [](v1::Event& e) { e.set_id("\xFF"); }},
    {"TraceIdTooShort", kInvalid, "BAD_TRACE_ID", [](v1::Event& e) { e.set_trace_id("4bf9"); }},
    {"TraceIdAllZero", kInvalid, "BAD_TRACE_ID", [](v1::Event& e) { e.set_trace_id(std::string(32, '0')); }},
    {"TraceIdInCapitals", kInvalid, "BAD_TRACE_ID", [](v1::Event& e) { e.set_trace_id(std::string(32, 'A')); }},
    {"TimestampBeyondYear9999", kInvalid, "BAD_TIMESTAMP",
     [](v1::Event& e) { e.mutable_timestamp()->set_seconds(253'402'300'800); }},
    {"TimestampWithNegativeNanos", kInvalid, "BAD_TIMESTAMP",
     [](v1::Event& e) { e.mutable_timestamp()->set_nanos(-1); }},
    {"TooLarge", kInvalid, "EVENT_TOO_LARGE",
     [](v1::Event& e) { e.set_json_text("{\"a\":\"" + std::string(1024, 'x') + "\"}"); }},
};

class BadEventTest : public PipelineTest, public testing::WithParamInterface<BadEvent> {};

TEST_P(BadEventTest, IsRefusedAndSpoilsOnlyItself) {
  v1::Event bad = NoteEvent("t", 2);
  GetParam().spoil(bad);
  auto call = Publish({NoteEvent("t", 1), bad, NoteEvent("t", 3)});

  const google::rpc::Status& error = call.results().Get(1).error();
  EXPECT_EQ(error.code(), static_cast<int>(GetParam().code));
  EXPECT_EQ(ErrorInfoOf(error).reason(), GetParam().reason);
  EXPECT_EQ(ErrorInfoOf(error).domain(), "spanwire");
  EXPECT_GT(error.message().size(), 10u);
  EXPECT_FALSE(HasRetryInfo(error));
  EXPECT_EQ(call.results().Get(0).response().offset(), 1u);
  EXPECT_EQ(call.results().Get(2).response().offset(), 2u);
  EXPECT_EQ(broker_.Stored().size(), 2u);
  EXPECT_EQ(metrics_.events_rejected.Values(), (std::map<std::string, uint64_t, std::less<>>{{GetParam().reason, 1}}));
  EXPECT_EQ(metrics_.events_published.Value(), 2u);
}

INSTANTIATE_TEST_SUITE_P(Table, BadEventTest, testing::ValuesIn(kBadEvents),
                         [](const auto& param) { return param.param.name; });

TEST_F(PublishPipelineTest, AnEventOfExactlyTheLimitIsTaken) {
  const std::string around = R"({"type":"note","topic":"t","data":{"a":""},"timestamp":"2025-10-09T08:53:20.000Z")";
  const size_t room = config_.limits.event_bytes - around.size() - model::Envelope::kTailRoom;
  v1::Event fits = NoteEvent("t");
  fits.set_json_text("{\"a\":\"" + std::string(room, 'x') + "\"}");
  v1::Event too_large = NoteEvent("t");
  too_large.set_json_text("{\"a\":\"" + std::string(room + 1, 'x') + "\"}");
  auto call = Publish({fits, too_large});
  EXPECT_TRUE(call.results().Get(0).has_response());
  EXPECT_TRUE(call.results().Get(1).has_error());
}

TEST_F(PublishPipelineTest, WithNothingToStoreTheAnswerComesAtOnce) {
  EXPECT_TRUE(Publish({}).IsDone());
  EXPECT_TRUE(Publish({v1::Event()}).IsDone());
  EXPECT_EQ(broker_.calls(), 0u);
}

TEST_F(PublishPipelineTest, ABatchGoesToTheBrokerInOneCallAndInOrder) {
  Publish({NoteEvent("a", 1), NoteEvent("b", 2), NoteEvent("a", 3)}).results();
  EXPECT_EQ(broker_.calls(), 1u);
  EXPECT_THAT(broker_.Stored(), ElementsAre(HasSubstr("{\"n\":1}"), HasSubstr("{\"n\":2}"), HasSubstr("{\"n\":3}")));
}

TEST_F(PublishPipelineTest, WhatTheBrokerRefusesIsTheEventsError) {
  broker_.FailWith(absl::UnavailableError("no quorum"));
  auto call = Publish({NoteEvent("t")});
  EXPECT_EQ(call.result().error().code(), 14);
  EXPECT_EQ(call.result().error().message(), "no quorum");
  EXPECT_TRUE(HasRetryInfo(call.result().error()));
}

TEST_F(PublishPipelineTest, UnknownFieldsAreCountedAndLeftOut) {
  v1::Event event;
  event.mutable_message()->set_type_url("type.googleapis.com/spanwire.v1.AllRead");
  event.mutable_message()->set_value("\x98\x06\x01");  // field 99, varint 1
  Publish({event}).results();
  EXPECT_EQ(metrics_.unknown_fields.Value(), 1u);
  EXPECT_THAT(broker_.Stored().at(0), HasSubstr(R"("data":{})"));
}

TEST_F(PublishPipelineTest, TranslatedBytesAndLatencyAreCounted) {
  Publish({NoteEvent("t")}).results();
  EXPECT_EQ(metrics_.translated_bytes.Value() + std::string(R"(,"offset":1})").size(), broker_.Stored().at(0).size());
  EXPECT_EQ(metrics_.publish_latency.InBucket(0), 1u);
}

TEST_F(PublishPipelineTest, EveryEnvelopeIsValidJson) {
  v1::Event event = NoteWithId("t", "quote\" slash\\ bell\a");
  event.mutable_entity()->set_kind(v1::EntityChange::KIND_ADDED);
  event.mutable_entity()->set_entity_id("\"");
  Publish({event}).results();
  const boost::json::object envelope = boost::json::parse(broker_.Stored().at(0)).as_object();
  EXPECT_EQ(envelope.at("id"), "quote\" slash\\ bell\a");
  EXPECT_EQ(envelope.at("data").at("entity_id"), "\"");
}

}  // namespace
}  // namespace spanwire::ingest
