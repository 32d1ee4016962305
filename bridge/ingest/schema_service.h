#pragma once

#include "bridge/rpc/gate.h"
#include "bridge/schema/event_translator.h"
#include "spanwire/v1/schema.grpc.pb.h"

namespace spanwire::ingest {

// spanwire.v1.SchemaService: tells publishers which message types `translator` can translate. Answers from memory, at
// once. Must outlive the server; borrows `translator` and `gate`. Everybody who is let in may read; nothing here
// writes.
class SchemaServiceImpl final : public v1::SchemaService::CallbackService {
 public:
  SchemaServiceImpl(const schema::EventTranslator& translator, rpc::Gate& gate)
      : translator_(translator), gate_(gate) {}

  grpc::ServerUnaryReactor* ListSchemas(grpc::CallbackServerContext* context, const v1::ListSchemasRequest* request,
                                        v1::ListSchemasResponse* response) override;
  // INVALID_ARGUMENT with reason MISSING_NAME, NOT_FOUND with reason SCHEMA_NOT_FOUND.
  grpc::ServerUnaryReactor* GetSchema(grpc::CallbackServerContext* context, const v1::GetSchemaRequest* request,
                                      v1::GetSchemaResponse* response) override;

 private:
  const schema::EventTranslator& translator_;
  rpc::Gate& gate_;
};

}  // namespace spanwire::ingest
