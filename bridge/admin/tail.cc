#include "bridge/admin/tail.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "bridge/model/json_text.h"

namespace spanwire::admin {
namespace {

// The client message that asks for what the administrator asks for.
std::string SubscribeMessage(const v1::TailTopicsRequest& request) {
  std::string text = "{\"action\":\"subscribe\",\"topics\":[";
  for (const std::string& topic : request.topics()) {
    if (text.back() == '"') text.push_back(',');
    model::AppendJsonString(topic, &text);
  }
  text.append("]");
  if (!request.since().empty()) {
    text.append(",\"since\":");
    model::AppendJsonString(request.since(), &text);
  }
  if (request.history() > 0) text.append(fmt::format(",\"history\":{}", request.history()));
  text.push_back('}');
  return text;
}

}  // namespace

Tail::Tail(std::shared_ptr<Writer> stream, fanout::Shard& shard, const session::Settings& settings)
    : stream_(std::move(stream)), shard_(shard), settings_(settings) {}

void Tail::Start(const std::string& tenant, const v1::TailTopicsRequest& request) {
  const std::shared_ptr<Tail> self = shared_from_this();
  stream_->Begin({.drained =
                      [self] {
                        self->shard_.Post([self] {
                          if (self->session_ != nullptr) self->session_->OnWritable();
                        });
                      },
                  .gone =
                      [self] {
                        self->shard_.Post([self] {
                          if (self->session_ != nullptr) self->session_->Shutdown();
                          self->session_.reset();
                        });
                      }});
  shard_.Post([self, message = SubscribeMessage(request), tenant] {
    auto reader = std::make_shared<const auth::Identity>(auth::Identity{.tenant_id = tenant});
    self->session_ = std::make_shared<session::Session>(
        self->shard_, self->settings_, *self, session::Admission{.identity = std::move(reader), .may_read_all = true});
    self->session_->OnMessage(message);
  });
}

void Tail::Send(const model::EnvelopePtr& envelope) {
  v1::TailTopicsResponse response;
  response.set_envelope_json(std::string(envelope->json()));
  if (stream_->Push(std::move(response))) return;
  stream_->End({grpc::StatusCode::RESOURCE_EXHAUSTED,
                "the reader is too slow for these topics: tail fewer of them, or go on with --since"});
}

void Tail::SendRun(const fanout::Run& run) {
  for (const model::EnvelopePtr& envelope : run.envelopes()) Send(envelope);
}

void Tail::Close(session::CloseCode, std::string_view reason) {
  stream_->End({grpc::StatusCode::UNAVAILABLE, std::string(reason)});
}

}  // namespace spanwire::admin
