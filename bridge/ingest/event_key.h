#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace spanwire::ingest {

// Stands for (tenant, topic, id) in the memory of published ids: 16 bytes whatever their length.
struct EventKey {
  uint64_t high = 0;
  uint64_t low = 0;

  friend bool operator==(const EventKey&, const EventKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const EventKey& key) {
    return H::combine(std::move(h), key.high, key.low);
  }
};

// Makes keys by SipHash-128 under a random secret of this object: no publisher can aim a collision at another's id, and
// by chance two of a million ids meet once in 10^26 times. Immutable; any thread. Making one ends the process where
// OpenSSL has no SipHash or no randomness, since nothing could be published safely then.
class EventKeyHash {
 public:
  EventKeyHash();

  // `tenant` and `topic` hold no zero byte (model::ValidateTenantId, model::ValidateTopic), which is what separates the
  // parts.
  EventKey operator()(std::string_view tenant, std::string_view topic, std::string_view id) const;

 private:
  std::array<unsigned char, 16> secret_{};
};

}  // namespace spanwire::ingest
