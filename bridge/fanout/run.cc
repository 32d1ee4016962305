#include "bridge/fanout/run.h"

#include <utility>

namespace spanwire::fanout {

size_t Run::size() const {
  size_t size = 0;
  for (const model::EnvelopePtr& envelope : envelopes_) size += envelope->frame().size();
  return size;
}

const Run::Bytes& Run::Frames() const {
  if (frames_.owner != nullptr) return frames_;
  if (envelopes_.size() == 1) {
    frames_ = Bytes{.owner = envelopes_[0], .text = envelopes_[0]->frame()};
    return frames_;
  }
  auto joined = std::make_shared<std::string>();
  joined->reserve(size());
  for (const model::EnvelopePtr& envelope : envelopes_) joined->append(envelope->frame());
  const std::string_view text(*joined);
  frames_ = Bytes{.owner = std::move(joined), .text = text};
  return frames_;
}

}  // namespace spanwire::fanout
