#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "bridge/model/envelope.h"

namespace spanwire::broker {

// An event as ingest hands it to the broker; its JSON will be at least `json_size` long.
inline std::shared_ptr<model::Envelope> UnsealedEvent(const model::TopicPtr& topic, absl::Time accepted_at,
                                                      size_t json_size = 0) {
  std::string buffer = model::Envelope::NewBuffer(json_size);
  buffer += R"({"type":"test","topic":")" + topic->name + R"(","data":{"pad":")";
  const size_t written = buffer.size() - model::Envelope::kHeadRoom;
  if (json_size > written) buffer.append(json_size - written, 'x');
  buffer += "\"}";
  return std::make_shared<model::Envelope>(topic, accepted_at, std::move(buffer));
}

}  // namespace spanwire::broker
