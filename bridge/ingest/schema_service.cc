#include "bridge/ingest/schema_service.h"

#include <string>

#include <fmt/format.h>

#include "bridge/model/error.h"
#include "bridge/rpc/grpc_status.h"

namespace spanwire::ingest {
namespace {

grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(rpc::ToGrpcStatus(status));
  return reactor;
}

void Describe(const schema::MessageType& type, v1::Schema* schema) {
  schema->set_name(type.name());
  schema->set_source(type.source());
  if (type.rules().annotated) *schema->mutable_event() = type.rules().options;
}

absl::Status MissingName() {
  return model::MakeError(absl::StatusCode::kInvalidArgument,
                          "name is empty: give a message type's full name, such as \"spanwire.v1.StatsUpdate\"",
                          {.reason = "MISSING_NAME", .metadata = {{"field", "name"}}});
}

absl::Status NotFound(const std::string& name) {
  return model::MakeError(
      absl::StatusCode::kNotFound,
      fmt::format("message type \"{}\" is not known here: list the types, or put its descriptor set into --schema-dir",
                  name.substr(0, 256)),
      {.reason = "SCHEMA_NOT_FOUND", .metadata = {{"name", name}}});
}

}  // namespace

grpc::ServerUnaryReactor* SchemaServiceImpl::ListSchemas(grpc::CallbackServerContext* context,
                                                         const v1::ListSchemasRequest* request,
                                                         v1::ListSchemasResponse* response) {
  if (const auto caller = gate_.Admit(*context); !caller.ok()) return Answer(context, caller.status());
  for (const schema::MessageType* type : translator_.registry()->ListTypes()) {
    if (type->rules().annotated || request->include_unannotated()) Describe(*type, response->add_schemas());
  }
  return Answer(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* SchemaServiceImpl::GetSchema(grpc::CallbackServerContext* context,
                                                       const v1::GetSchemaRequest* request,
                                                       v1::GetSchemaResponse* response) {
  if (const auto caller = gate_.Admit(*context); !caller.ok()) return Answer(context, caller.status());
  if (request->name().empty()) return Answer(context, MissingName());
  // Held while its types are read: a reload may put another registry in its place.
  const auto registry = translator_.registry();
  const schema::MessageType* type = registry->Find(request->name());
  if (type == nullptr) return Answer(context, NotFound(request->name()));
  Describe(*type, response->mutable_schema());
  *response->mutable_files() = schema::SchemaRegistry::FilesOf(*type);
  return Answer(context, absl::OkStatus());
}

}  // namespace spanwire::ingest
