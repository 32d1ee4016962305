#include "tests/fuzz/websocket_trace.h"

#include <algorithm>
#include <cstdlib>

#include "bridge/transport/websocket/frame_reader.h"
#include "fmt/format.h"

namespace spanwire::transport::websocket {

std::string Print(const ReaderTrace& trace) {
  static constexpr std::string_view kNames[] = {"text", "binary", "ping", "pong", "close"};
  std::string text;
  for (const auto& item : trace.items) {
    text += fmt::format("  {} {} {:?}\n", kNames[static_cast<size_t>(item.kind)], item.close_code, item.payload);
  }
  return text + fmt::format("  refused with {}\n", trace.refused_with);
}

Arrival Arrival::FromFuzzer(std::string_view input) {
  Arrival arrival;
  if (input.empty()) return arrival;
  size_t count = std::min<size_t>(static_cast<uint8_t>(input[0]) % 5, input.size() - 1);
  for (input.remove_prefix(1); count > 0; --count, input.remove_prefix(1)) {
    arrival.piece_bytes.push_back(size_t{static_cast<uint8_t>(input[0])} + 1);
  }
  arrival.stream = input;
  return arrival;
}

std::string_view Pieces::Next(size_t most) {
  const size_t size = sizes_.empty() ? left_.size() : sizes_[index_++ % sizes_.size()];
  const std::string_view piece = left_.substr(0, std::min(size, most));
  left_.remove_prefix(piece.size());
  return piece;
}

ReaderTrace ReadWithSpanwire(const Arrival& arrival) {
  using Event = FrameReader::Event;
  using Kind = ReaderTrace::Kind;
  ReaderTrace trace;
  FrameReader reader({.max_message_bytes = arrival.max_message_bytes});
  Pieces pieces(arrival);
  while (!pieces.ended()) {
    std::string piece(pieces.Next());
    absl::Span<char> input = absl::MakeSpan(piece);
    for (Event event = reader.Next(input); event != Event::kNeedMore; event = reader.Next(input)) {
      std::string payload(reader.payload());
      if (event == Event::kText) trace.items.push_back({Kind::kText, std::move(payload)});
      if (event == Event::kPing) trace.items.push_back({Kind::kPing, std::move(payload)});
      if (event == Event::kPong) trace.items.push_back({Kind::kPong, std::move(payload)});
      if (event == Event::kClose) trace.items.push_back({Kind::kClose, std::move(payload), reader.close_code()});
      if (event == Event::kError) trace.refused_with = static_cast<uint16_t>(reader.error_code());
    }
    if (!input.empty()) std::abort();
    // Strings grow by doubling; the two of them and a control frame are the rest.
    if (reader.memory() > 2 * std::min(arrival.max_message_bytes, arrival.stream.size()) + 512) std::abort();
  }
  return trace;
}

}  // namespace spanwire::transport::websocket
