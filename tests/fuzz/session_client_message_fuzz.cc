// What clients send as text: it is understood within the protocol's bounds, or refused with a code and a sentence; and
// whatever is echoed of it leaves the bridge as JSON.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <boost/json.hpp>
#include "bridge/model/utf8.h"
#include "bridge/session/client_message.h"
#include "bridge/session/control_messages.h"

namespace spanwire::session {
namespace {

constexpr std::array<std::string_view, 2> kRefusals = {error_code::kBadRequest, error_code::kUnknownAction};

void Check(bool holds) {
  if (!holds) std::abort();
}

void CheckReply(const model::EnvelopePtr& envelope, const ReplyId& id) {
  const std::string_view text = envelope->json();
  Check(model::IsUtf8(text));
  boost::json::error_code failure;
  const boost::json::value reply = boost::json::parse({text.data(), text.size()}, failure);
  Check(!failure && reply.is_object());
  const boost::json::object& data = reply.at("data").as_object();
  Check(data.contains("id") == !id.empty());
  if (!id.empty()) Check(data.at("id").is_string() || data.at("id").is_number());
}

void CheckUnderstood(const ClientMessage& message) {
  const bool about_topics =
      message.verb == ClientMessage::Verb::kSubscribe || message.verb == ClientMessage::Verb::kUnsubscribe;
  Check(about_topics != message.topics.empty());
  for (size_t i = 0; i < message.topics.size(); ++i) {
    const TopicRequest& request = message.topics[i];
    Check(std::none_of(message.topics.begin(), message.topics.begin() + static_cast<std::ptrdiff_t>(i),
                       [&](const TopicRequest& earlier) { return earlier.topic == request.topic; }));
  }
  CheckReply(PongMessage("a-1", message.id, absl::UnixEpoch()), message.id);
  CheckReply(SubscriptionMessage("a", "a-1", true, message.id, absl::UnixEpoch()), message.id);
}

void CheckRefused(const ClientMessageError& error) {
  Check(std::find(kRefusals.begin(), kRefusals.end(), error.code) != kRefusals.end());
  Check(!error.message.empty());
  CheckReply(
      ErrorMessage({.topic = "", .code = error.code, .message = error.message, .action = error.action, .id = error.id},
                   absl::UnixEpoch()),
      error.id);
}

}  // namespace
}  // namespace spanwire::session

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace spanwire::session;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!spanwire::model::IsUtf8(text)) return 0;  // ends the connection before it is a message
  ClientMessage message;
  ClientMessageError error;
  if (ParseClientMessage(text, &message, &error)) {
    CheckUnderstood(message);
  } else {
    CheckRefused(error);
  }
  return 0;
}
