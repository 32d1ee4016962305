#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spanwire::transport::websocket {

// Control frames as a server sends them: final, unmasked. Data frames are encoded once, by model::Envelope.

// `code` must be sendable (IsSendableCloseCode). `reason`, UTF-8, is cut between characters to the 123 bytes that fit.
std::string EncodeClose(uint16_t code, std::string_view reason);

// `payload` has at most kMaxControlPayload bytes; a pong carries its ping's.
std::string EncodePing(std::string_view payload);
std::string EncodePong(std::string_view payload);

}  // namespace spanwire::transport::websocket
