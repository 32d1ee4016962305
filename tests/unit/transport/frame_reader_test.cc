#include "bridge/transport/websocket/frame_reader.h"

#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/transport/client_frame.h"

namespace spanwire::transport::websocket {
namespace {

using ::testing::ElementsAre;
using namespace std::string_literals;
using Event = FrameReader::Event;

constexpr size_t kLimit = 1000;

// One event with what belongs to it, as text: "text hello", "close 1000 bye", "error 1002".
std::string Describe(const FrameReader& reader, Event event) {
  const std::string payload(reader.payload());
  switch (event) {
    case Event::kNeedMore:
      return "need more";
    case Event::kText:
      return "text " + payload;
    case Event::kPing:
      return "ping " + payload;
    case Event::kPong:
      return "pong " + payload;
    case Event::kClose:
      return "close " + std::to_string(reader.close_code()) + (payload.empty() ? "" : " " + payload);
    case Event::kError:
      return "error " + std::to_string(static_cast<int>(reader.error_code()));
  }
  return "unknown";
}

class FrameReaderTest : public ::testing::Test {
 protected:
  // What the reader makes of `bytes` as one piece, on top of what it was given before.
  std::vector<std::string> Feed(std::string bytes) {
    std::vector<std::string> events;
    absl::Span<char> input = absl::MakeSpan(bytes);
    for (Event event = reader_.Next(input); event != Event::kNeedMore; event = reader_.Next(input)) {
      events.push_back(Describe(reader_, event));
    }
    EXPECT_TRUE(input.empty());
    return events;
  }

  FrameReader reader_{{.max_message_bytes = kLimit}};
};

std::string Text(std::string_view payload) {
  return ClientFrame{.payload = payload}.Encode();
}
std::string First(std::string_view payload) {
  return ClientFrame{.payload = payload, .fin = false}.Encode();
}
std::string Middle(std::string_view payload) {
  return ClientFrame{.opcode = Opcode::kContinuation, .payload = payload, .fin = false}.Encode();
}
std::string Last(std::string_view payload) {
  return ClientFrame{.opcode = Opcode::kContinuation, .payload = payload}.Encode();
}
std::string Ping(std::string_view payload) {
  return ClientFrame{.opcode = Opcode::kPing, .payload = payload}.Encode();
}
std::string Close(std::string_view payload) {
  return ClientFrame{.opcode = Opcode::kClose, .payload = payload}.Encode();
}
std::string Close(int code, std::string_view reason = "") {
  return Close(std::string{static_cast<char>(code >> 8), static_cast<char>(code)}.append(reason));
}

TEST_F(FrameReaderTest, ReadsSeveralFramesOfOnePiece) {
  EXPECT_THAT(Feed(Text("one") + Ping("p") + Text("") + Text("two")),
              ElementsAre("text one", "ping p", "text ", "text two"));
}

TEST_F(FrameReaderTest, AWholeMessageIsNotCopied) {
  std::string bytes = Text("hello");
  absl::Span<char> input = absl::MakeSpan(bytes);
  ASSERT_EQ(reader_.Next(input), Event::kText);
  EXPECT_EQ(reader_.payload().data(), bytes.data() + 6);
  EXPECT_EQ(reader_.memory(), 0u);
}

// The one stream that exercises everything a good client sends.
std::string GoodStream() {
  return Text("hello") + Ping("a") + First("fr\xC3") + Ping("b") + Middle("\xA9") + Middle("") + Ping("") +
         Last(" end") + Text(std::string(300, 'x')) + ClientFrame{.opcode = Opcode::kPong, .payload = "q"}.Encode() +
         Close(1001, "bye \xE2\x82\xAC");
}
const std::vector<std::string>& EventsOfGoodStream() {
  static const std::vector<std::string> events = {"text hello",
                                                  "ping a",
                                                  "ping b",
                                                  "ping ",
                                                  "text fr\xC3\xA9 end",
                                                  "text " + std::string(300, 'x'),
                                                  "pong q",
                                                  "close 1001 bye \xE2\x82\xAC"};
  return events;
}

TEST_F(FrameReaderTest, AStreamMayBeCutAtEveryPlace) {
  const std::string stream = GoodStream();
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    reader_ = FrameReader({.max_message_bytes = kLimit});
    auto events = Feed(stream.substr(0, cut));
    for (auto& event : Feed(stream.substr(cut))) events.push_back(std::move(event));
    ASSERT_EQ(events, EventsOfGoodStream()) << "cut at " << cut;
    ASSERT_EQ(reader_.memory(), 0u) << "cut at " << cut;
  }
}

TEST_F(FrameReaderTest, AStreamMayComeByteByByte) {
  std::vector<std::string> events;
  for (const char byte : GoodStream()) {
    for (auto& event : Feed({byte})) events.push_back(std::move(event));
  }
  EXPECT_EQ(events, EventsOfGoodStream());
}

TEST_F(FrameReaderTest, MemoryFollowsTheBytesReceivedAndIsGivenBack) {
  const std::string frame = Text(std::string(kLimit, 'x'));
  EXPECT_THAT(Feed(frame.substr(0, 20)), ElementsAre());
  EXPECT_GT(reader_.memory(), 0u);
  EXPECT_LT(reader_.memory(), 200u);
  EXPECT_THAT(Feed(frame.substr(20)), ElementsAre("text " + std::string(kLimit, 'x')));
  EXPECT_EQ(reader_.memory(), 0u);
}

TEST_F(FrameReaderTest, AControlFrameBetweenFragmentsMayBeCut) {
  EXPECT_THAT(Feed(First("ab") + Ping("ping").substr(0, 8)), ElementsAre());
  EXPECT_THAT(Feed(Ping("ping").substr(8) + Last("cd")), ElementsAre("ping ping", "text abcd"));
  EXPECT_EQ(reader_.memory(), 0u);
}

TEST_F(FrameReaderTest, CutControlFramesBetweenFragmentsDoNotMix) {
  EXPECT_THAT(Feed(First("ab") + Ping("one").substr(0, 7)), ElementsAre());
  EXPECT_THAT(Feed(Ping("one").substr(7) + Ping("two").substr(0, 7)), ElementsAre("ping one"));
  EXPECT_THAT(Feed(Ping("two").substr(7) + Last("cd")), ElementsAre("ping two", "text abcd"));
}

TEST_F(FrameReaderTest, UnmaskedFramesAreRefused) {
  EXPECT_THAT(Feed(ClientFrame{.payload = "x", .masked = false}.Encode()), ElementsAre("error 1002"));
}

TEST_F(FrameReaderTest, ReservedBitsAreRefused) {
  for (const uint8_t bits : {1, 2, 4, 7}) {
    reader_ = FrameReader({.max_message_bytes = kLimit});
    EXPECT_THAT(Feed(ClientFrame{.payload = "x", .reserved = bits}.Encode()), ElementsAre("error 1002"));
  }
}

TEST_F(FrameReaderTest, ReservedOpcodesAreRefused) {
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    reader_ = FrameReader({.max_message_bytes = kLimit});
    EXPECT_THAT(Feed(ClientFrame{.opcode = static_cast<Opcode>(opcode)}.Encode()), ElementsAre("error 1002")) << opcode;
  }
}

TEST_F(FrameReaderTest, ControlFramesMustBeShortAndWhole) {
  EXPECT_THAT(Feed(Ping(std::string(125, 'x'))), ElementsAre("ping " + std::string(125, 'x')));
  EXPECT_THAT(Feed(Ping(std::string(126, 'x'))), ElementsAre("error 1002"));
  reader_ = FrameReader({.max_message_bytes = kLimit});
  EXPECT_THAT(Feed(ClientFrame{.opcode = Opcode::kPing, .fin = false}.Encode()), ElementsAre("error 1002"));
}

TEST_F(FrameReaderTest, AContinuationNeedsABeginning) {
  EXPECT_THAT(Feed(Last("x")), ElementsAre("error 1002"));
}

TEST_F(FrameReaderTest, AMessageMustBeFinishedBeforeTheNext) {
  EXPECT_THAT(Feed(First("x") + Text("y")), ElementsAre("error 1002"));
}

TEST_F(FrameReaderTest, AFinishedMessageCannotBeContinued) {
  EXPECT_THAT(Feed(First("x") + Last("y") + Last("z")), ElementsAre("text xy", "error 1002"));
}

TEST_F(FrameReaderTest, BinaryIsRefusedAsUnsupported) {
  EXPECT_THAT(Feed(ClientFrame{.opcode = Opcode::kBinary, .payload = "x"}.Encode()), ElementsAre("error 1003"));
  EXPECT_NE(reader_.error_reason(), "");
}

TEST_F(FrameReaderTest, LengthsMustBeInTheirShortestForm) {
  for (const size_t bytes : {2, 8}) {
    reader_ = FrameReader({.max_message_bytes = kLimit});
    EXPECT_THAT(Feed(ClientFrame{.payload = "x", .length_bytes = bytes}.Encode()), ElementsAre("error 1002"));
  }
  reader_ = FrameReader({.max_message_bytes = kLimit});
  EXPECT_THAT(Feed(ClientFrame{.payload = std::string(126, 'x'), .length_bytes = 8}.Encode()),
              ElementsAre("error 1002"));
}

TEST_F(FrameReaderTest, TheTopBitOfALengthMustBeClear) {
  EXPECT_THAT(Feed("\x81\xff\x80\0\0\0\0\0\0\0mask"s), ElementsAre("error 1002"));
}

TEST_F(FrameReaderTest, AMessageOverTheLimitIsRefusedByItsHeader) {
  EXPECT_THAT(Feed(Text(std::string(kLimit, 'x'))), ElementsAre("text " + std::string(kLimit, 'x')));
  EXPECT_THAT(Feed(Text(std::string(kLimit + 1, 'x')).substr(0, 8)), ElementsAre("error 1009"));
}

TEST_F(FrameReaderTest, AHugeLengthIsRefusedByItsHeader) {
  EXPECT_THAT(Feed("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xffmask"s), ElementsAre("error 1009"));
}

TEST_F(FrameReaderTest, TheLimitCountsAllFragments) {
  EXPECT_THAT(Feed(First(std::string(kLimit - 1, 'x')) + Middle("") + Middle("x")), ElementsAre());
  EXPECT_THAT(Feed(Last("x").substr(0, 6)), ElementsAre("error 1009"));
  EXPECT_EQ(reader_.memory(), 0u);
}

TEST_F(FrameReaderTest, BadTextIsRefusedBeforeItsFrameIsComplete) {
  EXPECT_THAT(Feed(Text("good\xFFmore to come").substr(0, 6 + 5)), ElementsAre("error 1007"));
}

TEST_F(FrameReaderTest, BadTextIsFoundAcrossFragments) {
  EXPECT_THAT(Feed(First("\xE2\x82") + Middle("") + Last("\x41")), ElementsAre("error 1007"));
}

TEST_F(FrameReaderTest, AMessageMustNotEndWithinACharacter) {
  EXPECT_THAT(Feed(Text("\xE2\x82")), ElementsAre("error 1007"));
  reader_ = FrameReader({.max_message_bytes = kLimit});
  EXPECT_THAT(Feed(First("\xE2\x82") + Last("")), ElementsAre("error 1007"));
}

TEST_F(FrameReaderTest, ControlPayloadsNeedNotBeText) {
  EXPECT_THAT(Feed(First("\xE2") + Ping("\xFF") + Last("\x82\xAC")), ElementsAre("ping \xFF", "text \xE2\x82\xAC"));
}

TEST_F(FrameReaderTest, ACloseMayCarryNothing) {
  EXPECT_THAT(Feed(Close("")), ElementsAre("close 1005"));
}

TEST_F(FrameReaderTest, ACloseOfOneByteIsRefused) {
  EXPECT_THAT(Feed(Close("\x03")), ElementsAre("error 1002"));
}

TEST_F(FrameReaderTest, OnlySendableCloseCodesAreTaken) {
  for (int code = 0; code <= 0xFFFF; ++code) {
    const bool sendable =
        (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
    reader_ = FrameReader({.max_message_bytes = kLimit});
    ASSERT_THAT(Feed(Close(code)), ElementsAre(sendable ? "close " + std::to_string(code) : "error 1002"));
  }
}

TEST_F(FrameReaderTest, ACloseReasonMustBeText) {
  EXPECT_THAT(Feed(Close(1000, "\xC3")), ElementsAre("error 1007"));
}

TEST_F(FrameReaderTest, WhatFollowsACloseIsIgnored) {
  EXPECT_THAT(Feed(First("cut off") + Close(1000) + Text("late") + "garbage"), ElementsAre("close 1000"));
  EXPECT_THAT(Feed(Text("later")), ElementsAre());
  EXPECT_EQ(reader_.memory(), 0u);
}

TEST_F(FrameReaderTest, WhatFollowsAnErrorIsIgnored) {
  EXPECT_THAT(Feed(Last("x") + Text("late")), ElementsAre("error 1002"));
  EXPECT_THAT(Feed(Text("later")), ElementsAre());
  EXPECT_EQ(reader_.error_code(), CloseCode::kProtocolError);
}

TEST_F(FrameReaderTest, EveryErrorHasASentenceThatFitsACloseFrame) {
  for (int fault = 1; fault <= static_cast<int>(FrameFault::kCloseReasonNotUtf8); ++fault) {
    const std::string_view sentence = SentenceOf(static_cast<FrameFault>(fault));
    EXPECT_GT(sentence.size(), 10u);
    EXPECT_LE(sentence.size(), 123u);
  }
}

}  // namespace
}  // namespace spanwire::transport::websocket
