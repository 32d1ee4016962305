#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "bridge/model/utf8.h"
#include "bridge/transport/websocket/close_code.h"
#include "bridge/transport/websocket/frame_fault.h"
#include "bridge/transport/websocket/frame_header.h"

namespace spanwire::transport::websocket {

struct ReaderLimits {
  size_t max_message_bytes = 64 * 1024;  // of one message, all fragments together; at most 4 GiB - 1
};

// Reads what a client sends over one WebSocket (RFC 6455, server side): frames in, messages and control frames out.
// Does no I/O: the connection hands it the bytes that it received, cut anywhere.
//
//   absl::Span<char> input = received;
//   for (auto event = reader.Next(input); event != Event::kNeedMore; event = reader.Next(input)) ...
//
// Bytes are unmasked where they lie, so a message that lies whole in `input` is never copied. Of one that does not, the
// reader keeps what came, in memory that grows with the bytes received (never with the length that a header claims) and
// is given back by the Next() after the one that completed it. An idle reader owns no memory.
//
// Text is checked as it comes, so that a bad byte ends the connection before the message is complete. One thread.
class FrameReader {
 public:
  enum class Event : uint8_t {
    kNeedMore,  // all of the input is consumed; come again with more
    kText,      // payload(): a whole message, UTF-8
    kPing,      // payload(): to be sent back in a pong
    kPong,      // payload()
    kClose,     // close_code(), and the reason as payload(). Whatever follows is consumed and ignored
    kError,     // error_code() and error_reason(): close with these. Whatever follows is consumed and ignored
  };

  explicit FrameReader(ReaderLimits limits) { set_max_message_bytes(limits.max_message_bytes); }

  // For the frames that begin from now on.
  void set_max_message_bytes(size_t bytes) {
    max_message_bytes_ = static_cast<uint32_t>(std::min<size_t>(bytes, std::numeric_limits<uint32_t>::max()));
  }

  // Consumes bytes from the front of `input`, which it changes, up to the end of the next event.
  Event Next(absl::Span<char>& input);

  // Of the last event; lies in its input or in the reader, until the next call of Next().
  std::string_view payload() const { return payload_; }
  // Of kClose: the peer's code, kNoStatus where it gave none.
  uint16_t close_code() const { return close_code_; }
  // Of kError: kProtocolError, kUnsupportedData, kInvalidPayload or kMessageTooBig, and a sentence for the peer.
  CloseCode error_code() const { return CodeOf(fault_); }
  std::string_view error_reason() const { return SentenceOf(fault_); }

  // Bytes of memory that it holds beside itself.
  size_t memory() const;

 private:
  enum class Phase : uint8_t { kHeader, kPayload, kClosed };
  // What came of a message, and of a control frame between its fragments, that is not complete yet.
  struct Kept {
    std::string message;
    std::string control;
  };

  void ReleaseDelivered();
  std::optional<FrameHeader> TakeHeader(absl::Span<char>& input);
  FrameFault Judge(const FrameHeader& header) const;
  void BeginPayload(const FrameHeader& header);
  Event ReadPayload(absl::Span<char>& input);
  Event FinishFrame(std::string_view last_piece);
  Event FinishControl(std::string_view payload);
  Event FinishClose(std::string_view payload);
  Event Fail(FrameFault fault);

  // Where pieces of the current frame are kept; there must be a kept_.
  std::string& Current() { return IsControl(opcode_) ? kept_->control : kept_->message; }
  void Keep(std::string_view piece);
  // The pieces kept and the last one, without a copy where it is the only one.
  std::string_view Joined(std::string_view last_piece);

  std::unique_ptr<Kept> kept_;
  std::string_view payload_;
  uint32_t max_message_bytes_;
  uint32_t payload_left_ = 0;  // bytes of the current frame still to come
  uint32_t mask_ = 0;          // turned so that its first byte is for the next byte to come
  uint16_t close_code_ = 0;
  model::Utf8Validator utf8_;  // over the fragments of the current message
  Phase phase_ = Phase::kHeader;
  Opcode opcode_ = Opcode::kContinuation;  // of the current frame
  bool fin_ = false;                       // of the current frame
  bool in_message_ = false;                // a first fragment came and the last did not
  FrameFault fault_ = FrameFault::kNone;
  uint8_t header_size_ = 0;  // bytes of a header that came in pieces
  char header_[kMaxFrameHeader];
};

// Idle connections are many: this and what they are made of is their price.
static_assert(sizeof(FrameReader) <= 64);

}  // namespace spanwire::transport::websocket
