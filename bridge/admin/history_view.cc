#include "bridge/admin/history_view.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bridge/admin/admin_service.h"
#include "bridge/admin/paging.h"
#include "bridge/admin/proto_time.h"
#include "bridge/admin/refusal.h"
#include "bridge/admin/topic_view.h"
#include "bridge/model/absl_view.h"
#include "bridge/model/tenant_id.h"
#include "bridge/model/topic_name.h"

namespace spanwire::admin {
namespace {

// Tokens are the last offset of a page.
std::optional<uint64_t> ParseToken(std::string_view token) {
  uint64_t offset = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), offset);
  if (error != std::errc() || end != token.data() + token.size()) return std::nullopt;
  return offset;
}

// An envelope begins with its type, whose alphabet needs no escapes.
std::string_view TypeOf(const model::Envelope& event) {
  static constexpr std::string_view kHead = R"({"type":")";
  std::string_view json = event.json();
  if (!json.starts_with(kHead)) return "";
  json.remove_prefix(kHead.size());
  return json.substr(0, json.find('"'));
}

void AddEvents(const broker::Page& page, v1::GetHistoryResponse* response) {
  for (const model::EnvelopePtr& event : page.events) {
    v1::StoredEvent& stored = *response->add_events();
    stored.set_offset(event->offset());
    *stored.mutable_accepted_at() = ToProto(event->accepted_at());
    stored.set_type(std::string(TypeOf(*event)));
    stored.set_memory_bytes(event->memory());
    stored.set_json_bytes(event->json().size());
  }
  response->set_head_offset(page.head);
  if (page.through < page.head) response->set_next_page_token(std::to_string(page.through));
}

// A topic that is not in memory holds nothing, but what was lost of it is remembered.
v1::Topic Forgotten(const AdminContext& context, const model::Topic& topic, std::string epoch, uint64_t lost_through) {
  v1::Topic forgotten = WithoutHistory(topic, *context.policies.For(topic.name));
  forgotten.set_epoch(std::move(epoch));
  forgotten.set_lost_through(lost_through);
  return forgotten;
}

}  // namespace

absl::Status CheckHistoryRequest(const v1::GetHistoryRequest& request) {
  if (absl::Status valid = CheckPageSize(request.page_size()); !valid.ok()) return valid;
  if (absl::Status valid = model::ValidateTenantId(request.tenant_id()); !valid.ok()) return valid;
  if (const absl::Status valid = model::ValidateTopic(request.topic()); !valid.ok()) {
    return BadField("topic", "BAD_TOPIC", model::ToStd(valid.message()));
  }
  if (!request.page_token().empty() && !ParseToken(request.page_token())) {
    return BadField("page_token", "BAD_PAGE_TOKEN", "page_token is not one that the bridge gave out");
  }
  return absl::OkStatus();
}

void ViewHistory(const AdminContext& context, const std::string& tenant, const v1::GetHistoryRequest& request,
                 v1::GetHistoryResponse* response, absl::AnyInvocable<void(const absl::Status&)> done) {
  const model::TopicPtr topic = context.settings.topics->Intern(tenant, request.topic());
  const uint64_t after = std::max(request.after_offset(), ParseToken(request.page_token()).value_or(0));
  const auto page_size = static_cast<size_t>(request.page_size() == 0 ? kDefaultPageSize : request.page_size());
  // References are all that is copied, so bytes need no limit.
  const broker::ReadLimits limits{.max_events = page_size, .max_bytes = std::numeric_limits<size_t>::max()};
  context.broker.Read(topic, after, limits,
                      [&context, topic, response, done = std::move(done)](absl::StatusOr<broker::Page> page) mutable {
                        if (!page.ok()) return done(page.status());
                        AddEvents(*page, response);
                        context.broker.ListTopics(
                            {.tenant = topic->tenant, .pattern = topic->name},
                            [&context, topic, response, epoch = page->epoch, lost_through = page->lost_through,
                             done = std::move(done)](absl::StatusOr<std::vector<broker::TopicInfo>> infos) mutable {
                              if (!infos.ok()) return done(infos.status());
                              *response->mutable_topic() =
                                  infos->empty() ? Forgotten(context, *topic, std::move(epoch), lost_through)
                                                 : ToProto(infos->front(), *context.policies.For(topic->name));
                              response->set_total_size(static_cast<int32_t>(response->topic().history_events()));
                              done(absl::OkStatus());
                            });
                      });
}

}  // namespace spanwire::admin
