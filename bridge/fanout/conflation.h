#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "bridge/model/envelope.h"

namespace spanwire::fanout {

// What an event is the newest state of: the text of the member `field` of its `data` (of an entity event `entity_id` is
// such a member). None where the event has no such member: it never gives way to another. Points into the envelope.
// Costs a scan of the envelope.
std::optional<std::string_view> ConflationKey(const model::Envelope& event, std::string_view field);

// Events of one topic that wait, of which only the newest of each key is kept. Ordered by offset. One thread.
class NewestEvents {
 public:
  NewestEvents() = default;
  NewestEvents(const NewestEvents&) = delete;
  NewestEvents& operator=(const NewestEvents&) = delete;

  // Adds an event that is newer than all others. `key` is none or points into the event or a constant. True: an older
  // event of that key gave way.
  bool Add(const model::EnvelopePtr& event, std::optional<std::string_view> key);
  // Not when empty.
  uint64_t oldest_offset() const { return events_.begin()->first; }
  const model::EnvelopePtr& oldest() const { return events_.begin()->second.event; }
  model::EnvelopePtr TakeOldest();

  bool empty() const { return events_.empty(); }
  size_t size() const { return events_.size(); }
  // Of JSON.
  size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    model::EnvelopePtr event;
    std::optional<std::string_view> key;
  };
  using Events = std::map<uint64_t, Entry>;  // by offset

  model::EnvelopePtr Take(Events::iterator where);

  Events events_;
  absl::flat_hash_map<absl::string_view, uint64_t> by_key_;  // offset of the event that has the key
  size_t bytes_ = 0;
};

}  // namespace spanwire::fanout
