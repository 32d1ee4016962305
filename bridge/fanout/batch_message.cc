#include "bridge/fanout/batch_message.h"

#include <string>

#include <fmt/format.h>

#include "bridge/model/json_text.h"
#include "bridge/model/timestamp.h"

namespace spanwire::fanout {

model::EnvelopePtr BatchMessage(std::string_view topic, absl::Span<const model::EnvelopePtr> events, uint64_t dropped,
                                absl::Time now) {
  size_t size = 160 + topic.size();
  for (const model::EnvelopePtr& event : events) size += event->json().size() + 1;
  std::string json;
  json.reserve(size);
  json.append("{\"type\":\"batch\",\"topic\":");
  model::AppendJsonString(topic, &json);
  json.append(",\"data\":{\"messages\":[");
  for (const model::EnvelopePtr& event : events) {
    if (event != events.front()) json.push_back(',');
    json.append(event->json());
  }
  json.append(fmt::format("],\"count\":{},\"dropped\":{}}},\"timestamp\":\"", events.size(), dropped));
  model::AppendTimestamp(now, &json);
  json.append("\"}");
  return model::Envelope::Control(json);
}

}  // namespace spanwire::fanout
