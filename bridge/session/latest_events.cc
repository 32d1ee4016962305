#include "bridge/session/latest_events.h"

#include <optional>
#include <string_view>

namespace spanwire::session {

bool LatestEvents::Add(const fanout::Run& run, const fanout::TopicRules& rules, size_t max_events) {
  // Without a configured key the whole topic is one.
  static constexpr std::string_view kWholeTopic;
  const std::string& field = rules.policy->conflate;
  for (const model::EnvelopePtr& event : run.events()) {
    const std::optional<std::string_view> key = field.empty() ? kWholeTopic : fanout::ConflationKey(*event, field);
    if (events_.Add(event, key)) rules.counts->conflated.Add();
  }
  return events_.size() <= max_events;
}

bool LatestEvents::SendSome(SessionOutput& output, size_t queue_bytes) {
  while (!events_.empty()) {
    // An event alone always fits: a queue holds two of them.
    const size_t queued = output.queued_bytes();
    if (queued > 0 && queued + events_.oldest()->frame().size() > queue_bytes) return false;
    output.SendEvent(events_.TakeOldest());
  }
  return true;
}

}  // namespace spanwire::session
