#include "spanwire/event.h"

#include <gmock/gmock.h>

#include <google/protobuf/struct.pb.h>

#include "bridge/model/topic_name.h"
#include "publisher_sdk/src/sendable.h"
#include "spanwire/publisher_options.h"
#include "spanwire/v1/builtin_events.pb.h"
#include "spanwire/v1/publisher.pb.h"

namespace spanwire {
namespace {

using std::chrono::system_clock;

const system_clock::time_point kNow = system_clock::time_point(std::chrono::milliseconds(1'700'000'000'250));

TEST(EventTest, ATypedMessageTravelsAsAnyWithTheTimeOfPublish) {
  v1::SystemEvent message;
  message.set_name("started");
  const v1::Event event = MakeEvent(message, {}, kNow);
  v1::SystemEvent unpacked;
  ASSERT_TRUE(event.message().UnpackTo(&unpacked));
  EXPECT_EQ(unpacked.name(), "started");
  EXPECT_EQ(event.timestamp().seconds(), 1'700'000'000);
  EXPECT_EQ(event.timestamp().nanos(), 250'000'000);
  EXPECT_TRUE(event.topic().empty());
  EXPECT_TRUE(event.type().empty());
}

TEST(EventTest, StructAndJsonTextTravelAsJson) {
  google::protobuf::Struct json;
  (*json.mutable_fields())["a"].set_number_value(1);
  EXPECT_EQ(MakeEvent(json, {}, kNow).json().fields().at("a").number_value(), 1);
  EXPECT_EQ(MakeEvent(JsonText{R"({"a":1})"}, {}, kNow).json_text(), R"({"a":1})");
}

TEST(EventTest, AReadyEventKeepsWhatTheOptionsDoNotSay) {
  v1::Event ready;
  ready.set_topic("kept");
  ready.set_type("replaced");
  ready.mutable_timestamp()->set_seconds(5);
  const v1::Event event = MakeEvent(ready, {.type = "t"}, kNow);
  EXPECT_EQ(event.topic(), "kept");
  EXPECT_EQ(event.type(), "t");
  EXPECT_EQ(event.timestamp().seconds(), 5);
}

TEST(EventTest, OptionsFillTheEvent) {
  const v1::Event event = MakeEvent(v1::AllRead(),
                                    {.topic = "a",
                                     .type = "b",
                                     .id = "c",
                                     .tenant_id = "d",
                                     .timestamp = system_clock::time_point(std::chrono::seconds(-1)),
                                     .trace_id = "e",
                                     .entity = EntityChanged("shipped", "order-42", "alice")},
                                    kNow);
  EXPECT_EQ(event.topic(), "a");
  EXPECT_EQ(event.type(), "b");
  EXPECT_EQ(event.id(), "c");
  EXPECT_EQ(event.tenant_id(), "d");
  EXPECT_EQ(event.timestamp().seconds(), -1);
  EXPECT_EQ(event.timestamp().nanos(), 0);
  EXPECT_EQ(event.trace_id(), "e");
  EXPECT_EQ(event.entity().custom_kind(), "shipped");
  EXPECT_EQ(event.entity().entity_id(), "order-42");
  EXPECT_EQ(event.entity().user_id(), "alice");
}

TEST(EventTest, EntityHelpersSetTheKind) {
  EXPECT_EQ(EntityAdded("x").kind(), v1::EntityChange::KIND_ADDED);
  EXPECT_EQ(EntityUpdated("x").kind(), v1::EntityChange::KIND_UPDATED);
  EXPECT_EQ(EntityDeleted("x").kind(), v1::EntityChange::KIND_DELETED);
  EXPECT_EQ(EntityStatusChanged("x").kind(), v1::EntityChange::KIND_STATUS_CHANGED);
}

TEST(EventTest, TheTraceIdComesFromATraceparentAndAMalformedOneIsIgnored) {
  const std::string id = "0af7651916cd43dd8448eb211c80319c";
  EXPECT_EQ(TraceIdOf("00-" + id + "-b7ad6b7169203331-01"), id);
  EXPECT_EQ(TraceIdOf("01-" + id + "-b7ad6b7169203331-01-more"), id) << "later versions may append";
  EXPECT_EQ(TraceIdOf("00-" + id + "-b7ad6b7169203331-01-more"), "");
  EXPECT_EQ(TraceIdOf("ff-" + id + "-b7ad6b7169203331-01"), "");
  EXPECT_EQ(TraceIdOf("00-00000000000000000000000000000000-b7ad6b7169203331-01"), "");
  EXPECT_EQ(TraceIdOf("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"), "");
  EXPECT_EQ(TraceIdOf(""), "");
  EXPECT_EQ(MakeEvent(v1::AllRead(), {.traceparent = "00-" + id + "-b7ad6b7169203331-01"}, kNow).trace_id(), id);
}

TEST(EventTest, UserTopicsAgreeWithTheBridge) {
  EXPECT_EQ(UserTopic("alice"), "user:alice");
  EXPECT_EQ(UserTopic("a@b.example"), "user:a~40b.example");
  std::string every_byte;
  for (int c = 0; c < 256; ++c) every_byte.push_back(static_cast<char>(c));
  EXPECT_EQ(EncodeTopicValue(every_byte), model::EncodeTopicValue(every_byte));
}

TEST(SendableTest, WhatNoBridgeCouldReadIsRefused) {
  v1::Event event = MakeEvent(JsonText{"{}"}, {.topic = "a"}, kNow);
  EXPECT_TRUE(internal::CheckSendable(event).ok());

  event.set_json_text("\xff");
  EXPECT_EQ(internal::CheckSendable(event).reason, "EVENT_UNREADABLE");

  event.set_json_text(std::string(kMaxEventBytes, ' '));
  EXPECT_EQ(internal::CheckSendable(event).reason, "EVENT_TOO_LARGE");
}

}  // namespace
}  // namespace spanwire
