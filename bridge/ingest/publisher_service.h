#pragma once

#include "absl/status/status.h"
#include "bridge/config/config.h"
#include "bridge/ingest/call_context.h"
#include "bridge/ingest/in_flight_budget.h"
#include "bridge/ingest/live_calls.h"
#include "bridge/ingest/publish_pipeline.h"
#include "bridge/ingest/sequenced_publisher.h"
#include "spanwire/v1/publisher.grpc.pb.h"

namespace spanwire::ingest {

// spanwire.v1.PublisherService. Register it with a grpc::ServerBuilder; it must outlive the server.
//
// To stop without loss: Drain(), then grpc::Server::Shutdown(deadline), then stop the broker, then destroy the service.
// Shutdown waits for the broker's answers to what is under way, so the broker must be alive, or stopped, by then.
class PublisherServiceImpl final
    : public v1::PublisherService::WithRawCallbackMethod_Publish<
          v1::PublisherService::WithRawCallbackMethod_PublishBatch<
              v1::PublisherService::WithRawCallbackMethod_PublishStream<v1::PublisherService::Service>>> {
 public:
  // Borrows `pipeline`, `metrics` and `gate`.
  PublisherServiceImpl(PublishPipeline& pipeline, const config::Limits& limits, observe::Metrics& metrics,
                       rpc::Gate& gate);
  // Returns when no call is under way, so shut the server down first.
  ~PublisherServiceImpl() override;

  // What a gRPC server must let a message have (SetMaxReceiveMessageSize) for one that is too large to be refused here,
  // by a status that says so: twice the limit. Beyond that gRPC refuses it with a RESOURCE_EXHAUSTED of its own.
  static int MaxReceivedBytes(const config::Limits& limits);

  // From now on new calls are refused with UNAVAILABLE (reason DRAINING); what was taken is published and answered, and
  // streams end then. Any thread; returns at once.
  void Drain() { calls_.Drain(); }

  grpc::ServerUnaryReactor* Publish(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* PublishBatch(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* PublishStream(
      grpc::CallbackServerContext* context) override;

 private:
  SequencedPublisher sequenced_;
  InFlightBudget budget_;
  LiveCalls calls_;
  const CallContext context_;
};

}  // namespace spanwire::ingest
