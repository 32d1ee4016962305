#include "bridge/transport/address_count.h"

#include <cstring>
#include <utility>

namespace spanwire::transport {
namespace {

namespace ip = boost::asio::ip;

ip::address Unmapped(const ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return address;
}

// An IPv4 address stands in a /64 that no IPv6 client has (::/8 is not handed out).
uint64_t KeyOf(const ip::address& address) {
  if (address.is_v4()) return address.to_v4().to_uint();
  uint64_t prefix;
  const auto bytes = address.to_v6().to_bytes();
  std::memcpy(&prefix, bytes.data(), sizeof(prefix));
  return __builtin_bswap64(prefix);
}

}  // namespace

AddressCount::Place::Place(Place&& other) noexcept
    : count_(std::exchange(other.count_, nullptr)), address_(other.address_) {}

AddressCount::Place& AddressCount::Place::operator=(Place&& other) noexcept {
  std::swap(count_, other.count_);
  std::swap(address_, other.address_);
  return *this;
}

AddressCount::Place::~Place() {
  if (count_ != nullptr) count_->GiveBack(address_);
}

std::optional<AddressCount::Place> AddressCount::Take(const ip::address& address) {
  const ip::address plain = Unmapped(address);
  if (max_each_ == 0 || plain.is_loopback()) return Place();
  const uint64_t key = KeyOf(plain);
  absl::MutexLock lock(&mutex_);
  size_t& count = counts_[key];
  if (count >= max_each_) return std::nullopt;
  ++count;
  return Place(*this, key);
}

void AddressCount::GiveBack(uint64_t address) {
  absl::MutexLock lock(&mutex_);
  const auto found = counts_.find(address);
  if (--found->second == 0) counts_.erase(found);
}

}  // namespace spanwire::transport
