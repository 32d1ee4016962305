// The built-in events, built from plain arguments.
#include <string>

#include "spanwire/publisher.h"
#include "spanwire/v1/builtin_events.pb.h"

namespace spanwire {

PublishFuture Publisher::BroadcastStats(const std::map<std::string, double>& metrics) {
  v1::StatsUpdate event;
  event.mutable_metrics()->insert(metrics.begin(), metrics.end());
  return Publish(event);
}

PublishFuture Publisher::BroadcastRuleChange(uint32_t rule_id, std::string_view action,
                                             const google::protobuf::Struct& details) {
  v1::RuleChange event;
  event.set_rule_id(rule_id);
  event.set_action(std::string(action));
  *event.mutable_details() = details;
  return Publish(event);
}

PublishFuture Publisher::BroadcastSystemEvent(std::string_view name, std::string_view message,
                                              const google::protobuf::Struct& details) {
  v1::SystemEvent event;
  event.set_name(std::string(name));
  event.set_message(std::string(message));
  *event.mutable_details() = details;
  return Publish(event);
}

PublishFuture Publisher::BroadcastLog(std::string_view level, std::string_view message, std::string_view source,
                                      const google::protobuf::Struct& fields) {
  v1::Log event;
  event.set_level(std::string(level));
  event.set_message(std::string(message));
  event.set_source(std::string(source));
  *event.mutable_fields() = fields;
  return Publish(event);
}

PublishFuture Publisher::BroadcastAlert(std::string_view severity, std::string_view title, std::string_view message,
                                        const std::map<std::string, std::string>& labels) {
  v1::Alert event;
  event.set_severity(std::string(severity));
  event.set_title(std::string(title));
  event.set_message(std::string(message));
  event.mutable_labels()->insert(labels.begin(), labels.end());
  return Publish(event);
}

PublishFuture Publisher::BroadcastNotification(std::string_view notification_id, std::string_view title,
                                               std::string_view body, std::string_view level, std::string_view link) {
  v1::Notification event;
  event.set_notification_id(std::string(notification_id));
  event.set_title(std::string(title));
  event.set_body(std::string(body));
  event.set_level(std::string(level));
  event.set_link(std::string(link));
  return Publish(event);
}

PublishFuture Publisher::BroadcastTaskUpdate(std::string_view task_id, std::string_view action, std::string_view state,
                                             double progress, std::string_view message,
                                             const google::protobuf::Struct& details) {
  v1::TaskUpdate event;
  event.set_task_id(std::string(task_id));
  event.set_action(std::string(action));
  event.set_state(std::string(state));
  event.set_progress(progress);
  event.set_message(std::string(message));
  *event.mutable_details() = details;
  return Publish(event);
}

}  // namespace spanwire
