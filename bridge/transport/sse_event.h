#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "bridge/model/envelope.h"
#include "bridge/transport/outbound_queue.h"

namespace spanwire::transport {

// Server-Sent Events on the wire (docs/protocol.md, section 5; HTML, section 9.2): an event is a small prefix of its
// own, the envelope's JSON that all connections share, and the end of the event. In HTTP/1.1 each is one chunk.

struct SseForm {
  bool chunked = true;  // HTTP/1.0 knows no chunks: the stream ends with the connection
  bool named = false;   // ?events=named: `event:` says the envelope's type
};

// `id` is the cursor that the client has when it has got this; empty: what it had before. A `disconnect` that says when
// to come back sets the browser's own `retry:` too, and never has an id, since what came before it may have been
// dropped.
std::array<Slice, 3> EncodeSseEvent(const model::EnvelopePtr& envelope, std::string_view id, SseForm form);

// A comment, which shows that the connection lives.
Slice EncodeSseHeartbeat(SseForm form);
// The end of the stream.
Slice EncodeSseEnd(SseForm form);

// Of slices that are all made by the functions above. As OutboundQueue::MessageEnd.
size_t SseMessageEnd(std::string_view slice, size_t sent);

// A whole body that does nothing but say `disconnect`, which is to contain `after_ms`.
std::string EncodeSseFarewell(const model::Envelope& disconnect, bool named);

}  // namespace spanwire::transport
