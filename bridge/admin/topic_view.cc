#include "bridge/admin/topic_view.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "absl/container/flat_hash_set.h"
#include "bridge/admin/admin_service.h"
#include "bridge/admin/proto_time.h"
#include "bridge/model/topic_name.h"

namespace spanwire::admin {
namespace {

void SetPolicy(v1::Topic& topic, uint64_t max_events, uint64_t max_bytes, absl::Duration max_age) {
  v1::HistoryPolicy& policy = *topic.mutable_history_policy();
  policy.set_max_events(max_events);
  policy.set_max_bytes(max_bytes);
  *policy.mutable_max_age() = ToProto(max_age);
}

}  // namespace

v1::Topic ToProto(const broker::TopicInfo& info) {
  v1::Topic topic;
  topic.set_name(info.topic->name);
  topic.set_tenant_id(info.topic->tenant);
  topic.set_subscribers(info.topic->subscribers.load(std::memory_order_relaxed));
  topic.set_history_events(info.history_events);
  topic.set_history_bytes(info.history_bytes);
  topic.set_first_offset(info.first_offset);
  topic.set_last_offset(info.last_offset);
  topic.set_lost_through(info.lost_through);
  topic.set_published_events(info.published_events);
  topic.set_epoch(info.epoch);
  if (info.last_event_at != absl::InfinitePast()) *topic.mutable_last_event_at() = ToProto(info.last_event_at);
  SetPolicy(topic, info.max_events, info.max_bytes, info.max_age);
  return topic;
}

v1::Topic WithoutHistory(const model::Topic& subscribed, const config::HistoryPolicy& policy) {
  v1::Topic topic;
  topic.set_name(subscribed.name);
  topic.set_tenant_id(subscribed.tenant);
  topic.set_subscribers(subscribed.subscribers.load(std::memory_order_relaxed));
  SetPolicy(topic, policy.max_events, policy.max_bytes, policy.max_age);
  return topic;
}

namespace {

std::vector<v1::Topic> PutTogether(const AdminContext& context, const broker::TopicQuery& query,
                                   const std::vector<broker::TopicInfo>& infos) {
  std::vector<v1::Topic> topics;
  absl::flat_hash_set<std::string> listed;
  for (const broker::TopicInfo& info : infos) {
    listed.insert(info.topic->name);
    topics.push_back(ToProto(info));
  }
  for (const model::TopicPtr& topic : context.settings.topics->List()) {
    if (topic->tenant != query.tenant || topic->subscribers.load(std::memory_order_relaxed) == 0) continue;
    if (!model::TopicMatches(query.pattern, topic->name) || listed.contains(topic->name)) continue;
    topics.push_back(WithoutHistory(*topic, context.policies.For(topic->name)->history));
  }
  std::sort(topics.begin(), topics.end(), [](const auto& a, const auto& b) { return a.name() < b.name(); });
  return topics;
}

}  // namespace

void ViewTopics(const AdminContext& context, boost::asio::thread_pool& desk, const broker::TopicQuery& query,
                absl::AnyInvocable<void(absl::StatusOr<std::vector<v1::Topic>>)> done) {
  context.broker.ListTopics(query, [&context, &desk, query, done = std::move(done)](
                                       absl::StatusOr<std::vector<broker::TopicInfo>> infos) mutable {
    boost::asio::post(desk, [&context, query, infos = std::move(infos), done = std::move(done)]() mutable {
      if (infos.ok()) {
        done(PutTogether(context, query, *infos));
      } else {
        done(infos.status());
      }
    });
  });
}

}  // namespace spanwire::admin
