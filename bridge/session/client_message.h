#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/session/control_messages.h"

namespace spanwire::session {

// What a client asks for one topic.
struct TopicRequest {
  std::string topic;                 // as given: not yet checked
  std::optional<std::string> since;  // a cursor as given: not yet checked
};

// A client's message (docs/protocol.md, section 2), read but not yet acted on.
struct ClientMessage {
  enum class Verb : uint8_t { kSubscribe, kUnsubscribe, kPing, kPong, kAuth };

  Verb verb = Verb::kPing;
  std::vector<TopicRequest> topics;  // of kSubscribe and kUnsubscribe: at least one
  uint32_t history = 0;              // of kSubscribe
  std::string token;                 // of kAuth: as given
  std::string action;                // the verb as given
  ReplyId id;
};

// Why a message cannot be acted on: goes back to the client as an `error`.
struct ClientMessageError {
  std::string_view code;  // of error_code
  std::string message;
  std::string action;  // where it could be read
  ReplyId id;          // where it could be read
};

// Reads a client's message. Returns true and fills `message`, or false and fills `error`.
// Bounds: depth 8. Unknown members are ignored. Never throws.
bool ParseClientMessage(std::string_view text, ClientMessage* message, ClientMessageError* error);

// The `id` of a message that is not going to be read otherwise: a scan instead of a parse. Empty where there is none
// that can be echoed.
ReplyId PeekReplyId(std::string_view text);

}  // namespace spanwire::session
