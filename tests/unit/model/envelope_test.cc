#include "bridge/model/envelope.h"

#include <gtest/gtest.h>

namespace spanwire::model {
namespace {

EnvelopePtr Sealed(size_t data_size, uint64_t offset) {
  std::string buffer = Envelope::NewBuffer();
  buffer += R"({"data":{"x":")" + std::string(data_size, 'x') + R"("})";
  auto envelope = std::make_shared<Envelope>(nullptr, absl::UnixEpoch(), std::move(buffer));
  envelope->Seal(offset);
  return envelope;
}

TEST(Envelope, SealPutsTheOffsetLast) {
  EXPECT_EQ(Sealed(1, 42)->json(), R"({"data":{"x":"x"},"offset":42})");
}

TEST(Envelope, FrameHeaderHasTheShortestLengthForm) {
  const size_t around = Sealed(0, 1)->json().size();
  const auto header_size = [&](size_t json_size) {
    EnvelopePtr e = Sealed(json_size - around, 1);
    EXPECT_EQ(e->json().size(), json_size);
    EXPECT_EQ(e->frame()[0], '\x81');
    EXPECT_EQ(e->frame().substr(e->frame().size() - json_size), e->json());
    return e->frame().size() - json_size;
  };
  EXPECT_EQ(header_size(125), 2u);
  EXPECT_EQ(header_size(126), 4u);
  EXPECT_EQ(header_size(65535), 4u);
  EXPECT_EQ(header_size(65536), 10u);
}

TEST(Envelope, LengthIsInNetworkOrder) {
  EnvelopePtr e = Sealed(0x1234, 1);
  const size_t size = e->json().size();
  EXPECT_EQ(static_cast<unsigned char>(e->frame()[1]), 126);
  EXPECT_EQ(static_cast<unsigned char>(e->frame()[2]) << 8 | static_cast<unsigned char>(e->frame()[3]), size);
}

TEST(Envelope, ControlHasNoOffset) {
  EnvelopePtr e = Envelope::Control(R"({"type":"pong"})");
  EXPECT_EQ(e->json(), R"({"type":"pong"})");
  EXPECT_EQ(e->frame(), std::string("\x81\x0f") + R"({"type":"pong"})");
  EXPECT_EQ(e->offset(), 0u);
}

}  // namespace
}  // namespace spanwire::model
