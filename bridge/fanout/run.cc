#include "bridge/fanout/run.h"

#include <utility>

namespace spanwire::fanout {

const Run::Bytes& Run::Frames() const {
  if (frames_.owner != nullptr) return frames_;
  if (events_.size() == 1) {
    frames_ = Bytes{.owner = events_[0], .text = events_[0]->frame()};
    return frames_;
  }
  size_t size = 0;
  for (const model::EnvelopePtr& event : events_) size += event->frame().size();
  auto joined = std::make_shared<std::string>();
  joined->reserve(size);
  for (const model::EnvelopePtr& event : events_) joined->append(event->frame());
  const std::string_view text(*joined);
  frames_ = Bytes{.owner = std::move(joined), .text = text};
  return frames_;
}

}  // namespace spanwire::fanout
