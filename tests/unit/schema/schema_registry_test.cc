#include "bridge/schema/schema_registry.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/model/error.h"
#include "every_kind.pb.h"
#include "old_style.pb.h"
#include "orders.pb.h"
#include "spanwire/v1/builtin_events.pb.h"
#include "tests/unit/schema/descriptor_sets.h"

namespace spanwire::schema {
namespace {

using google::protobuf::DescriptorProto;
using google::protobuf::FieldDescriptorProto;
using google::protobuf::FileDescriptorProto;
using google::protobuf::FileDescriptorSet;
using testing::AllOf;
using testing::HasSubstr;

// A file `t.proto` with one message `t.Event` that has fields of each kind that matters to options.
FileDescriptorProto AnnotatedFile(const v1::EventOptions& options) {
  FileDescriptorProto file;
  file.set_name("t.proto");
  file.set_package("t");
  file.set_syntax("proto3");
  file.add_dependency("spanwire/v1/options.proto");
  DescriptorProto& message = *file.add_message_type();
  message.set_name("Event");
  *message.mutable_options()->MutableExtension(v1::event) = options;
  const auto add = [&](const char* name, FieldDescriptorProto::Type type, FieldDescriptorProto::Label label) {
    FieldDescriptorProto& field = *message.add_field();
    field.set_name(name);
    field.set_number(message.field_size());
    field.set_type(type);
    field.set_label(label);
  };
  add("text", FieldDescriptorProto::TYPE_STRING, FieldDescriptorProto::LABEL_OPTIONAL);
  add("list", FieldDescriptorProto::TYPE_STRING, FieldDescriptorProto::LABEL_REPEATED);
  add("ratio", FieldDescriptorProto::TYPE_DOUBLE, FieldDescriptorProto::LABEL_OPTIONAL);
  add("blob", FieldDescriptorProto::TYPE_BYTES, FieldDescriptorProto::LABEL_OPTIONAL);
  return file;
}

DescriptorSet SetOfFiles(const std::string& source, const std::vector<FileDescriptorProto>& files) {
  FileDescriptorSet set;
  for (const FileDescriptorProto& file : files) *set.add_file() = file;
  return {source, set.SerializeAsString()};
}

absl::Status LoadFault(const std::vector<DescriptorSet>& sets) {
  const absl::Status status = SchemaRegistry::Load(sets).status();
  if (!status.ok()) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(model::DetailOf(status).reason, "BAD_SCHEMA");
  }
  return status;
}

std::string OptionFault(const v1::EventOptions& options) {
  return std::string(LoadFault({SetOfFiles("t.binpb", {AnnotatedFile(options)})}).message());
}

TEST(SchemaRegistry, BuiltInEventsAreKnownWithTheirOptions) {
  const auto registry = SchemaRegistry::BuiltIn();
  const std::vector<std::array<std::string, 3>> expected = {{"StatsUpdate", "stats_update", "stats"},
                                                            {"RuleChange", "rule_change", "rules"},
                                                            {"SystemEvent", "system_event", "system"},
                                                            {"Log", "log", "logs"},
                                                            {"Alert", "alert", "alerts"},
                                                            {"Notification", "notification", "notifications"},
                                                            {"NotificationRead", "notification_read", "notifications"},
                                                            {"AllRead", "all_read", "notifications"},
                                                            {"TaskUpdate", "task_update", "tasks"}};
  for (const auto& [name, type, topic] : expected) {
    const MessageType* found = registry->Find("spanwire.v1." + name);
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(found->source(), "builtin");
    EXPECT_EQ(found->rules().options.type(), type);
    ASSERT_TRUE(found->rules().topic.is_literal());
    EXPECT_EQ(found->rules().topic.literal(), topic);
  }
  EXPECT_EQ(registry->Find("spanwire.v1.StatsUpdate")->rules().data_field->name(), "metrics");
}

TEST(SchemaRegistry, WellKnownTypesMayBePublishedAndMessagesOfTheServiceMayNot) {
  const auto registry = SchemaRegistry::BuiltIn();
  EXPECT_NE(registry->Find("google.protobuf.Struct"), nullptr);
  EXPECT_NE(registry->Find("google.protobuf.Int64Value"), nullptr);
  EXPECT_EQ(registry->Find("spanwire.v1.Event"), nullptr);
  EXPECT_EQ(registry->Find(""), nullptr);
}

TEST(SchemaRegistry, SetsBringTheirMessagesNestedOnesTooButNotMapEntries) {
  const auto registry = *SchemaRegistry::Load({SetOf<shop::v1::Plain>("orders.binpb"), SetOf<test::Maps>("kinds.pb")});
  const MessageType* type = registry->Find("shop.v1.OrderChanged");
  ASSERT_NE(type, nullptr);
  EXPECT_EQ(type->source(), "orders.binpb");
  EXPECT_EQ(type->rules().options.type(), "order_changed");
  EXPECT_EQ(type->rules().entity_id_field->name(), "order_id");
  EXPECT_NE(registry->Find("shop.v1.OrderChanged.Order"), nullptr);
  EXPECT_EQ(registry->Find("spanwire.test.Maps")->source(), "kinds.pb");
  EXPECT_FALSE(registry->Find("spanwire.test.Maps")->rules().annotated);
  EXPECT_EQ(registry->Find("spanwire.test.Maps.ByInt32Entry"), nullptr);
}

TEST(SchemaRegistry, TypesAreListedByNameWithTheirSource) {
  const auto registry = *SchemaRegistry::Load({SetOf<shop::v1::Plain>("orders.binpb")});
  std::vector<std::string> names;
  for (const MessageType* type : registry->ListTypes()) names.push_back(type->name() + " " + type->source());
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_THAT(names, testing::IsSupersetOf({"shop.v1.OrderShipped orders.binpb", "spanwire.v1.Log builtin",
                                            "google.protobuf.Struct builtin"}));
}

TEST(SchemaRegistry, FilesOfATypeCanBeLoadedAgain) {
  const auto registry = *SchemaRegistry::Load({SetOf<shop::v1::Plain>("orders.binpb")});
  const FileDescriptorSet files = SchemaRegistry::FilesOf(*registry->Find("shop.v1.OrderShipped"));
  EXPECT_EQ(files.file(files.file_size() - 1).name(), "orders.proto");
  const auto again = SchemaRegistry::Load({{"again", files.SerializeAsString()}});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*again)->Find("shop.v1.OrderShipped")->rules().options.topic(), "orders:{customer_id}");
}

TEST(SchemaRegistry, CompiledInFilesNeedNotBeInTheSets) {
  FileDescriptorSet set;
  shop::v1::Plain::descriptor()->file()->CopyTo(set.add_file());
  const auto registry = SchemaRegistry::Load({{"orders.binpb", set.SerializeAsString()}});
  ASSERT_TRUE(registry.ok()) << registry.status();
  EXPECT_NE((*registry)->Find("shop.v1.OrderShipped"), nullptr);
}

TEST(SchemaRegistry, CompiledInFilesCannotBeChangedBySets) {
  FileDescriptorProto file;
  v1::Log::descriptor()->file()->CopyTo(&file);
  file.mutable_message_type(3)->set_name("Lag");
  const auto registry = *SchemaRegistry::Load({SetOfFiles("other.pb", {file})});
  EXPECT_EQ(registry->Find("spanwire.v1.Lag"), nullptr);
  EXPECT_EQ(registry->Find("spanwire.v1.Log")->source(), "builtin");
  file.set_name("elsewhere/builtin_events.proto");  // a copy under another path
  EXPECT_EQ((*SchemaRegistry::Load({SetOfFiles("other.pb", {file})}))->Find("spanwire.v1.Alert")->source(), "builtin");
}

TEST(SchemaRegistry, AnnotationsCountWhateverThePathOfOptionsProto) {
  FileDescriptorProto options, file;
  v1::EventOptions::descriptor()->file()->CopyTo(&options);
  options.set_name("vendored/options.proto");
  v1::EventOptions event;
  event.set_type("given");
  file = AnnotatedFile(event);
  file.set_dependency(0, "vendored/options.proto");
  const auto registry = SchemaRegistry::Load({SetOfFiles("t.binpb", {file, options})});
  ASSERT_TRUE(registry.ok()) << registry.status();
  EXPECT_EQ((*registry)->Find("t.Event")->rules().options.type(), "given");
}

TEST(SchemaRegistry, EqualCopiesOfAFileAreFine) {
  EXPECT_TRUE(LoadFault({SetOf<shop::v1::Plain>("a.pb"), SetOf<shop::v1::Plain>("b.pb")}).ok());
  FileDescriptorProto with_comments = AnnotatedFile({});
  with_comments.mutable_source_code_info()->add_location()->set_leading_comments("why");
  EXPECT_TRUE(LoadFault({SetOfFiles("a.pb", {AnnotatedFile({})}), SetOfFiles("b.pb", {with_comments})}).ok());
}

TEST(SchemaRegistry, DifferentCopiesOfAFileAreRefusedWithBothSources) {
  FileDescriptorProto other = AnnotatedFile({});
  other.mutable_message_type(0)->mutable_field(0)->set_name("renamed");
  const absl::Status fault = LoadFault({SetOfFiles("a.pb", {AnnotatedFile({})}), SetOfFiles("b.pb", {other})});
  EXPECT_THAT(std::string(fault.message()), AllOf(HasSubstr("a.pb"), HasSubstr("b.pb"), HasSubstr("t.proto")));
}

TEST(SchemaRegistry, OneTypeInTwoFilesIsRefused) {
  FileDescriptorProto other = AnnotatedFile({});
  other.set_name("u.proto");
  const absl::Status fault = LoadFault({SetOfFiles("a.pb", {AnnotatedFile({})}), SetOfFiles("b.pb", {other})});
  EXPECT_THAT(std::string(fault.message()), AllOf(HasSubstr("b.pb"), HasSubstr("u.proto"), HasSubstr("t.Event")));
}

TEST(SchemaRegistry, BytesThatAreNoDescriptorSetAreRefused) {
  const std::string good = SetOf<shop::v1::Plain>("x").bytes;
  for (const std::string& bytes :
       {std::string(), std::string("syntax = \"proto3\";"), good.substr(0, good.size() - 7)}) {
    EXPECT_THAT(std::string(LoadFault({{"broken.pb", bytes}}).message()),
                AllOf(HasSubstr("broken.pb"), HasSubstr("protoc")));
  }
}

TEST(SchemaRegistry, EveryCutOfASetIsRefusedOrAWholeSet) {
  const std::string good = SetOf<test::EveryKind>("x").bytes;
  for (size_t size = 0; size < good.size(); size += 13) {
    const auto registry = SchemaRegistry::Load({{"cut.pb", good.substr(0, size)}});
    if (registry.ok()) {
      EXPECT_EQ((*registry)->Find("spanwire.test.EveryKind"), nullptr);
    }
  }
}

TEST(SchemaRegistry, MissingImportsAreNamed) {
  FileDescriptorProto file = AnnotatedFile({});
  file.add_dependency("company/money.proto");
  EXPECT_THAT(std::string(LoadFault({SetOfFiles("t.binpb", {file})}).message()),
              AllOf(HasSubstr("t.binpb"), HasSubstr("t.proto"), HasSubstr("company/money.proto"),
                    HasSubstr("--include_imports")));
}

TEST(SchemaRegistry, ImportsInACircleAreRefused) {
  FileDescriptorProto a, b;
  a.set_name("a.proto");
  a.add_dependency("b.proto");
  b.set_name("b.proto");
  b.add_dependency("a.proto");
  EXPECT_THAT(std::string(LoadFault({SetOfFiles("c.pb", {a, b})}).message()), HasSubstr("import each other"));
  a.set_dependency(0, "a.proto");
  EXPECT_THAT(std::string(LoadFault({SetOfFiles("c.pb", {a})}).message()), HasSubstr("import each other"));
}

TEST(SchemaRegistry, LongChainsOfImportsAreFine) {
  std::vector<FileDescriptorProto> files(5000);
  for (size_t i = 0; i < files.size(); ++i) {
    files[i].set_name(std::to_string(i));
    if (i + 1 < files.size()) files[i].add_dependency(std::to_string(i + 1));
  }
  EXPECT_TRUE(LoadFault({SetOfFiles("chain.pb", files)}).ok());
}

TEST(SchemaRegistry, LongChainsOfMessagesAreFine) {
  FileDescriptorProto file;
  file.set_name("chain.proto");
  for (int i = 0; i < 5000; ++i) {
    DescriptorProto& message = *file.add_message_type();
    message.set_name(fmt::format("M{}", i));
    if (i == 0) continue;
    FieldDescriptorProto& field = *message.add_field();
    field.set_name("previous");
    field.set_number(1);
    field.set_label(FieldDescriptorProto::LABEL_OPTIONAL);
    field.set_type(FieldDescriptorProto::TYPE_MESSAGE);
    field.set_type_name(fmt::format(".M{}", i - 1));
  }
  EXPECT_TRUE(LoadFault({SetOfFiles("chain.pb", {file})}).ok());
}

TEST(SchemaRegistry, WrongDefinitionsAreNamed) {
  FileDescriptorProto file = AnnotatedFile({});
  file.mutable_message_type(0)->mutable_field(1)->set_number(1);
  EXPECT_THAT(std::string(LoadFault({SetOfFiles("t.binpb", {file})}).message()),
              AllOf(HasSubstr("t.binpb"), HasSubstr("t.proto"), HasSubstr("t.Event")));
}

TEST(SchemaRegistry, TopicTemplatesAreChecked) {
  const auto fault = [](const char* topic) {
    v1::EventOptions options;
    options.set_topic(topic);
    return OptionFault(options);
  };
  EXPECT_EQ(fault("orders:{text}"), "");
  EXPECT_THAT(fault("orders:{txt}"), AllOf(HasSubstr("t.binpb"), HasSubstr("t.Event"), HasSubstr("no field \"txt\"")));
  EXPECT_THAT(fault("orders:{list}"), HasSubstr("single string"));
  EXPECT_THAT(fault("orders:{ratio}"), HasSubstr("single string"));
  EXPECT_THAT(fault("orders:{blob}"), HasSubstr("single string"));
  EXPECT_THAT(fault("orders:{text"), HasSubstr("no }"));
  EXPECT_THAT(fault("orders:{}"), HasSubstr("no field \"\""));
  EXPECT_THAT(fault("orders}"), HasSubstr("outside"));
  EXPECT_THAT(fault("two words"), HasSubstr("outside"));
  EXPECT_THAT(fault("$orders"), HasSubstr("$"));
}

TEST(SchemaRegistry, TypesOfEventsAreChecked) {
  v1::EventOptions options;
  options.set_type("subscription");
  EXPECT_THAT(OptionFault(options), AllOf(HasSubstr("t.Event"), HasSubstr("control type")));
  options.set_type("two words");
  EXPECT_THAT(OptionFault(options), HasSubstr("outside"));
}

TEST(SchemaRegistry, DataFieldsAndEntitiesAreChecked) {
  v1::EventOptions options;
  options.set_data_field("none");
  EXPECT_THAT(OptionFault(options), HasSubstr("data_field: the message has no field \"none\""));
  options.Clear();
  options.set_entity_id_field("text");
  EXPECT_THAT(OptionFault(options), HasSubstr("needs entity_kind"));
  options.set_entity_kind("two words");
  EXPECT_THAT(OptionFault(options), HasSubstr("entity_kind is 1 to 64"));
  options.set_entity_kind("ADDED");
  EXPECT_EQ(OptionFault(options), "");
  options.set_entity_id_field("none");
  EXPECT_THAT(OptionFault(options), HasSubstr("entity_id_field: the message has no field \"none\""));
  options.set_entity_id_field("list");
  EXPECT_THAT(OptionFault(options), HasSubstr("single string"));
  options.clear_entity_id_field();
  EXPECT_THAT(OptionFault(options), HasSubstr("needs entity_id_field"));
}

}  // namespace
}  // namespace spanwire::schema
