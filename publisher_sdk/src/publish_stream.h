#pragma once

#include <memory>
#include <string>

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include "publisher_sdk/src/credentials.h"
#include "spanwire/v1/publisher.grpc.pb.h"

namespace spanwire::internal {

// One PublishStream call on a channel of its own (so that the SDK's backoff is the only one). Its owner drives it from
// one thread; the listener hears from gRPC's threads. Life: Open; then Write, each after OnWritten of the one before;
// when the listener has heard OnEnded, or the owner has cancelled and hears it, Release; after OnClosed it may be
// destroyed.
class PublishStream final : public grpc::ClientBidiReactor<v1::PublishStreamRequest, v1::PublishStreamResponse> {
 public:
  // Called one after another for a stream, except OnWritten, which may come at the same time as another.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void OnWritten() = 0;  // the message has left, or never will
    virtual void OnAnswer(const v1::PublishStreamResponse& answer) = 0;
    virtual void OnEnded() = 0;                             // nothing more will come
    virtual void OnClosed(const grpc::Status& status) = 0;  // the last call; the stream may be destroyed
  };

  PublishStream(const std::string& target, const Credentials& credentials, Listener& listener);

  void Open();
  void Write(std::shared_ptr<const v1::PublishStreamRequest> message);
  void HalfClose() { StartWritesDone(); }  // orderly end: the bridge answers what it has and closes
  void Cancel() { context_.TryCancel(); }
  void Release() { RemoveHold(); }

 private:
  void OnWriteDone(bool ok) override;
  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  Listener& listener_;
  std::unique_ptr<v1::PublisherService::Stub> stub_;
  grpc::ClientContext context_;
  std::shared_ptr<const v1::PublishStreamRequest> writing_;  // gRPC reads it until OnWriteDone
  v1::PublishStreamResponse answer_;
};

}  // namespace spanwire::internal
