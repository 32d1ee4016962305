#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "bridge/ingest/call_context.h"

namespace spanwire::ingest {

// Answer the calls Publish and PublishBatch. The reactor owns itself until the call is over; it has entered
// `context.calls` already and leaves it then.
grpc::ServerUnaryReactor* StartPublish(const CallContext& context, const CallInfo& call,
                                       const grpc::ByteBuffer& request, grpc::ByteBuffer* response);
grpc::ServerUnaryReactor* StartPublishBatch(const CallContext& context, const CallInfo& call,
                                            const grpc::ByteBuffer& request, grpc::ByteBuffer* response);

}  // namespace spanwire::ingest
