#include "bridge/transport/address_count.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace spanwire::transport {
namespace {

boost::asio::ip::address Address(const std::string& text) {
  return boost::asio::ip::make_address(text);
}

TEST(AddressCount, AnAddressHasSoManyPlacesAndGetsThemBack) {
  AddressCount count(2);
  auto first = count.Take(Address("192.0.2.1"));
  auto second = count.Take(Address("192.0.2.1"));
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(count.Take(Address("192.0.2.1")));
  EXPECT_TRUE(count.Take(Address("192.0.2.2")));
  first.reset();
  EXPECT_TRUE(count.Take(Address("192.0.2.1")));
}

TEST(AddressCount, APlaceThatIsHandedOnIsStillOne) {
  AddressCount count(1);
  auto taken = count.Take(Address("192.0.2.1"));
  AddressCount::Place handed_on = *std::move(taken);
  taken.reset();
  EXPECT_FALSE(count.Take(Address("192.0.2.1")));
  handed_on = AddressCount::Place();
  EXPECT_TRUE(count.Take(Address("192.0.2.1")));
}

TEST(AddressCount, OfIpv6AWholeSubnetIsOneAddress) {
  AddressCount count(1);
  const auto taken = count.Take(Address("2001:db8:1:2::1"));
  EXPECT_FALSE(count.Take(Address("2001:db8:1:2:3:4:5:6")));
  EXPECT_TRUE(count.Take(Address("2001:db8:1:3::1")));
}

TEST(AddressCount, AnIpv4AddressIsTheSameOnASocketOfIpv6) {
  AddressCount count(1);
  const auto taken = count.Take(Address("::ffff:192.0.2.1"));
  EXPECT_FALSE(count.Take(Address("192.0.2.1")));
}

TEST(AddressCount, LoopbackIsNotCountedAndZeroIsNoBound) {
  AddressCount count(1);
  AddressCount unbounded(0);
  std::vector<AddressCount::Place> places;
  for (const char* address : {"127.0.0.1", "127.0.0.2", "::1", "::ffff:127.0.0.1"}) {
    for (int i = 0; i < 3; ++i) {
      auto place = count.Take(Address(address));
      EXPECT_TRUE(place) << address;
      if (place) places.push_back(*std::move(place));
    }
  }
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(unbounded.Take(Address("192.0.2.1")));
}

}  // namespace
}  // namespace spanwire::transport
