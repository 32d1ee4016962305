#include "bench/load/delivery_ledger.h"

#include <fmt/format.h>

namespace spanwire::bench {
namespace {

// `offset` is an envelope's last member: {..."offset":42}. 0 where there is none.
uint64_t OffsetOf(std::string_view envelope) {
  uint64_t offset = 0;
  uint64_t scale = 1;
  size_t at = envelope.size() - 1;
  for (; at-- > 0 && envelope[at] >= '0' && envelope[at] <= '9'; scale *= 10) {
    offset += static_cast<uint64_t>(envelope[at] - '0') * scale;
  }
  return scale > 1 && envelope.substr(0, at + 1).ends_with(R"(,"offset":)") ? offset : 0;
}

}  // namespace

DeliveryLedger::DeliveryLedger(uint64_t subscribers, uint64_t topics)
    : topics_(topics),
      subscribers_per_topic_(static_cast<uint32_t>(subscribers / topics)),
      places_(subscribers),
      deliveries_(kWindow) {
  for (size_t i = 0; i < subscribers; ++i) places_[i].next_sequence = 1 + i % topics;
}

absl::Status DeliveryLedger::Deliver(size_t index, std::string_view envelope, int64_t* at_ns) {
  const uint64_t offset = envelope.empty() ? 0 : OffsetOf(envelope);
  if (offset == 0) return absl::InternalError(fmt::format("not an event: {}", envelope.substr(0, 200)));
  Known& known = known_[offset % known_.size()];
  if (known.offset != offset) {
    const std::optional<EventStamp> stamp = FindStamp(envelope);
    if (!stamp) return absl::InternalError(fmt::format("an event of somebody else: {}", envelope.substr(0, 200)));
    known = {offset, *stamp};
  }
  Place& place = places_[index];
  if (known.stamp.sequence != place.next_sequence || offset <= place.last_offset) {
    return absl::DataLossError(fmt::format("subscriber {} got event {} at offset {}, expected event {} after offset {}",
                                           index, known.stamp.sequence, offset, place.next_sequence,
                                           place.last_offset));
  }
  place = {known.stamp.sequence + topics_, offset};
  *at_ns = known.stamp.at_ns;
  return Count(known.stamp.sequence);
}

absl::Status DeliveryLedger::Count(uint64_t sequence) {
  if (sequence > complete_ + kWindow) {
    return absl::ResourceExhaustedError(fmt::format("some subscribers are over {} events behind others", kWindow));
  }
  ++deliveries_[sequence % kWindow];
  while (deliveries_[(complete_ + 1) % kWindow] == subscribers_per_topic_) deliveries_[++complete_ % kWindow] = 0;
  return absl::OkStatus();
}

}  // namespace spanwire::bench
