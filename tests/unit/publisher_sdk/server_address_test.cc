#include "spanwire/server_address.h"

#include <gtest/gtest.h>

namespace spanwire {
namespace {

TEST(ServerAddressTest, AHostWithoutAPortGetsTheDefaultOne) {
  for (const auto& [given, meant] : {std::pair{"bridge.example:7", "bridge.example:7"},
                                     {"localhost", "localhost:50051"},
                                     {"10.0.0.7", "10.0.0.7:50051"},
                                     {"[::1]", "[::1]:50051"},
                                     {"[::1]:7", "[::1]:7"}}) {
    const auto address = ParseServerAddress(given);
    ASSERT_TRUE(address.ok()) << given;
    EXPECT_EQ(*address, meant);
  }
}

TEST(ServerAddressTest, WhatLeadsNowhereIsRefusedWithASentence) {
  for (const char* wrong : {"", ":50051", "http://x:1", "x/y", "x:", "x:0", "x:65536", "x:port", "x:1:2", "::1", "[::1",
                            "[]:1", "a b:1", "user@x:1"}) {
    const auto address = ParseServerAddress(wrong);
    ASSERT_FALSE(address.ok()) << wrong;
    EXPECT_EQ(address.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(address.status().message().find("is not HOST:PORT"), absl::string_view::npos);
  }
}

}  // namespace
}  // namespace spanwire
