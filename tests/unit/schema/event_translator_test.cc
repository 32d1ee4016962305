#include "bridge/schema/event_translator.h"

#include <atomic>
#include <limits>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/model/error.h"
#include "google/protobuf/wrappers.pb.h"
#include "old_style.pb.h"
#include "orders.pb.h"
#include "spanwire/v1/builtin_events.pb.h"
#include "tests/unit/schema/descriptor_sets.h"

namespace spanwire::schema {
namespace {

using testing::AllOf;
using testing::HasSubstr;

template <class T>
v1::Event Typed(const T& message) {
  v1::Event event;
  event.mutable_message()->PackFrom(message);
  return event;
}

// With topic and type, so that only the payload is in question.
v1::Event Addressed(v1::Event event = {}) {
  event.set_topic("things");
  event.set_type("thing");
  return event;
}

v1::Event JsonText(const std::string& text) {
  v1::Event event = Addressed();
  event.set_json_text(text);
  return event;
}

class EventTranslatorTest : public testing::Test {
 protected:
  absl::Status OpenFault(const v1::Event& event) { return translator_.Open(event).status(); }

  // The data, or "REASON code: sentence".
  std::string Data(const v1::Event& event) {
    auto opened = translator_.Open(event);
    if (!opened.ok()) return Show(opened.status());
    std::string out = "before";
    const absl::Status status = opened->AppendData(&out);
    unknown_fields_ = opened->unknown_fields();
    if (!status.ok()) {
      EXPECT_EQ(out, "before");
      return Show(status);
    }
    return out.substr(6);
  }

  std::string Topic(const v1::Event& event) {
    const auto opened = translator_.Open(event);
    return opened.ok() ? std::string(opened->topic()) : Show(opened.status());
  }

  static std::string Show(const absl::Status& status) {
    std::string field;
    for (const auto& [key, value] : model::DetailOf(status).metadata) field += " " + key + "=" + value;
    return model::DetailOf(status).reason + " " + absl::StatusCodeToString(status.code()) + field + ": " +
           std::string(status.message());
  }

  EventTranslator translator_{*SchemaRegistry::Load({SetOf<shop::v1::Plain>("orders"), SetOf<test::OldStyle>("old")})};
  uint64_t unknown_fields_ = 0;
};

TEST_F(EventTranslatorTest, ATypedEventTakesTopicAndTypeFromItsOptions) {
  v1::Log log;
  log.set_message("hello");
  const v1::Event event = Typed(log);
  const auto opened = translator_.Open(event);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->topic(), "logs");
  EXPECT_EQ(opened->type(), "log");
  EXPECT_FALSE(opened->entity().has_value());
  EXPECT_EQ(Data(event), R"({"level":"","message":"hello","source":""})");
}

TEST_F(EventTranslatorTest, TheEventsOwnTopicAndTypeWin) {
  const v1::Event event = Addressed(Typed(v1::Log()));
  const auto opened = translator_.Open(event);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->topic(), "things");
  EXPECT_EQ(opened->type(), "thing");
}

TEST_F(EventTranslatorTest, LoadedTypesAreTranslatedLikeBuiltInOnes) {
  shop::v1::OrderShipped order;
  order.set_customer_id("c-1");
  order.set_order_number(7);
  order.mutable_shipped_at()->set_seconds(1);
  shop::v1::Plain extra;
  extra.set_text("x");
  order.mutable_extra()->PackFrom(extra);
  EXPECT_EQ(Topic(Typed(order)), "orders:c-1");
  EXPECT_EQ(Data(Typed(order)), R"({"customer_id":"c-1","order_number":"7","shipped_at":"1970-01-01T00:00:01Z",)"
                                R"("extra":{"@type":"type.googleapis.com/shop.v1.Plain","text":"x"}})");
}

TEST_F(EventTranslatorTest, ValuesInATopicAreEncoded) {
  shop::v1::OrderShipped order;
  order.set_customer_id("a/b:ü~$");
  EXPECT_EQ(Topic(Typed(order)), "orders:a~2fb~3a~c3~bc~7e~24");
}

TEST_F(EventTranslatorTest, EveryKindOfScalarFillsATopic) {
  shop::v1::EveryKindOfTopic message;
  message.set_number(-5);
  message.set_big(std::numeric_limits<uint64_t>::max());
  message.set_flag(true);
  message.set_region(shop::v1::REGION_NORTH);
  message.set_name("n");
  EXPECT_EQ(Topic(Typed(message)), "-5/18446744073709551615/true/REGION_NORTH/n");
  message.set_region(static_cast<shop::v1::Region>(77));
  message.set_number(0);
  EXPECT_EQ(Topic(Typed(message)), "0/18446744073709551615/true/77/n");
}

TEST_F(EventTranslatorTest, AFieldOfTheTopicWithoutAValueIsRefused) {
  EXPECT_THAT(Topic(Typed(shop::v1::OrderShipped())),
              AllOf(HasSubstr("TOPIC_FIELD_EMPTY INVALID_ARGUMENT field=customer_id"), HasSubstr("set it")));
  EXPECT_THAT(Topic(Typed(shop::v1::EveryKindOfTopic())), HasSubstr("TOPIC_FIELD_EMPTY INVALID_ARGUMENT field=name"));
}

TEST_F(EventTranslatorTest, ATopicThatGrowsTooLongIsRefused) {
  shop::v1::OrderShipped order;
  order.set_customer_id(std::string(300, 'x'));
  EXPECT_THAT(Topic(Typed(order)), HasSubstr("BAD_TOPIC INVALID_ARGUMENT field=topic"));
}

TEST_F(EventTranslatorTest, TopicsAndTypesThatMayNotBeAreRefused) {
  v1::Event event = JsonText("{}");
  event.set_topic("$bridge");
  EXPECT_THAT(Data(event), HasSubstr("BAD_TOPIC"));
  event.set_topic("a b");
  EXPECT_THAT(Data(event), HasSubstr("BAD_TOPIC"));
  event.set_topic("a");
  event.set_type("disconnect");
  EXPECT_THAT(Data(event), HasSubstr("BAD_TYPE INVALID_ARGUMENT field=type"));
}

TEST_F(EventTranslatorTest, MissingTopicOrTypeTellsBothWays) {
  v1::Event event = JsonText("{}");
  event.clear_topic();
  EXPECT_THAT(Data(event), AllOf(HasSubstr("MISSING_TOPIC INVALID_ARGUMENT field=topic"), HasSubstr("Event.topic"),
                                 HasSubstr("(spanwire.v1.event)")));
  event = Typed(shop::v1::Plain());
  event.set_topic("a");
  EXPECT_THAT(Data(event), AllOf(HasSubstr("MISSING_TYPE INVALID_ARGUMENT field=type"), HasSubstr("Event.type"),
                                 HasSubstr("(spanwire.v1.event)")));
}

TEST_F(EventTranslatorTest, AnEventWithoutPayloadIsRefused) {
  EXPECT_THAT(Data(Addressed()), HasSubstr("MISSING_PAYLOAD INVALID_ARGUMENT field=payload"));
}

TEST_F(EventTranslatorTest, AnUnknownTypeIsAFailedPrecondition) {
  v1::Event event = Addressed();
  event.mutable_message()->set_type_url("type.googleapis.com/none.Such");
  EXPECT_THAT(Data(event),
              AllOf(HasSubstr("UNKNOWN_TYPE FAILED_PRECONDITION type=none.Such"), HasSubstr("--schema-dir")));
  event.mutable_message()->set_type_url("");
  EXPECT_THAT(Data(event), HasSubstr("BAD_PAYLOAD INVALID_ARGUMENT field=message.type_url"));
}

TEST_F(EventTranslatorTest, TheLastSegmentOfTheUrlNamesTheType) {
  v1::Event event = Typed(v1::AllRead());
  for (const char* url : {"spanwire.v1.AllRead", "/spanwire.v1.AllRead", "https://x.example/a/spanwire.v1.AllRead"}) {
    event.mutable_message()->set_type_url(url);
    EXPECT_EQ(Data(event), "{}") << url;
  }
}

TEST_F(EventTranslatorTest, WrongBytesAreRefused) {
  v1::Event event = Typed(v1::Log());
  event.mutable_message()->set_value("\x0a\x05hi");
  EXPECT_THAT(Data(event),
              AllOf(HasSubstr("BAD_PAYLOAD INVALID_ARGUMENT field=message"), HasSubstr("spanwire.v1.Log")));
  event = Typed(shop::v1::Plain());
  *event.mutable_message()->mutable_value() = "\x0a\x01\xff";
  EXPECT_THAT(Data(event), HasSubstr("BAD_PAYLOAD INVALID_ARGUMENT field=message"));
}

TEST_F(EventTranslatorTest, Proto2MessagesNeedTheirRequiredFieldsAndUtf8) {
  v1::Event event = Addressed();
  event.mutable_message()->set_type_url("x/spanwire.test.OldStyle");
  EXPECT_THAT(Data(event), AllOf(HasSubstr("BAD_PAYLOAD"), HasSubstr("name")));
  event.mutable_message()->set_value("\x0a\x01\xff");
  EXPECT_THAT(Data(event), AllOf(HasSubstr("BAD_PAYLOAD INVALID_ARGUMENT field=message"), HasSubstr("UTF-8")));
}

TEST_F(EventTranslatorTest, MetricsAreTheDataOfAStatsUpdate) {
  v1::StatsUpdate stats;
  (*stats.mutable_metrics())["cpu"] = 45.2;
  EXPECT_EQ(Data(Typed(stats)), R"({"cpu":45.2})");
  EXPECT_EQ(Data(Typed(v1::StatsUpdate())), "{}");
}

TEST_F(EventTranslatorTest, DataThatIsNoObjectBecomesTheMemberValue) {
  google::protobuf::Int64Value number;
  number.set_value(5);
  EXPECT_EQ(Data(Addressed(Typed(number))), R"({"value":"5"})");
  google::protobuf::Value value;
  EXPECT_EQ(Data(Addressed(Typed(value))), R"({"value":null})");
  value.mutable_list_value()->add_values()->set_bool_value(true);
  EXPECT_EQ(Data(Addressed(Typed(value))), R"({"value":[true]})");
  value.mutable_struct_value();
  EXPECT_EQ(Data(Addressed(Typed(value))), "{}");
  google::protobuf::Timestamp time;
  EXPECT_EQ(Data(Addressed(Typed(time))), R"({"value":"1970-01-01T00:00:00Z"})");
}

TEST_F(EventTranslatorTest, ADataFieldOfAnyKindMakesAnObject) {
  shop::v1::Level level;
  level.set_percent(12.5);
  EXPECT_EQ(Data(Typed(level)), R"({"value":12.5})");
  shop::v1::Names names;
  names.add_names("a");
  EXPECT_EQ(Data(Typed(names)), R"({"value":["a"]})");
  EXPECT_EQ(Data(Typed(shop::v1::Maybe())), R"({"value":null})");
  shop::v1::Anything anything;
  (*anything.mutable_value()->mutable_struct_value()->mutable_fields())["a"].set_bool_value(false);
  EXPECT_EQ(Data(Typed(anything)), R"({"a":false})");
}

TEST_F(EventTranslatorTest, OptionsMakeAnEntityEvent) {
  shop::v1::OrderChanged change;
  change.set_order_id("o-1");
  change.mutable_order()->set_title("t");
  const v1::Event event = Typed(change);
  const auto opened = translator_.Open(event);
  ASSERT_TRUE(opened.ok()) << opened.status();
  ASSERT_TRUE(opened->entity().has_value());
  EXPECT_EQ(opened->entity()->kind, "UPDATED");
  EXPECT_EQ(opened->entity()->entity_id, "o-1");
  EXPECT_EQ(opened->entity()->user_id, "");
  EXPECT_EQ(Data(event), R"({"title":"t","items":[]})");
  change.clear_order_id();
  EXPECT_THAT(Data(Typed(change)), HasSubstr("BAD_ENTITY INVALID_ARGUMENT field=message.order_id"));
}

TEST_F(EventTranslatorTest, TheEventsOwnEntityWins) {
  shop::v1::OrderChanged change;
  change.set_order_id("o-1");
  v1::Event event = Typed(change);
  event.mutable_entity()->set_kind(v1::EntityChange::KIND_STATUS_CHANGED);
  event.mutable_entity()->set_entity_id("o-2");
  event.mutable_entity()->set_user_id("u");
  const auto opened = translator_.Open(event);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->entity()->kind, "STATUS_CHANGED");
  EXPECT_EQ(opened->entity()->entity_id, "o-2");
  EXPECT_EQ(opened->entity()->user_id, "u");
}

TEST_F(EventTranslatorTest, EntitiesAreChecked) {
  v1::Event event = JsonText("{}");
  v1::EntityChange& entity = *event.mutable_entity();
  EXPECT_THAT(Data(event), HasSubstr("BAD_ENTITY INVALID_ARGUMENT field=entity.kind"));
  entity.set_custom_kind("ARCHIVED_2");
  EXPECT_THAT(Data(event), HasSubstr("BAD_ENTITY INVALID_ARGUMENT field=entity.entity_id"));
  entity.set_entity_id(std::string(256, 'x'));
  EXPECT_EQ(Data(event), "{}");
  entity.set_entity_id(std::string(257, 'x'));
  EXPECT_THAT(Data(event), HasSubstr("BAD_ENTITY INVALID_ARGUMENT field=entity.entity_id"));
  entity.set_entity_id("x");
  for (const std::string& word : {std::string("a-b"), std::string("ü"), std::string(65, 'x')}) {
    entity.set_custom_kind(word);
    EXPECT_THAT(Data(event), HasSubstr("BAD_ENTITY INVALID_ARGUMENT field=entity.custom_kind"));
  }
  entity.set_custom_kind("ok");
  entity.set_kind(v1::EntityChange::KIND_ADDED);
  EXPECT_THAT(Data(event), HasSubstr("give one"));
  entity.clear_custom_kind();
  EXPECT_EQ(Data(event), "{}");
  entity.set_kind(static_cast<v1::EntityChange::Kind>(42));
  EXPECT_THAT(Data(event), HasSubstr("BAD_ENTITY INVALID_ARGUMENT field=entity.kind"));
}

TEST_F(EventTranslatorTest, AStructIsItsJson) {
  v1::Event event = Addressed();
  auto& fields = *event.mutable_json()->mutable_fields();
  EXPECT_EQ(Data(event), "{}");
  fields["a"].mutable_list_value()->add_values()->set_number_value(1e5);
  EXPECT_EQ(Data(event), R"({"a":[100000]})");
  fields["a"].set_number_value(std::numeric_limits<double>::infinity());
  EXPECT_THAT(Data(event), HasSubstr("BAD_PAYLOAD INVALID_ARGUMENT field=json"));
}

TEST_F(EventTranslatorTest, JsonTextIsCompactedAndChecked) {
  EXPECT_EQ(Data(JsonText(R"( {"a" : 1.50} )")), R"({"a":1.50})");
  EXPECT_THAT(Data(JsonText("[1]")), HasSubstr("BAD_PAYLOAD INVALID_ARGUMENT field=json_text"));
  EXPECT_THAT(Data(JsonText("{")), HasSubstr("BAD_PAYLOAD INVALID_ARGUMENT field=json_text"));
}

// One number for all: 33 and 64 were bounds once, of the protobuf library and of Boost.
TEST_F(EventTranslatorTest, EveryPayloadMayNestAsDeep) {
  const auto text_of = [](int levels) {
    std::string text = "1";
    for (int i = 0; i < levels; ++i) text = "{\"a\":" + text + "}";
    return text;
  };
  const auto struct_of = [](int levels) {
    google::protobuf::Value value;
    value.set_number_value(1);
    for (int i = 0; i < levels; ++i) {
      google::protobuf::Value outer;
      (*outer.mutable_struct_value()->mutable_fields())["a"] = value;
      value.Swap(&outer);
    }
    return value.struct_value();
  };
  const auto json = [&](int levels) {
    v1::Event event = Addressed();
    *event.mutable_json() = struct_of(levels);
    return event;
  };
  const auto message = [&](int levels) {
    v1::SystemEvent system;
    *system.mutable_details() = struct_of(levels - 1);
    return Typed(system);
  };
  const std::string sentence = ": the payload nests deeper than 100 levels: flatten it";
  EXPECT_EQ(Data(JsonText(text_of(100))), text_of(100));
  EXPECT_EQ(Data(JsonText(text_of(101))),
            "BAD_PAYLOAD INVALID_ARGUMENT limit=100 field=json_text: json_text" + sentence);
  EXPECT_EQ(Data(json(100)), text_of(100));
  EXPECT_EQ(Data(json(101)), "BAD_PAYLOAD INVALID_ARGUMENT limit=100 field=json: json" + sentence);
  EXPECT_THAT(Data(message(100)), HasSubstr(text_of(99)));
  for (const int levels : {101, 1000}) {
    EXPECT_EQ(Data(message(levels)), "BAD_PAYLOAD INVALID_ARGUMENT limit=100 field=message: message" + sentence);
  }
}

TEST_F(EventTranslatorTest, DataOverTheLimitIsRefused) {
  const EventTranslator small(SchemaRegistry::BuiltIn(), 100);
  const auto reason = [&](const v1::Event& event) {
    auto opened = small.Open(event);
    std::string out;
    const absl::Status status = opened.ok() ? opened->AppendData(&out) : opened.status();
    EXPECT_THAT(Show(status), HasSubstr("limit=100"));
    return model::DetailOf(status).reason;
  };
  EXPECT_EQ(reason(JsonText("{\"a\":\"" + std::string(100, 'x') + "\"}")), "EVENT_TOO_LARGE");
  v1::Log log;
  log.set_message(std::string(80, 'x'));  // fits by its bytes and not by its JSON
  EXPECT_EQ(reason(Typed(log)), "EVENT_TOO_LARGE");
  log.set_message(std::string(200, 'x'));
  EXPECT_EQ(reason(Typed(log)), "EVENT_TOO_LARGE");
  v1::Event event = Addressed();
  (*event.mutable_json()->mutable_fields())["a"].set_string_value(std::string(100, 'x'));
  EXPECT_EQ(reason(event), "EVENT_TOO_LARGE");
}

TEST_F(EventTranslatorTest, UnknownFieldsAreCounted) {
  v1::Log log;
  log.GetReflection()->MutableUnknownFields(&log)->AddVarint(999, 1);
  EXPECT_EQ(Data(Typed(log)), R"({"level":"","message":"","source":""})");
  EXPECT_EQ(unknown_fields_, 1u);
  v1::StatsUpdate stats;  // its data is one field, and the unknown one stands beside it
  stats.GetReflection()->MutableUnknownFields(&stats)->AddVarint(999, 1);
  Data(Typed(stats));
  EXPECT_EQ(unknown_fields_, 1u);
}

TEST_F(EventTranslatorTest, AnOpenedEventCanBeMoved) {
  shop::v1::OrderShipped order;
  order.set_customer_id("c");
  const v1::Event event = Typed(order);
  OpenedEvent first = *translator_.Open(event);
  const OpenedEvent second = std::move(first);
  EXPECT_EQ(second.topic(), "orders:c");
  EXPECT_EQ(second.type(), "order_shipped");
}

TEST_F(EventTranslatorTest, ManyThreadsTranslateAtOnce) {
  shop::v1::OrderShipped order;
  order.set_customer_id("c");
  (*order.mutable_shipped_at()).set_seconds(1);
  v1::StatsUpdate stats;
  (*stats.mutable_metrics())["cpu"] = 1;
  const v1::Event loaded = Typed(order), built_in = Typed(stats);
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        for (const v1::Event* event : {&loaded, &built_in}) {
          std::string out;
          auto opened = translator_.Open(*event);
          if (opened.ok() && opened->AppendData(&out).ok() && out.starts_with('{') && out.ends_with('}')) ++right;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 4 * 500 * 2);
}

TEST_F(EventTranslatorTest, ManyEventsCanBeOpenAtOnce) {
  std::vector<v1::Event> events(100);
  std::vector<OpenedEvent> opened;
  for (size_t i = 0; i < events.size(); ++i) {
    shop::v1::Plain message;
    message.set_text(std::string(i * 100, 'x'));
    events[i] = Addressed(Typed(message));
    opened.push_back(*translator_.Open(events[i]));
  }
  for (size_t i = 0; i < events.size(); ++i) {
    std::string out;
    ASSERT_TRUE(opened[i].AppendData(&out).ok());
    EXPECT_EQ(out.size(), i * 100 + std::string_view(R"({"text":""})").size());
  }
}

}  // namespace
}  // namespace spanwire::schema
