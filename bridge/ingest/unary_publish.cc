#include "bridge/ingest/unary_publish.h"

#include <utility>

#include "bridge/ingest/publish_request.h"
#include "bridge/rpc/grpc_status.h"

namespace spanwire::ingest {
namespace {

// A call that has not been answered. What it does in between is left to its kind; Finish is called exactly once.
class UnaryPublish : public grpc::ServerUnaryReactor {
 public:
  UnaryPublish(const CallContext& context, size_t wire_bytes, grpc::ByteBuffer* response)
      : context_(context), arena_(ArenaFor(wire_bytes)), response_(response) {}

  void OnDone() final {
    LiveCalls& calls = context_.calls;
    delete this;
    calls.Leave();
  }

 protected:
  // Parses and takes a share for it, or finishes the call and returns null.
  template <typename Request>
  const Request* Read(const CallInfo& call, const grpc::ByteBuffer& bytes) {
    auto* request = google::protobuf::Arena::CreateMessage<Request>(&arena_);
    const size_t events = CountEvents(bytes, *Request::descriptor());
    absl::Status status = CheckMessageSize(bytes.Length(), context_.max_message_bytes);
    if (status.ok()) status = CheckBatch(events, context_.max_batch_events);
    if (status.ok()) status = TakeShare(context_.budget, bytes.Length(), &share_);
    if (status.ok()) status = ParseRequest(bytes, request, &unreadable_);
    if (status.ok()) return request;
    context_.refusals.Request(call.trace_id, status, events);
    End(rpc::ToGrpcStatus(status));
    return nullptr;
  }

  template <typename Response>
  Response* NewResponse() {
    return google::protobuf::Arena::CreateMessage<Response>(&arena_);
  }

  void Answer(const google::protobuf::MessageLite& response) {
    WriteMessage(response, response_);
    End(grpc::Status::OK);
  }

  // Gives the share back before the client can see the answer and send the next.
  void End(const grpc::Status& status) {
    share_ = InFlightBudget::Share();
    Finish(status);
  }

  const CallContext& context_;
  UnreadableEvents unreadable_;

 private:
  google::protobuf::Arena arena_;
  grpc::ByteBuffer* const response_;
  InFlightBudget::Share share_;
};

class SinglePublish final : public UnaryPublish {
 public:
  using UnaryPublish::UnaryPublish;

  void Start(const CallInfo& call, const grpc::ByteBuffer& bytes) {
    const auto* request = Read<v1::PublishRequest>(call, bytes);
    if (request == nullptr) return;
    auto* results = NewResponse<v1::PublishBatchResponse>()->mutable_results();
    // A missing event is an empty one, which is refused for having no payload.
    const v1::Event* event = &request->event();
    context_.pipeline.Publish(call, {.all = {&event, 1}, .unreadable = &unreadable_}, results,
                              [this, results] { Conclude(results->Get(0)); });
  }

 private:
  void Conclude(const v1::PublishResult& result) {
    if (result.has_error())
      End(rpc::ToGrpcStatus(result.error()));
    else
      Answer(result.response());
  }
};

class BatchPublish final : public UnaryPublish {
 public:
  using UnaryPublish::UnaryPublish;

  void Start(const CallInfo& call, const grpc::ByteBuffer& bytes) {
    const auto* request = Read<v1::PublishBatchRequest>(call, bytes);
    if (request == nullptr) return;
    const auto& events = request->events();
    const auto count = static_cast<size_t>(events.size());
    auto* response = NewResponse<v1::PublishBatchResponse>();
    context_.pipeline.Publish(call, {.all = {events.data(), count}, .unreadable = &unreadable_},
                              response->mutable_results(), [this, response] { Answer(*response); });
  }
};

template <typename Call>
grpc::ServerUnaryReactor* StartCall(const CallContext& context, const CallInfo& call, const grpc::ByteBuffer& request,
                                    grpc::ByteBuffer* response) {
  auto* reactor = new Call(context, request.Length(), response);
  reactor->Start(call, request);
  return reactor;
}

}  // namespace

grpc::ServerUnaryReactor* StartPublish(const CallContext& context, const CallInfo& call,
                                       const grpc::ByteBuffer& request, grpc::ByteBuffer* response) {
  return StartCall<SinglePublish>(context, call, request, response);
}

grpc::ServerUnaryReactor* StartPublishBatch(const CallContext& context, const CallInfo& call,
                                            const grpc::ByteBuffer& request, grpc::ByteBuffer* response) {
  return StartCall<BatchPublish>(context, call, request, response);
}

}  // namespace spanwire::ingest
