#include "boost/json/parse.hpp"
#include "boost/json/value.hpp"
#include "cli/schema/message_pool.h"
#include "gmock/gmock.h"
#include "tests/unit/cli/cli_test.h"

namespace spanwire::cli {
namespace {

using testing::HasSubstr;

using SchemaTest = CliTest;

TEST_F(SchemaTest, ListPrintsWhereEventsGo) {
  const Outcome outcome = Run({"schema", "list"});
  EXPECT_EQ(outcome.out,
            "MESSAGE                  TYPE          TOPIC   ENTITY  SOURCE\n"
            "spanwire.v1.Alert        alert         alerts  -       builtin\n"
            "spanwire.v1.StatsUpdate  stats_update  stats   -       builtin\n");
  EXPECT_FALSE(bridge_.schema.list_request.include_unannotated());
  Run({"schema", "list", "--all"});
  EXPECT_TRUE(bridge_.schema.list_request.include_unannotated());
}

TEST_F(SchemaTest, ShowPrintsTheDeclaration) {
  const Outcome outcome = Run({"schema", "show", "spanwire.v1.StatsUpdate"});
  EXPECT_EQ(outcome.code, ExitCode::kOk) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("Declared in:  spanwire/v1/builtin_events.proto\n"));
  EXPECT_THAT(outcome.out, HasSubstr("Data:         field metrics\n"));
  EXPECT_THAT(outcome.out, HasSubstr("message StatsUpdate {\n"));
  EXPECT_THAT(outcome.out, HasSubstr("  map<string, double> metrics = 1;\n"));
}

TEST_F(SchemaTest, ShowAsJsonHoldsTheFiles) {
  const Outcome outcome = Run({"schema", "show", "spanwire.v1.Alert", "-o", "json"});
  const boost::json::value document = boost::json::parse(outcome.out);
  EXPECT_EQ(document.at("schema").at("event").at("topic"), "alerts");
  EXPECT_GT(document.at("files").at("file").as_array().size(), 1u);
}

TEST_F(SchemaTest, AnUnknownTypeExitsWith3) {
  EXPECT_EQ(Run({"schema", "show", "no.Such"}).code, ExitCode::kNotFound);
}

TEST(MessagePoolTest, FilesThatLackAnImportAreExplained) {
  google::protobuf::FileDescriptorSet files;
  google::protobuf::FileDescriptorProto& file = *files.add_file();
  file.set_name("a.proto");
  file.add_dependency("missing.proto");
  file.add_message_type()->set_name("A");
  const auto pool = schema::MessagePool::Build(files);
  ASSERT_TRUE(pool.ok());
  EXPECT_THAT(std::string((*pool)->Find("A").status().message()), HasSubstr("missing.proto"));
}

TEST(MessagePoolTest, FilesThatClashAreRefused) {
  google::protobuf::FileDescriptorSet files;
  for (const char* name : {"a.proto", "b.proto"}) {
    google::protobuf::FileDescriptorProto& file = *files.add_file();
    file.set_name(name);
    file.add_message_type()->set_name("A");
  }
  EXPECT_EQ(schema::MessagePool::Build(files).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace spanwire::cli
