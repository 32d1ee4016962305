#include "bridge/ingest/schema_service.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/ingest/service_fixture.h"

namespace spanwire::ingest {
namespace {

class SchemaServiceTest : public ServiceTest {
 protected:
  grpc::Status Get(const std::string& name, v1::GetSchemaResponse* response) {
    grpc::ClientContext context;
    v1::GetSchemaRequest request;
    request.set_name(name);
    return schemas_->GetSchema(&context, request, response);
  }

  std::unique_ptr<v1::SchemaService::Stub> schemas_ = v1::SchemaService::NewStub(channel_);
};

TEST_F(SchemaServiceTest, ListsTheBuiltInEventsByName) {
  grpc::ClientContext context;
  v1::ListSchemasResponse response;
  ASSERT_TRUE(schemas_->ListSchemas(&context, {}, &response).ok());
  ASSERT_GE(response.schemas_size(), 9);
  const auto& schemas = response.schemas();
  EXPECT_TRUE(std::is_sorted(schemas.begin(), schemas.end(),
                             [](const v1::Schema& a, const v1::Schema& b) { return a.name() < b.name(); }));
  const auto alert = std::find_if(schemas.begin(), schemas.end(),
                                  [](const v1::Schema& schema) { return schema.name() == "spanwire.v1.Alert"; });
  ASSERT_NE(alert, schemas.end());
  EXPECT_EQ(alert->source(), "builtin");
  EXPECT_EQ(alert->event().type(), "alert");
  EXPECT_EQ(alert->event().topic(), "alerts");
}

TEST_F(SchemaServiceTest, ReturnsATypeWithTheFilesThatDeclareIt) {
  v1::GetSchemaResponse response;
  ASSERT_TRUE(Get("spanwire.v1.StatsUpdate", &response).ok());
  EXPECT_EQ(response.schema().event().data_field(), "metrics");
  ASSERT_GE(response.files().file_size(), 2);
  EXPECT_EQ(response.files().file(response.files().file_size() - 1).name(), "spanwire/v1/builtin_events.proto");
}

TEST_F(SchemaServiceTest, AnUnknownTypeIsNotFound) {
  v1::GetSchemaResponse response;
  EXPECT_EQ(CodeAndReason(Get("no.Such", &response)), "NOT_FOUND SCHEMA_NOT_FOUND");
}

TEST_F(SchemaServiceTest, ANameIsRequired) {
  v1::GetSchemaResponse response;
  EXPECT_EQ(CodeAndReason(Get("", &response)), "INVALID_ARGUMENT MISSING_NAME");
}

}  // namespace
}  // namespace spanwire::ingest
