#pragma once

#include "bridge/schema/event_translator.h"
#include "spanwire/v1/schema.grpc.pb.h"

namespace spanwire::ingest {

// spanwire.v1.SchemaService: tells publishers which message types `translator` can translate. Answers from memory, at
// once. Must outlive the server; borrows `translator`.
class SchemaServiceImpl final : public v1::SchemaService::CallbackService {
 public:
  explicit SchemaServiceImpl(const schema::EventTranslator& translator) : translator_(translator) {}

  grpc::ServerUnaryReactor* ListSchemas(grpc::CallbackServerContext* context, const v1::ListSchemasRequest* request,
                                        v1::ListSchemasResponse* response) override;
  // INVALID_ARGUMENT with reason MISSING_NAME, NOT_FOUND with reason SCHEMA_NOT_FOUND.
  grpc::ServerUnaryReactor* GetSchema(grpc::CallbackServerContext* context, const v1::GetSchemaRequest* request,
                                      v1::GetSchemaResponse* response) override;

 private:
  const schema::EventTranslator& translator_;
};

}  // namespace spanwire::ingest
