#include "bridge/fanout/conflation.h"

#include <utility>

#include "bridge/model/absl_view.h"
#include "bridge/model/json_member.h"

namespace spanwire::fanout {

std::optional<std::string_view> ConflationKey(const model::Envelope& event, std::string_view field) {
  const std::optional<std::string_view> data = model::FindJsonMember(event.json(), "data");
  if (!data) return std::nullopt;
  return model::FindJsonMember(*data, field);
}

bool NewestEvents::Add(const model::EnvelopePtr& event, std::optional<std::string_view> key) {
  bool gave_way = false;
  if (key) {
    if (const auto found = by_key_.find(model::ToAbsl(*key)); found != by_key_.end()) {
      Take(events_.find(found->second));
      gave_way = true;
    }
    by_key_.emplace(model::ToAbsl(*key), event->offset());
  }
  bytes_ += event->json().size();
  events_.emplace(event->offset(), Entry{.event = event, .key = key});
  return gave_way;
}

model::EnvelopePtr NewestEvents::TakeOldest() {
  return Take(events_.begin());
}

model::EnvelopePtr NewestEvents::Take(Events::iterator where) {
  // The key's text goes with the event.
  if (where->second.key) by_key_.erase(model::ToAbsl(*where->second.key));
  model::EnvelopePtr event = std::move(where->second.event);
  bytes_ -= event->json().size();
  events_.erase(where);
  return event;
}

}  // namespace spanwire::fanout
