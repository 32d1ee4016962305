#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "bridge/admin/stream.h"
#include "bridge/fanout/shard.h"
#include "bridge/session/session.h"
#include "spanwire/v1/admin.pb.h"

namespace spanwire::admin {

// Shows an administrator what a browser with these topics would get: a session whose transport is a gRPC stream. Lives
// on one shard until its stream is gone.
class Tail final : public session::Outbound, public std::enable_shared_from_this<Tail> {
 public:
  using Writer = Stream<v1::TailTopicsResponse>;

  Tail(std::shared_ptr<Writer> stream, fanout::Shard& shard, const session::Settings& settings);

  // Any thread. `request` has been checked, and that the administrator may see the tenant; with that it may see all of
  // its topics, users' own too.
  void Start(const std::string& tenant, const v1::TailTopicsRequest& request);

  void Send(const model::EnvelopePtr& envelope) override;
  void SendRun(const fanout::Run& run) override;
  size_t queued_bytes() const override { return stream_->queued_bytes(); }
  void Close(session::CloseCode code, std::string_view reason) override;

 private:
  const std::shared_ptr<Writer> stream_;
  fanout::Shard& shard_;
  const session::Settings& settings_;
  std::shared_ptr<session::Session> session_;
};

}  // namespace spanwire::admin
