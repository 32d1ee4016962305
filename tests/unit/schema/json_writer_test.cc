#include "bridge/schema/json_writer.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/model/error.h"
#include "bridge/schema/parsed_message.h"
#include "bridge/schema/schema_registry.h"
#include "every_kind.pb.h"
#include "old_style.pb.h"
#include "tests/unit/schema/descriptor_sets.h"

namespace spanwire::schema {
namespace {

using google::protobuf::Message;
using testing::HasSubstr;

constexpr size_t kNoLimit = size_t{1} << 30;

class JsonWriterTest : public testing::Test {
 protected:
  absl::Status Write(const Message& message, std::string* json, size_t max_bytes = kNoLimit) {
    JsonWriter writer(*registry_, json, max_bytes);
    absl::Status status = writer.Write(message, plans_.PlanFor(*message.GetDescriptor()));
    unknown_fields_ = writer.unknown_fields();
    return status;
  }

  std::string Json(const Message& message) {
    std::string json;
    const absl::Status status = Write(message, &json);
    return status.ok() ? json : "error: " + std::string(status.message());
  }

  absl::Status Fault(const Message& message) {
    std::string json;
    return Write(message, &json);
  }

  std::shared_ptr<const SchemaRegistry> registry_ = *SchemaRegistry::Load({SetOf<test::EveryKind>("every_kind")});
  JsonPlans plans_;
  uint64_t unknown_fields_ = 0;
};

TEST_F(JsonWriterTest, ScalarsAreAlwaysPrintedInTheOrderOfDeclarationByTheirOwnNames) {
  EXPECT_EQ(Json(test::Scalars()),
            R"({"double_value":0,"float_value":0,"int32_value":0,"int64_value":"0","uint32_value":0,)"
            R"("uint64_value":"0","sint32_value":0,"sint64_value":"0","fixed32_value":0,"fixed64_value":"0",)"
            R"("sfixed32_value":0,"sfixed64_value":"0","bool_value":false,"string_value":"","bytes_value":"",)"
            R"("enum_value":"COLOR_UNSPECIFIED","Odd__Name_1":"","renamed":""})");
}

TEST_F(JsonWriterTest, ListsAndMapsAreAlwaysPrintedAndMessagesOnlyWhenSet) {
  test::EveryKind message;
  EXPECT_EQ(Json(message), R"({"children":[],"named_children":{},"last":"","middle":""})");
  message.mutable_optionals();
  EXPECT_EQ(Json(message), R"({"optionals":{},"children":[],"named_children":{},"last":"","middle":""})");
}

TEST_F(JsonWriterTest, OptionalsAndOneofsArePrintedWhenSetEvenToZero) {
  test::Optionals optionals;
  optionals.set_int32_value(0);
  optionals.set_string_value("");
  EXPECT_EQ(Json(optionals), R"({"int32_value":0,"string_value":""})");
  test::EveryKind message;
  message.set_choice_int32(0);
  EXPECT_THAT(Json(message), HasSubstr(R"("choice_int32":0)"));
}

TEST_F(JsonWriterTest, WideIntegersAreStringsAndBytesAreBase64) {
  test::Optionals optionals;
  optionals.set_int64_value(std::numeric_limits<int64_t>::min());
  optionals.set_uint64_value(std::numeric_limits<uint64_t>::max());
  optionals.set_bytes_value("\xfb\xff\x01");
  EXPECT_EQ(Json(optionals),
            R"({"int64_value":"-9223372036854775808","uint64_value":"18446744073709551615","bytes_value":"+/8B"})");
}

TEST_F(JsonWriterTest, EnumsAreNamesAndUnknownOnesNumbers) {
  test::Lists lists;
  lists.add_enum_values(test::COLOR_CRIMSON);  // an alias: the first name stands for both
  lists.add_enum_values(test::COLOR_NEGATIVE);
  lists.add_enum_values(static_cast<test::Color>(99));
  EXPECT_THAT(Json(lists), HasSubstr(R"("enum_values":["COLOR_RED","COLOR_NEGATIVE",99])"));
}

TEST_F(JsonWriterTest, DoublesHaveTheFewestDigitsAndNoExponentBelowTenToTheSixteenth) {
  test::Lists lists;
  for (double value : {45.2, 0.1 + 0.2, 100000.0, 1e15, 1e16, -0.0, 1e-4, 1e-5}) lists.add_double_values(value);
  EXPECT_THAT(Json(lists), HasSubstr("[45.2,0.30000000000000004,100000,1000000000000000,1e+16,-0,0.0001,1e-05]"));
}

TEST_F(JsonWriterTest, NumbersThatAreNoneAreWords) {
  test::Lists lists;
  lists.add_double_values(std::numeric_limits<double>::quiet_NaN());
  lists.add_double_values(std::numeric_limits<double>::infinity());
  lists.add_float_values(-std::numeric_limits<float>::infinity());
  EXPECT_THAT(Json(lists), HasSubstr(R"("double_values":["NaN","Infinity"],"float_values":["-Infinity"])"));
}

TEST_F(JsonWriterTest, NullValueIsNull) {
  test::Nulls nulls;
  EXPECT_EQ(Json(nulls), R"({"null_value":null,"null_values":[]})");
  nulls.add_null_values(google::protobuf::NULL_VALUE);
  nulls.set_optional_null(google::protobuf::NULL_VALUE);
  EXPECT_EQ(Json(nulls), R"({"null_value":null,"null_values":[null],"optional_null":null})");
}

TEST_F(JsonWriterTest, MapKeysAreStrings) {
  test::Maps maps;
  (*maps.mutable_by_int64())[-5] = "x";
  (*maps.mutable_by_sfixed32())[7] = true;
  (*maps.mutable_times())["a\"b"].set_seconds(1);
  const std::string json = Json(maps);
  EXPECT_THAT(json, HasSubstr(R"("by_int64":{"-5":"eA=="})"));
  EXPECT_THAT(json, HasSubstr(R"("by_sfixed32":{"7":true})"));
  EXPECT_THAT(json, HasSubstr(R"("times":{"a\"b":"1970-01-01T00:00:01Z"})"));
}

TEST_F(JsonWriterTest, TimesHaveAsManyDigitsAsTheyNeed) {
  google::protobuf::Timestamp time;
  EXPECT_EQ(Json(time), R"("1970-01-01T00:00:00Z")");
  time.set_seconds(253'402'300'799);
  time.set_nanos(999'999'999);
  EXPECT_EQ(Json(time), R"("9999-12-31T23:59:59.999999999Z")");
  time.set_seconds(-62'135'596'800);
  time.set_nanos(10'000'000);
  EXPECT_EQ(Json(time), R"("0001-01-01T00:00:00.010Z")");
  google::protobuf::Duration duration;
  duration.set_nanos(-1000);
  EXPECT_EQ(Json(duration), R"("-0.000001s")");
}

TEST_F(JsonWriterTest, TimesOutOfRangeAreRefused) {
  google::protobuf::Timestamp time;
  time.set_seconds(253'402'300'800);
  EXPECT_THAT(Json(time), HasSubstr("years 1 to 9999"));
  time.set_seconds(-62'135'596'801);
  EXPECT_THAT(Json(time), HasSubstr("years 1 to 9999"));
  time.set_seconds(0);
  time.set_nanos(-1);
  EXPECT_THAT(Json(time), HasSubstr("nanos"));
  google::protobuf::Duration duration;
  duration.set_seconds(1);
  duration.set_nanos(-1);
  EXPECT_THAT(Json(duration), HasSubstr("differ in sign"));
  duration.set_seconds(std::numeric_limits<int64_t>::min());
  EXPECT_THAT(Json(duration), HasSubstr("10000 years"));
}

TEST_F(JsonWriterTest, AFieldMaskIsOneStringOfCamelCasePaths) {
  google::protobuf::FieldMask mask;
  mask.add_paths("foo_bar.baz");
  mask.add_paths("b");
  EXPECT_EQ(Json(mask), R"("fooBar.baz,b")");
  mask.add_paths("\xff");
  EXPECT_THAT(Json(mask), HasSubstr("UTF-8"));
}

TEST_F(JsonWriterTest, AnAnyShowsItsTypeAndAllThatItsMessagePrints) {
  google::protobuf::Any any;
  EXPECT_EQ(Json(any), "{}");
  any.PackFrom(test::Nulls());
  EXPECT_EQ(Json(any), R"({"@type":"type.googleapis.com/spanwire.test.Nulls","null_value":null,"null_values":[]})");
  any.PackFrom(google::protobuf::Int64Value());
  EXPECT_EQ(Json(any), R"({"@type":"type.googleapis.com/google.protobuf.Int64Value","value":"0"})");
  google::protobuf::Any outer;
  outer.PackFrom(any);
  EXPECT_EQ(Json(outer), R"({"@type":"type.googleapis.com/google.protobuf.Any",)"
                         R"("value":{"@type":"type.googleapis.com/google.protobuf.Int64Value","value":"0"}})");
}

TEST_F(JsonWriterTest, AnAnyOfUnknownTypeIsRefusedAndNamed) {
  google::protobuf::Any any;
  any.set_type_url("type.googleapis.com/none.Such");
  const absl::Status status = Fault(any);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(model::DetailOf(status).reason, "UNKNOWN_TYPE");
  EXPECT_THAT(model::DetailOf(status).metadata, testing::ElementsAre(testing::Pair("type", "none.Such")));
}

TEST_F(JsonWriterTest, AnAnyWithWrongBytesIsRefused) {
  google::protobuf::Any any;
  any.set_value("x");
  EXPECT_THAT(Json(any), HasSubstr("no type_url"));
  any.set_type_url("type.googleapis.com/spanwire.test.Scalars");
  any.set_value("\x0a");
  EXPECT_THAT(Json(any), HasSubstr("no message of type spanwire.test.Scalars"));
}

TEST_F(JsonWriterTest, AValueThatHoldsNothingIsLeftOut) {
  test::WellKnown message;
  message.mutable_value();
  message.mutable_list_value()->add_values();
  message.mutable_list_value()->add_values()->set_bool_value(true);
  (*message.mutable_struct_()->mutable_fields())["a"];
  EXPECT_EQ(Json(message), R"({"struct":{},"list_value":[true],"timestamps":[],"anys":[],"structs":[],"wrappers":[],)"
                           R"("durations":[]})");
}

TEST_F(JsonWriterTest, NumbersInAValueThatAreNoneAreRefused) {
  google::protobuf::Value value;
  value.set_number_value(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(Json(value), HasSubstr("NaN or infinite"));
}

TEST_F(JsonWriterTest, TextThatIsNoUtf8IsRefusedWhereverItStands) {
  test::Scalars scalars;
  scalars.set_string_value("a\xff");
  EXPECT_THAT(Json(scalars), HasSubstr("spanwire.test.Scalars.string_value is not valid UTF-8"));
  test::Maps maps;
  (*maps.mutable_times())["\xc0"];
  EXPECT_THAT(Json(maps), HasSubstr("UTF-8"));
  google::protobuf::Struct object;
  (*object.mutable_fields())["\xff"].set_bool_value(true);
  EXPECT_THAT(Json(object), HasSubstr("UTF-8"));
  google::protobuf::Value value;
  value.set_string_value("\xed\xa0\x80");
  EXPECT_THAT(Json(value), HasSubstr("UTF-8"));
}

TEST_F(JsonWriterTest, NestingIsBounded) {
  test::EveryKind message;
  test::EveryKind* innermost = &message;
  for (int depth = 1; depth < kMaxNesting - 1; ++depth) innermost = innermost->mutable_child();
  EXPECT_TRUE(Fault(message).ok());
  innermost->mutable_child()->mutable_child();
  EXPECT_THAT(Json(message), HasSubstr("deeper than 100"));
  google::protobuf::Value value;
  google::protobuf::Value* inside = &value;
  for (int depth = 0; depth < 101; ++depth) inside = inside->mutable_list_value()->add_values();
  inside->set_bool_value(true);
  EXPECT_THAT(Json(value), HasSubstr("deeper than 100"));
}

TEST_F(JsonWriterTest, NestingThroughAnyIsBoundedToo) {
  google::protobuf::Any any;
  for (int depth = 0; depth < 110; ++depth) {
    google::protobuf::Any outer;
    outer.PackFrom(any);
    any = outer;
  }
  EXPECT_THAT(Json(any), HasSubstr("deeper than 100"));
}

TEST_F(JsonWriterTest, OutputIsBounded) {
  test::Lists lists;
  for (int i = 0; i < 10'000; ++i) lists.add_messages();
  std::string json;
  const absl::Status status = Write(lists, &json, 10'000);
  EXPECT_EQ(model::DetailOf(status).reason, "EVENT_TOO_LARGE");
  EXPECT_LT(json.size(), 20'000u);
}

TEST_F(JsonWriterTest, UnknownFieldsAreLeftOutAndCountedInEveryMessage) {
  test::EveryKind message, known;
  for (Message* each : {static_cast<Message*>(&message), static_cast<Message*>(message.mutable_child()),
                        static_cast<Message*>(message.add_children())}) {
    each->GetReflection()->MutableUnknownFields(each)->AddVarint(999, 1);
  }
  known.mutable_child();
  known.add_children();
  const std::string json = Json(message);
  EXPECT_EQ(unknown_fields_, 3u);
  EXPECT_EQ(json, Json(known));
  EXPECT_EQ(unknown_fields_, 0u);
}

TEST_F(JsonWriterTest, LoadedWellKnownTypesPrintAsCompiledInOnes) {
  test::WellKnown message;
  message.mutable_timestamp()->set_seconds(5);
  message.mutable_duration()->set_seconds(-5);
  message.mutable_field_mask()->add_paths("a_b");
  (*message.mutable_struct_()->mutable_fields())["k"].mutable_list_value()->add_values()->set_number_value(1.5);
  message.mutable_any()->PackFrom(test::WellKnown(message));
  message.mutable_bytes_wrapper()->set_value("x");
  const MessageType* type = registry_->Find("spanwire.test.WellKnown");
  ASSERT_NE(type, nullptr);
  ASSERT_NE(type->descriptor().file()->pool(), message.GetDescriptor()->file()->pool());
  const auto loaded = ParsedMessage::Parse(type->prototype(), message.SerializeAsString());
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(Json(**loaded), Json(message));
}

TEST_F(JsonWriterTest, Proto2PrintsWhatIsSetAndNotDefaultsOrExtensions) {
  test::OldStyle message;
  message.set_name("n");
  EXPECT_EQ(Json(message), R"({"name":"n","item":[]})");
  message.set_count(7);
  message.add_item()->set_title("t");
  message.SetExtension(test::nickname, "x");
  EXPECT_EQ(Json(message), R"({"name":"n","count":7,"item":[{"title":"t"}]})");
}

TEST_F(JsonWriterTest, OneFieldAloneIsItsValue) {
  test::EveryKind message;
  const JsonPlan& plan = plans_.PlanFor(*test::EveryKind::descriptor());
  const auto field_json = [&](const char* name) {
    std::string json;
    JsonWriter writer(*registry_, &json, kNoLimit);
    const int index = test::EveryKind::descriptor()->FindFieldByName(name)->index();
    EXPECT_TRUE(writer.WriteField(message, plan.fields[static_cast<size_t>(index)]).ok());
    return json;
  };
  EXPECT_EQ(field_json("optionals"), "{}");
  EXPECT_EQ(field_json("choice_string"), "null");
  EXPECT_EQ(field_json("choice_value"), "null");
  EXPECT_EQ(field_json("children"), "[]");
  EXPECT_EQ(field_json("named_children"), "{}");
  message.set_last("x");
  EXPECT_EQ(field_json("last"), "\"x\"");
}

}  // namespace
}  // namespace spanwire::schema
