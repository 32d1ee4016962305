#include "bridge/ingest/event_key.h"

#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "absl/container/flat_hash_set.h"

namespace spanwire::ingest {
namespace {

TEST(EventKeyHash, EqualPartsGiveEqualKeysOnEveryThread) {
  const EventKeyHash key_of;
  const EventKey here = key_of("acme", "orders", "7");
  EventKey there;
  std::thread([&] { there = key_of("acme", "orders", "7"); }).join();
  EXPECT_EQ(here, there);
}

TEST(EventKeyHash, PartsDoNotRunIntoEachOther) {
  const EventKeyHash key_of;
  EXPECT_FALSE(key_of("a", "bc", "d") == key_of("ab", "c", "d"));
  EXPECT_FALSE(key_of("", "a", "bc") == key_of("", "ab", "c"));
}

TEST(EventKeyHash, EachHashHasItsOwnSecret) {
  EXPECT_FALSE(EventKeyHash()("", "t", "1") == EventKeyHash()("", "t", "1"));
}

TEST(EventKeyHash, ManyIdsDoNotCollide) {
  const EventKeyHash key_of;
  absl::flat_hash_set<EventKey> keys;
  for (int i = 0; i < 50'000; ++i) keys.insert(key_of("", "t", std::to_string(i)));
  EXPECT_EQ(keys.size(), 50'000u);
}

}  // namespace
}  // namespace spanwire::ingest
