#include "bridge/ingest/publisher_service.h"

#include <memory>
#include <utility>

#include "bridge/ingest/publish_stream.h"
#include "bridge/ingest/unary_publish.h"
#include "bridge/rpc/grpc_status.h"

namespace spanwire::ingest {
namespace {

grpc::ServerUnaryReactor* Refuse(grpc::CallbackServerContext* context, const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(rpc::ToGrpcStatus(status));
  return reactor;
}

// A stream that is refused at once.
class RefusedStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit RefusedStream(const absl::Status& status) { Finish(rpc::ToGrpcStatus(status)); }
  void OnDone() override { delete this; }
};

}  // namespace

PublisherServiceImpl::PublisherServiceImpl(PublishPipeline& pipeline, const config::Limits& limits,
                                           observe::Metrics& metrics, rpc::Gate& gate)
    : sequenced_(pipeline, metrics, limits),
      budget_(limits.publish_in_flight_bytes, metrics.publish_in_flight_bytes),
      context_{pipeline, sequenced_, pipeline.refusals(),         budget_,
               calls_,   gate,       limits.publish_batch_events, limits.publish_message_bytes} {}

int PublisherServiceImpl::MaxReceivedBytes(const config::Limits& limits) {
  return static_cast<int>(2 * limits.publish_message_bytes);
}

PublisherServiceImpl::~PublisherServiceImpl() {
  calls_.Drain();
  calls_.WaitUntilNone();
}

grpc::ServerUnaryReactor* PublisherServiceImpl::Publish(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  const absl::StatusOr<CallInfo> call = ReadCallInfo(context_, *context);
  if (!call.ok()) return Refuse(context, call.status());
  if (!calls_.Enter()) return Refuse(context, Draining());
  return StartPublish(context_, *call, *request, response);
}

grpc::ServerUnaryReactor* PublisherServiceImpl::PublishBatch(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* request,
                                                             grpc::ByteBuffer* response) {
  const absl::StatusOr<CallInfo> call = ReadCallInfo(context_, *context);
  if (!call.ok()) return Refuse(context, call.status());
  if (!calls_.Enter()) return Refuse(context, Draining());
  return StartPublishBatch(context_, *call, *request, response);
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* PublisherServiceImpl::PublishStream(
    grpc::CallbackServerContext* context) {
  absl::StatusOr<CallInfo> call = ReadCallInfo(context_, *context);
  if (!call.ok()) return new RefusedStream(call.status());
  auto stream = std::make_shared<ingest::PublishStream>(context_, *std::move(call));
  if (!calls_.Enter(stream)) return new RefusedStream(Draining());
  stream->Start();
  return stream.get();
}

}  // namespace spanwire::ingest
