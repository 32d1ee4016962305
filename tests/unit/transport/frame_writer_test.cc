#include "bridge/transport/websocket/frame_writer.h"

#include <string>

#include "bridge/model/utf8.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace spanwire::transport::websocket {
namespace {

using namespace std::string_literals;

TEST(FrameWriter, CloseCarriesCodeAndReason) {
  EXPECT_EQ(EncodeClose(4008, "slow"), "\x88\x06\x0f\xa8slow"s);
  EXPECT_EQ(EncodeClose(1000, ""), "\x88\x02\x03\xe8"s);
}

TEST(FrameWriter, ALongReasonIsCutBetweenCharacters) {
  std::string reason;
  for (int i = 0; i < 50; ++i) reason += "\xE2\x82\xAC";
  EXPECT_EQ(EncodeClose(1000, reason).size(), 2u + 2 + 123);  // 123 is 41 characters of 3 bytes
  const std::string frame = EncodeClose(1000, "x" + reason);
  EXPECT_EQ(frame.size(), 2u + 2 + 121);
  EXPECT_EQ(frame[1], 123);
  EXPECT_TRUE(model::IsUtf8(std::string_view(frame).substr(4)));
}

TEST(FrameWriter, PingAndPongCarryTheirPayload) {
  EXPECT_EQ(EncodePing(""), "\x89\x00"s);
  EXPECT_EQ(EncodePing("hi"), "\x89\x02hi"s);
  EXPECT_EQ(EncodePong("hi"), "\x8a\x02hi"s);
  EXPECT_EQ(EncodePong(std::string(125, 'x')), "\x8a\x7d"s + std::string(125, 'x'));
}

}  // namespace
}  // namespace spanwire::transport::websocket
