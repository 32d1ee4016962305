#include "publisher_sdk/src/publish_stream.h"

#include <utility>

#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>

namespace spanwire::internal {
namespace {

constexpr int kConnectTimeoutMs = 10'000;

std::shared_ptr<grpc::Channel> NewChannel(const std::string& target, const Credentials& credentials) {
  grpc::ChannelArguments arguments;
  // A shared subchannel would bring gRPC's own backoff, of up to two minutes, into ours.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectTimeoutMs);
  if (!credentials.by_proxy) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(target, credentials.channel, arguments);
}

}  // namespace

PublishStream::PublishStream(const std::string& target, const Credentials& credentials, Listener& listener)
    : listener_(listener), stub_(v1::PublisherService::NewStub(NewChannel(target, credentials))) {
  if (!credentials.authorization.empty()) context_.AddMetadata("authorization", credentials.authorization);
}

void PublishStream::Open() {
  stub_->async()->PublishStream(&context_, this);
  StartRead(&answer_);
  // Writes start outside of reactions: without the hold the call could be done between two of them.
  AddHold();
  StartCall();
}

void PublishStream::Write(std::shared_ptr<const v1::PublishStreamRequest> message) {
  writing_ = std::move(message);
  StartWrite(writing_.get());
}

void PublishStream::OnWriteDone(bool) {
  // A failed write needs no word of its own: the read fails too, and the message is held until it is answered.
  listener_.OnWritten();
}

void PublishStream::OnReadDone(bool ok) {
  if (!ok) {
    listener_.OnEnded();
    return;
  }
  listener_.OnAnswer(answer_);
  answer_.Clear();
  StartRead(&answer_);
}

void PublishStream::OnDone(const grpc::Status& status) {
  listener_.OnClosed(status);
}

}  // namespace spanwire::internal
