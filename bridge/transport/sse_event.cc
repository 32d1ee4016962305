#include "bridge/transport/sse_event.h"

#include <utility>

#include <fmt/format.h>

namespace spanwire::transport {
namespace {

// The end of every event, told by its address from everything else. Behind the empty line that ends the event stands
// the end of its chunk.
constexpr char kEventEnd[] = "\n\n\r\n";
constexpr std::string_view kChunkedEnd(kEventEnd, 4);
constexpr std::string_view kPlainEnd(kEventEnd, 2);
constexpr std::string_view kDisconnect = "disconnect";

// Envelopes begin with their type, and no type needs an escape.
std::string_view TypeOf(std::string_view json) {
  constexpr std::string_view kBefore = "{\"type\":\"";
  if (!json.starts_with(kBefore)) return {};
  json.remove_prefix(kBefore.size());
  return json.substr(0, json.find('"'));
}

// The digits behind `"after_ms":`; empty where there are none.
std::string_view AfterMilliseconds(std::string_view json) {
  constexpr std::string_view kName = "\"after_ms\":";
  const size_t at = json.find(kName);
  if (at == std::string_view::npos) return {};
  json.remove_prefix(at + kName.size());
  return json.substr(0, json.find_first_not_of("0123456789"));
}

// What stands before the JSON.
std::string Fields(std::string_view json, std::string_view id, bool named) {
  const std::string_view type = TypeOf(json);
  std::string fields;
  if (type == kDisconnect) {
    if (const std::string_view after = AfterMilliseconds(json); !after.empty()) {
      fields.append("retry: ").append(after).append("\n");
    }
  } else if (!id.empty()) {
    fields.append("id: ").append(id).append("\n");
  }
  if (named) fields.append("event: ").append(type).append("\n");
  return fields.append("data: ");
}

Slice Comment(std::string_view text) {
  return {.owner = nullptr, .bytes = text};  // literals live for ever
}

}  // namespace

std::array<Slice, 3> EncodeSseEvent(const model::EnvelopePtr& envelope, std::string_view id, SseForm form) {
  const std::string_view json = envelope->json();
  std::string prefix = Fields(json, id, form.named);
  if (form.chunked) prefix.insert(0, fmt::format("{:x}\r\n", prefix.size() + json.size() + kPlainEnd.size()));
  return {Slice::Of(std::move(prefix)), Slice{.owner = envelope, .bytes = json},
          Slice{.owner = nullptr, .bytes = form.chunked ? kChunkedEnd : kPlainEnd}};
}

Slice EncodeSseHeartbeat(SseForm form) {
  return Comment(form.chunked ? "3\r\n:\n\n\r\n" : ":\n\n");
}

Slice EncodeSseEnd(SseForm form) {
  return Comment(form.chunked ? "0\r\n\r\n" : "");
}

size_t SseMessageEnd(std::string_view slice, size_t sent) {
  if (slice.data() == kEventEnd) return slice.size();
  const bool is_json = slice.starts_with('{');
  // A heartbeat is a message by itself.
  const bool is_whole = slice == ":\n\n" || slice.starts_with("3\r\n:");
  if (is_whole) return sent == 0 ? 0 : slice.size();
  return is_json || sent > 0 ? OutboundQueue::kGoesOn : 0;
}

std::string EncodeSseFarewell(const model::Envelope& disconnect, bool named) {
  return Fields(disconnect.json(), "", named).append(disconnect.json()).append(kPlainEnd);
}

}  // namespace spanwire::transport
