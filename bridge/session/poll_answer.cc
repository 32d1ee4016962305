#include "bridge/session/poll_answer.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "bridge/model/cursor.h"
#include "bridge/model/json_text.h"

namespace spanwire::session {
namespace {

// Events of all topics up to `through`, by offset.
std::vector<const model::Envelope*> Merge(const std::vector<PolledTopic>& topics, uint64_t through) {
  std::vector<const model::Envelope*> merged;
  for (const PolledTopic& topic : topics) {
    for (const model::EnvelopePtr& event : topic.page->events) {
      if (event->offset() <= through) merged.push_back(event.get());
    }
  }
  std::sort(merged.begin(), merged.end(), [](const auto* a, const auto* b) { return a->offset() < b->offset(); });
  return merged;
}

// How many of the events fit.
size_t CountThatFit(const std::vector<const model::Envelope*>& events, const PollLimits& limits) {
  size_t bytes = 0;
  size_t count = 0;
  for (const model::Envelope* event : events) {
    bytes += event->json().size() + 1;
    if (count > 0 && (count == limits.max_messages || bytes > limits.max_bytes)) break;
    ++count;
  }
  return count;
}

}  // namespace

PollAnswer WritePollAnswer(const std::vector<PolledTopic>& topics, const PollLimits& limits) {
  uint64_t through = model::kMaxOffset;
  bool more = false;
  for (const PolledTopic& topic : topics) {
    through = std::min(through, topic.page->through);
    more = more || topic.page->through < topic.page->head;
  }
  std::vector<const model::Envelope*> events = Merge(topics, through);
  const size_t count = CountThatFit(events, limits);
  if (count < events.size()) {
    events.resize(count);
    through = events.back()->offset();
    more = true;
  }

  size_t size = 128;
  for (const model::Envelope* event : events) size += event->json().size() + 1;
  std::string body;
  body.reserve(size);
  body.append("{\"messages\":[");
  for (const model::Envelope* event : events) {
    if (event != events.front()) body.push_back(',');
    body.append(event->json());
  }
  body.append("],\"cursor\":\"").append(model::FormatCursor(topics.front().page->epoch, through));
  body.append("\",\"more\":").append(more ? "true" : "false").append(",\"topics\":{");
  bool first = true;
  for (const PolledTopic& topic : topics) {
    if (!topic.show_recovered && topic.recovered) continue;
    if (!first) body.push_back(',');
    first = false;
    model::AppendJsonString(topic.name, &body);
    body.append(topic.recovered ? ":{\"recovered\":true}" : ":{\"recovered\":false}");
  }
  body.append("}}");
  return {.body = std::move(body), .messages = events.size()};
}

}  // namespace spanwire::session
