#include "bridge/transport/websocket/frame_header.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/transport/client_frame.h"

namespace spanwire::transport::websocket {
namespace {

std::string ServerFrame(size_t payload_size) {
  return ClientFrame{.payload = std::string(payload_size, 'x'), .masked = false}.Encode();
}

TEST(FrameHeader, DecodesEveryFieldOfAMaskedFrame) {
  const std::string frame =
      ClientFrame{.opcode = Opcode::kPing, .payload = "abc", .fin = false, .reserved = 5}.Encode();
  ASSERT_EQ(FrameHeaderSize(frame.data()), 6u);
  const FrameHeader header = DecodeFrameHeader(frame.data());
  EXPECT_FALSE(header.fin);
  EXPECT_EQ(header.reserved, 5);
  EXPECT_EQ(header.opcode, Opcode::kPing);
  EXPECT_TRUE(header.masked);
  EXPECT_EQ(header.length_code, 3);
  EXPECT_EQ(header.length, 3u);
}

TEST(FrameHeader, DecodesAllThreeFormsOfTheLength) {
  for (const size_t size : {0, 125, 126, 65535, 65536}) {
    const std::string frame = ServerFrame(size);
    EXPECT_EQ(DecodeFrameHeader(frame.data()).length, size);
    EXPECT_EQ(FrameHeaderSize(frame.data()) + size, frame.size());
  }
}

TEST(FrameHeader, FrameEndFromFindsTheEndOfTheFrameThatAPositionCuts) {
  const size_t sizes[] = {0, 1, 125, 126, 300, 65536};
  std::string run;
  std::vector<size_t> ends = {0};
  for (const size_t size : sizes) ends.push_back((run += ServerFrame(size)).size());
  for (size_t position = 0, next = 0; position <= run.size(); ++position) {
    if (position > ends[next]) ++next;
    ASSERT_EQ(FrameEndFrom(run, position), ends[next]) << position;
  }
}

}  // namespace
}  // namespace spanwire::transport::websocket
