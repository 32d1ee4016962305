#include "bridge/transport/sse_event.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanwire::transport {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr SseForm kPlain{.chunked = false};

model::EnvelopePtr Message(std::string_view json) {
  return model::Envelope::Control(json);
}
std::string Joined(const std::array<Slice, 3>& slices) {
  std::string text;
  for (const Slice& slice : slices) text.append(slice.bytes);
  return text;
}
std::string Encoded(std::string_view json, std::string_view id, SseForm form) {
  return Joined(EncodeSseEvent(Message(json), id, form));
}

TEST(SseEvent, IsTheIdAndTheEnvelope) {
  EXPECT_EQ(Encoded(R"({"type":"log"})", "e1-7", kPlain), "id: e1-7\ndata: {\"type\":\"log\"}\n\n");
  EXPECT_EQ(Encoded(R"({"type":"log"})", "", kPlain), "data: {\"type\":\"log\"}\n\n");
}

TEST(SseEvent, IsNamedAfterItsTypeWhereAskedFor) {
  EXPECT_EQ(Encoded(R"({"type":"stats_update","topic":"a"})", "", {.chunked = false, .named = true}),
            "event: stats_update\ndata: {\"type\":\"stats_update\",\"topic\":\"a\"}\n\n");
}

TEST(SseEvent, IsOneChunk) {
  // "id: e1-7\ndata: " has 15 bytes, the JSON 14, the empty line 2.
  EXPECT_EQ(Encoded(R"({"type":"log"})", "e1-7", {}), "1f\r\nid: e1-7\ndata: {\"type\":\"log\"}\n\n\r\n");
  EXPECT_EQ(EncodeSseHeartbeat({}).bytes, "3\r\n:\n\n\r\n");
  EXPECT_EQ(EncodeSseEnd({}).bytes, "0\r\n\r\n");
  EXPECT_EQ(EncodeSseEnd(kPlain).bytes, "");
}

TEST(SseEvent, SharesTheEnvelopesBytes) {
  const model::EnvelopePtr envelope = Message(R"({"type":"log"})");
  const auto slices = EncodeSseEvent(envelope, "e1-7", {});
  EXPECT_EQ(slices[1].bytes.data(), envelope->json().data());
  EXPECT_EQ(slices[1].owner, envelope);
}

TEST(SseEvent, ADisconnectSetsTheBrowsersRetryAndNoId) {
  const std::string text =
      Encoded(R"({"type":"disconnect","topic":"$bridge","data":{"code":1012,"after_ms":1234}})", "e1-7", kPlain);
  EXPECT_THAT(text, AllOf(StartsWith("retry: 1234\ndata: {"), Not(HasSubstr("id:"))));
  EXPECT_THAT(Encoded(R"({"type":"disconnect","data":{"code":4008}})", "e1-7", kPlain), StartsWith("data: {"));
}

// Sends the first `written` bytes of three events and drops the rest: what follows must be understood.
TEST(SseEvent, WhatIsDroppedEndsBetweenEvents) {
  for (const SseForm form : {SseForm{}, kPlain}) {
    const std::array<Slice, 3> event = EncodeSseEvent(Message(R"({"type":"log"})"), "e1-7", form);
    const std::string one = Joined(event);
    const std::string heartbeat(EncodeSseHeartbeat(form).bytes);
    const std::vector<Slice> slices = {event[0], event[1], event[2], EncodeSseHeartbeat(form),
                                       event[0], event[1], event[2]};
    const size_t ends[] = {0, one.size(), one.size() + heartbeat.size(), 2 * one.size() + heartbeat.size()};
    for (size_t written = 0; written < ends[3]; ++written) {
      OutboundQueue queue;
      queue.AppendUnsent(slices, written);
      queue.DropUnsent(SseMessageEnd);
      const size_t end = *std::lower_bound(std::begin(ends), std::end(ends), written);
      EXPECT_EQ(queue.bytes(), end - written) << written;
    }
  }
}

}  // namespace
}  // namespace spanwire::transport
