#include "cli/topics/show.h"

#include "CLI/Option.hpp"
#include "bridge/model/cursor.h"
#include "cli/humane.h"
#include "cli/table.h"
#include "fmt/format.h"

namespace spanwire::cli::topics {
namespace {

constexpr char kFooter[] = R"(Examples:
  spanwire topics show stats
  spanwire topics show orders:17 --tenant acme -o json

Exits with 3 where the topic has neither history nor subscribers. Global options: see `spanwire --help`.)";

absl::Duration DurationOf(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

std::string History(const v1::Topic& topic) {
  if (topic.history_events() == 0) return "none";
  return fmt::format("{}, {}, offsets {} to {}", Counted(topic.history_events(), "event"),
                     HumaneBytes(topic.history_bytes()), topic.first_offset(), topic.last_offset());
}

std::string Kept(const v1::HistoryPolicy& policy) {
  return fmt::format("at most {}, {}, {}", Counted(policy.max_events(), "event"), HumaneBytes(policy.max_bytes()),
                     HumaneDuration(DurationOf(policy.max_age())));
}

// How events go out; empty where it is the usual way, each at once.
std::string HandedOut(const v1::DeliveryPolicy& policy) {
  std::string text;
  if (policy.has_throttle_window()) {
    text = fmt::format("at most {} every {}", Counted(policy.throttle_max_batch(), "event"),
                       absl::FormatDuration(DurationOf(policy.throttle_window())));
  }
  if (!policy.conflate().empty()) {
    text += fmt::format("{}the newest of each {}", text.empty() ? "" : ", ", policy.conflate());
  }
  return text;
}

// The oldest cursor from which a client resumes without loss.
std::string Recoverable(const v1::Topic& topic) {
  return topic.epoch().empty() ? "-" : "from " + model::FormatCursor(topic.epoch(), topic.lost_through());
}

void AddDelivery(const v1::DeliveryPolicy& policy, Block& block) {
  block.Add("Policy", policy.pattern());
  if (const std::string handed_out = HandedOut(policy); !handed_out.empty()) block.Add("Handed out", handed_out);
  if (policy.slow_latest()) block.Add("Slow clients", "keep the newest");
}

void PrintTopic(const v1::Topic& topic, Session& session) {
  Block block;
  block.Add("Topic", topic.name());
  block.Add("Tenant", OrDash(topic.tenant_id()));
  block.Add("Subscribers", fmt::format("{}", topic.subscribers()));
  block.Add("Published", Counted(topic.published_events(), "event"));
  block.Add("Last event", Moment(topic.last_event_at(), session.Now(), session.zone()));
  block.Add("History", History(topic));
  if (topic.has_history_policy()) block.Add("Kept", Kept(topic.history_policy()));
  if (topic.has_delivery_policy()) AddDelivery(topic.delivery_policy(), block);
  block.Add("Epoch", OrDash(topic.epoch()));
  block.Add("Recoverable", Recoverable(topic));
  block.Print(session.out(), session.color());
}

}  // namespace

CLI::App* DeclareShow(CLI::App& group, ShowOptions& options) {
  CLI::App* command = group.add_subcommand("show", "Show one topic");
  command->add_option("TOPIC", options.topic, "Its name")->required()->type_name("");
  command->add_option("--tenant", options.tenant, "Of this tenant (default: your own)")->type_name("ID");
  return command->footer(kFooter);
}

ExitCode RunShow(const ShowOptions& options, Session& session) {
  v1::GetTopicRequest request;
  request.set_name(options.topic);
  request.set_tenant_id(options.tenant);
  const auto answer = session.bridge().GetTopic(request);
  if (!answer.ok()) return session.Fail("show topic " + options.topic, answer.status());
  if (session.json()) return session.PrintJson(*answer);
  PrintTopic(answer->topic(), session);
  return ExitCode::kOk;
}

}  // namespace spanwire::cli::topics
