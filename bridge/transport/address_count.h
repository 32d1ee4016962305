#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <boost/asio/ip/address.hpp>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

namespace spanwire::transport {

// How many connections each remote address has, over all shards. What a client can choose from at will is one address:
// of IPv6 that is a /64. Loopback is not counted: behind it stand proxies and this machine's own programs. Thread safe.
class AddressCount {
 public:
  // At most `max_each` connections of one address; 0: as many as there are.
  explicit AddressCount(size_t max_each) : max_each_(max_each) {}
  AddressCount(const AddressCount&) = delete;
  AddressCount& operator=(const AddressCount&) = delete;

  // One connection's place among those of its address, given back when it is destroyed. Outlived by its AddressCount.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept;
    Place& operator=(Place&& other) noexcept;
    ~Place();

   private:
    friend class AddressCount;
    Place(AddressCount& count, uint64_t address) : count_(&count), address_(address) {}

    AddressCount* count_ = nullptr;
    uint64_t address_ = 0;
  };

  // Nothing where the address has as many as it may.
  std::optional<Place> Take(const boost::asio::ip::address& address) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void GiveBack(uint64_t address) ABSL_LOCKS_EXCLUDED(mutex_);

  const size_t max_each_;
  absl::Mutex mutex_;
  absl::flat_hash_map<uint64_t, size_t> counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace spanwire::transport
