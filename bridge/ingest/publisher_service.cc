#include "bridge/ingest/publisher_service.h"

#include <memory>
#include <utility>

#include "bridge/ingest/grpc_status.h"
#include "bridge/ingest/publish_stream.h"
#include "bridge/ingest/unary_publish.h"

namespace spanwire::ingest {
namespace {

grpc::ServerUnaryReactor* RefuseDraining(grpc::CallbackServerContext* context) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(Draining()));
  return reactor;
}

// A stream that is refused at once.
class RefusedStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit RefusedStream(const absl::Status& status) { Finish(ToGrpcStatus(status)); }
  void OnDone() override { delete this; }
};

}  // namespace

PublisherServiceImpl::PublisherServiceImpl(PublishPipeline& pipeline, const config::Limits& limits,
                                           observe::Metrics& metrics)
    : sequenced_(pipeline, metrics, limits),
      budget_(limits.publish_in_flight_bytes, metrics.publish_in_flight_bytes),
      context_{pipeline, sequenced_, metrics, budget_, calls_, limits.publish_batch_events} {}

PublisherServiceImpl::~PublisherServiceImpl() {
  calls_.Drain();
  calls_.WaitUntilNone();
}

grpc::ServerUnaryReactor* PublisherServiceImpl::Publish(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  if (!calls_.Enter()) return RefuseDraining(context);
  return StartPublish(context_, ReadCallInfo(*context), *request, response);
}

grpc::ServerUnaryReactor* PublisherServiceImpl::PublishBatch(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* request,
                                                             grpc::ByteBuffer* response) {
  if (!calls_.Enter()) return RefuseDraining(context);
  return StartPublishBatch(context_, ReadCallInfo(*context), *request, response);
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* PublisherServiceImpl::PublishStream(
    grpc::CallbackServerContext* context) {
  auto stream = std::make_shared<ingest::PublishStream>(context_, ReadCallInfo(*context));
  if (!calls_.Enter(stream)) return new RefusedStream(Draining());
  stream->Start();
  return stream.get();
}

}  // namespace spanwire::ingest
