#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "bridge/model/envelope.h"
#include "bridge/session/close_code.h"

namespace spanwire::session {

// A client's `id` as it stood in its message: JSON text of a string or a number, or empty where there was none.
using ReplyId = std::string;

// Error codes of docs/protocol.md, section 6.
namespace error_code {
inline constexpr std::string_view kBadRequest = "bad_request";
inline constexpr std::string_view kUnknownAction = "unknown_action";
inline constexpr std::string_view kBadTopic = "bad_topic";
inline constexpr std::string_view kForbidden = "forbidden";
inline constexpr std::string_view kUnauthorized = "unauthorized";
inline constexpr std::string_view kTooManyTopics = "too_many_topics";
inline constexpr std::string_view kTooLarge = "too_large";
inline constexpr std::string_view kRateLimited = "rate_limited";
inline constexpr std::string_view kBadCursor = "bad_cursor";
inline constexpr std::string_view kNotFound = "not_found";
inline constexpr std::string_view kMethodNotAllowed = "method_not_allowed";
inline constexpr std::string_view kOverloaded = "overloaded";
inline constexpr std::string_view kInternal = "internal";
}  // namespace error_code

// Said with kOverloaded where `limits.max_subscriptions` is reached.
inline constexpr std::string_view kNoRoom = "the bridge has as many subscriptions as it may: try again later";

// The control messages of docs/protocol.md, section 3, encoded. `now` is their timestamp.

struct ConnectedData {
  std::string_view client_id;
  std::string_view user_id;    // empty: left out
  std::string_view tenant_id;  // empty: left out
  absl::Duration ping_interval;
  absl::Time session_expires_at;  // the infinite future: left out
  std::string_view server;
  std::string_view node;
  bool secure = false;
  ReplyId id;  // of the `auth` that it answers; empty: left out
};
model::EnvelopePtr ConnectedMessage(const ConnectedData& data, absl::Time now);

// `recovered` only where the client gave `since`.
model::EnvelopePtr SubscriptionMessage(std::string_view topic, std::string_view cursor, std::optional<bool> recovered,
                                       const ReplyId& id, absl::Time now);
// `reason` is client, admin, expired or forbidden.
model::EnvelopePtr UnsubscriptionMessage(std::string_view topic, std::string_view reason, const ReplyId& id,
                                         absl::Time now);
model::EnvelopePtr PongMessage(std::string_view cursor, const ReplyId& id, absl::Time now);
model::EnvelopePtr PingMessage(absl::Time now);

struct ErrorData {
  std::string_view topic;    // empty: $bridge
  std::string_view code;     // of error_code
  std::string_view message;  // what is wrong and what to do
  std::string_view action;   // the client's verb; empty: left out
  ReplyId id;
};
model::EnvelopePtr ErrorMessage(const ErrorData& data, absl::Time now);

model::EnvelopePtr DisconnectMessage(CloseCode code, std::string_view reason, std::optional<absl::Duration> after,
                                     absl::Time now);

}  // namespace spanwire::session
