#include "bridge/transport/websocket/frame_reader.h"

#include <algorithm>

#include "bridge/transport/websocket/unmask.h"

namespace spanwire::transport::websocket {

FrameReader::Event FrameReader::Next(absl::Span<char>& input) {
  ReleaseDelivered();
  while (true) {
    if (phase_ == Phase::kClosed) {
      input = {};
      return Event::kNeedMore;
    }
    if (phase_ == Phase::kHeader) {
      const auto header = TakeHeader(input);
      if (!header.has_value()) return Event::kNeedMore;
      if (const FrameFault fault = Judge(*header); fault != FrameFault::kNone) return Fail(fault);
      BeginPayload(*header);
    }
    const Event event = ReadPayload(input);
    if (event != Event::kNeedMore || phase_ == Phase::kPayload) return event;
  }
}

size_t FrameReader::memory() const {
  return kept_ == nullptr ? 0 : sizeof(Kept) + kept_->message.capacity() + kept_->control.capacity();
}

void FrameReader::ReleaseDelivered() {
  payload_ = {};
  if (kept_ == nullptr || phase_ == Phase::kPayload) return;
  if (in_message_) {
    kept_->control.clear();
  } else {
    kept_.reset();
  }
}

std::optional<FrameHeader> FrameReader::TakeHeader(absl::Span<char>& input) {
  if (header_size_ == 0 && input.size() >= 2) {
    const size_t size = FrameHeaderSize(input.data());
    if (input.size() >= size) {
      const FrameHeader header = DecodeFrameHeader(input.data());
      input.remove_prefix(size);
      return header;
    }
  }
  while (!input.empty()) {
    header_[header_size_++] = input.front();
    input.remove_prefix(1);
    if (header_size_ >= 2 && header_size_ == FrameHeaderSize(header_)) {
      header_size_ = 0;
      return DecodeFrameHeader(header_);
    }
  }
  return std::nullopt;
}

FrameFault FrameReader::Judge(const FrameHeader& header) const {
  if (const FrameFault fault = JudgeHeader(header, in_message_); fault != FrameFault::kNone) return fault;
  if (IsControl(header.opcode)) return FrameFault::kNone;
  // No overflow: the length's top bit is clear, and what is kept is within the limit.
  const uint64_t kept = kept_ == nullptr ? 0 : kept_->message.size();
  return kept + header.length > max_message_bytes_ ? FrameFault::kMessageTooBig : FrameFault::kNone;
}

void FrameReader::BeginPayload(const FrameHeader& header) {
  phase_ = Phase::kPayload;
  opcode_ = header.opcode;
  fin_ = header.fin;
  payload_left_ = static_cast<uint32_t>(header.length);
  mask_ = header.mask;
}

FrameReader::Event FrameReader::ReadPayload(absl::Span<char>& input) {
  const auto bytes = input.first(std::min<size_t>(input.size(), payload_left_));
  input.remove_prefix(bytes.size());
  payload_left_ -= static_cast<uint32_t>(bytes.size());
  mask_ = Unmask(bytes, mask_);

  const std::string_view piece(bytes.data(), bytes.size());
  if (!IsControl(opcode_) && !utf8_.Feed(piece)) return Fail(FrameFault::kTextNotUtf8);
  if (payload_left_ == 0) return FinishFrame(piece);
  Keep(piece);
  return Event::kNeedMore;
}

FrameReader::Event FrameReader::FinishFrame(std::string_view last_piece) {
  phase_ = Phase::kHeader;
  if (IsControl(opcode_)) return FinishControl(Joined(last_piece));
  in_message_ = !fin_;
  if (in_message_) {
    Keep(last_piece);
    return Event::kNeedMore;
  }
  if (!utf8_.complete()) return Fail(FrameFault::kTextNotUtf8);
  payload_ = Joined(last_piece);
  return Event::kText;
}

FrameReader::Event FrameReader::FinishControl(std::string_view payload) {
  if (opcode_ == Opcode::kClose) return FinishClose(payload);
  payload_ = payload;
  return opcode_ == Opcode::kPing ? Event::kPing : Event::kPong;
}

FrameReader::Event FrameReader::FinishClose(std::string_view payload) {
  close_code_ = static_cast<uint16_t>(CloseCode::kNoStatus);
  if (payload.size() == 1) return Fail(FrameFault::kCloseTooShort);
  if (!payload.empty()) {
    close_code_ = static_cast<uint16_t>(static_cast<uint8_t>(payload[0]) << 8 | static_cast<uint8_t>(payload[1]));
    payload_ = payload.substr(2);
    if (!IsSendableCloseCode(close_code_)) return Fail(FrameFault::kCloseCodeNotSendable);
    if (!model::IsUtf8(payload_)) return Fail(FrameFault::kCloseReasonNotUtf8);
  }
  phase_ = Phase::kClosed;
  in_message_ = false;
  return Event::kClose;
}

void FrameReader::Keep(std::string_view piece) {
  if (piece.empty()) return;
  if (kept_ == nullptr) kept_ = std::make_unique<Kept>();
  Current().append(piece);
}

std::string_view FrameReader::Joined(std::string_view last_piece) {
  if (kept_ == nullptr || Current().empty()) return last_piece;
  return Current().append(last_piece);
}

FrameReader::Event FrameReader::Fail(FrameFault fault) {
  payload_ = {};
  kept_.reset();
  in_message_ = false;
  fault_ = fault;
  phase_ = Phase::kClosed;
  return Event::kError;
}

}  // namespace spanwire::transport::websocket
