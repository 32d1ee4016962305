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

void SetPolicy(v1::Topic& topic, const config::TopicPolicy& policy) {
  v1::HistoryPolicy& history = *topic.mutable_history_policy();
  history.set_max_events(policy.history.max_events);
  history.set_max_bytes(policy.history.max_bytes);
  *history.mutable_max_age() = ToProto(policy.history.max_age);
  v1::DeliveryPolicy& delivery = *topic.mutable_delivery_policy();
  delivery.set_pattern(policy.match);
  if (policy.throttle.window > absl::ZeroDuration()) {
    *delivery.mutable_throttle_window() = ToProto(policy.throttle.window);
    delivery.set_throttle_max_batch(static_cast<uint32_t>(policy.throttle.max_batch));
  }
  delivery.set_conflate(policy.conflate);
  delivery.set_slow_latest(policy.slow_latest);
}

}  // namespace

v1::Topic ToProto(const broker::TopicInfo& info, const config::TopicPolicy& policy) {
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
  SetPolicy(topic, policy);
  return topic;
}

v1::Topic WithoutHistory(const model::Topic& subscribed, const config::TopicPolicy& policy) {
  v1::Topic topic;
  topic.set_name(subscribed.name);
  topic.set_tenant_id(subscribed.tenant);
  topic.set_subscribers(subscribed.subscribers.load(std::memory_order_relaxed));
  SetPolicy(topic, policy);
  return topic;
}

namespace {

std::vector<v1::Topic> PutTogether(const AdminContext& context, const broker::TopicQuery& query,
                                   const std::vector<broker::TopicInfo>& infos) {
  std::vector<v1::Topic> topics;
  absl::flat_hash_set<std::string> listed;
  for (const broker::TopicInfo& info : infos) {
    listed.insert(info.topic->name);
    topics.push_back(ToProto(info, *context.policies.For(info.topic->name)));
  }
  for (const model::TopicPtr& topic : context.settings.topics->List()) {
    if (topic->tenant != query.tenant || topic->subscribers.load(std::memory_order_relaxed) == 0) continue;
    if (!model::TopicMatches(query.pattern, topic->name) || listed.contains(topic->name)) continue;
    topics.push_back(WithoutHistory(*topic, *context.policies.For(topic->name)));
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
