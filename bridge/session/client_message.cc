#include "bridge/session/client_message.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <boost/json.hpp>
#include "absl/container/flat_hash_set.h"
#include "bridge/model/absl_view.h"
#include "bridge/model/json_member.h"

namespace spanwire::session {
namespace {

namespace json = boost::json;

constexpr size_t kMaxDepth = 8;
// An id is echoed in every reply, so it must not be a way to make the bridge talk.
constexpr size_t kMaxIdBytes = 128;
// Of an id as it is written at most: every byte as \u00xx, between quotes.
constexpr size_t kMaxIdText = 6 * kMaxIdBytes + 2;
constexpr size_t kMaxActionShown = 64;

struct VerbName {
  std::string_view name;
  ClientMessage::Verb verb;
};
constexpr std::array<VerbName, 5> kVerbs = {{{"subscribe", ClientMessage::Verb::kSubscribe},
                                             {"unsubscribe", ClientMessage::Verb::kUnsubscribe},
                                             {"ping", ClientMessage::Verb::kPing},
                                             {"pong", ClientMessage::Verb::kPong},
                                             {"auth", ClientMessage::Verb::kAuth}}};

std::string_view View(const json::string& text) {
  return {text.data(), text.size()};
}

// As a client counts them: of a string what is between its quotes, after unescaping.
size_t IdBytes(const json::value& id, std::string_view serialized) {
  return id.is_string() ? id.get_string().size() : serialized.size();
}

// Such as 1e400, which has no JSON of its own to be echoed as.
bool IsBeyondRange(const json::value& number) {
  return number.is_double() && !std::isfinite(number.get_double());
}

// Reads one message; the first fault stops it.
class Reader {
 public:
  Reader(ClientMessage* message, ClientMessageError* error) : message_(message), error_(error) {}

  bool Read(std::string_view text) {
    json::error_code failure;
    json::parse_options options;
    options.max_depth = kMaxDepth;
    const json::value value = json::parse({text.data(), text.size()}, failure, {}, options);
    if (failure == json::error::too_deep) {
      return Fail(error_code::kBadRequest,
                  fmt::format("nested too deep: at most {} objects and arrays within each other", kMaxDepth));
    }
    if (failure) return Fail(error_code::kBadRequest, "not JSON: send one JSON object per frame");
    if (!value.is_object()) return Fail(error_code::kBadRequest, "not a JSON object: send one JSON object per frame");
    const json::object& object = value.get_object();
    return ReadId(object) && ReadVerb(object) && ReadArguments(object);
  }

 private:
  bool Fail(std::string_view code, std::string sentence) {
    *error_ = {.code = code, .message = std::move(sentence), .action = message_->action, .id = message_->id};
    return false;
  }

  bool ReadId(const json::object& object) {
    const json::value* id = object.if_contains("id");
    if (id == nullptr || id->is_null()) return true;
    if (!id->is_string() && !id->is_number()) return Fail(error_code::kBadRequest, "id must be a string or a number");
    if (IsBeyondRange(*id)) {
      return Fail(error_code::kBadRequest, "id is a number beyond a double's range: choose a smaller one, or a string");
    }
    std::string text = json::serialize(*id);
    if (IdBytes(*id, text) > kMaxIdBytes) {
      return Fail(error_code::kBadRequest, fmt::format("id has over {} bytes: choose a shorter one", kMaxIdBytes));
    }
    message_->id = std::move(text);
    return true;
  }

  bool ReadVerb(const json::object& object) {
    const json::value* verb = object.if_contains("action");
    if (verb == nullptr) verb = object.if_contains("type");
    if (verb == nullptr || !verb->is_string()) {
      return Fail(error_code::kBadRequest, "action is missing: say subscribe, unsubscribe, ping, pong or auth");
    }
    message_->action = View(verb->get_string()).substr(0, kMaxActionShown);
    // A cut may fall inside a character; what remains must be UTF-8 to be echoed.
    while (!message_->action.empty() && View(verb->get_string()).size() > kMaxActionShown &&
           static_cast<signed char>(message_->action.back()) < 0) {
      message_->action.pop_back();
    }
    const auto* found = std::find_if(kVerbs.begin(), kVerbs.end(),
                                     [&](const VerbName& known) { return known.name == View(verb->get_string()); });
    if (found == kVerbs.end()) {
      return Fail(error_code::kUnknownAction, "unknown action: say subscribe, unsubscribe, ping, pong or auth");
    }
    message_->verb = found->verb;
    return true;
  }

  bool ReadArguments(const json::object& object) {
    switch (message_->verb) {
      case ClientMessage::Verb::kSubscribe:
        return ReadTopics(object) && ReadSince(object) && ReadHistory(object);
      case ClientMessage::Verb::kUnsubscribe:
        return ReadTopics(object);
      case ClientMessage::Verb::kAuth:
        return ReadToken(object);
      case ClientMessage::Verb::kPing:
      case ClientMessage::Verb::kPong:
        return true;
    }
    return true;
  }

  bool ReadToken(const json::object& object) {
    const json::value* token = object.if_contains("token");
    if (token == nullptr || !token->is_string()) {
      return Fail(error_code::kBadRequest, "token is missing: say {\"action\": \"auth\", \"token\": \"...\"}");
    }
    message_->token = View(token->get_string());
    return true;
  }

  bool ReadTopics(const json::object& object) {
    const json::value* one = object.if_contains("topic");
    const json::value* many = object.if_contains("topics");
    if (one != nullptr && !one->is_string()) return Fail(error_code::kBadRequest, "topic must be a string");
    if (many != nullptr && !many->is_array())
      return Fail(error_code::kBadRequest, "topics must be an array of strings");
    if (one != nullptr) AddTopic(one->get_string());
    if (many != nullptr) {
      for (const json::value& topic : many->get_array()) {
        if (!topic.is_string()) return Fail(error_code::kBadRequest, "topics must be an array of strings");
        AddTopic(topic.get_string());
      }
    }
    if (message_->topics.empty()) {
      return Fail(error_code::kBadRequest, "no topic: give \"topic\": \"stats\" or \"topics\": [\"stats\", \"logs\"]");
    }
    return true;
  }

  // A topic that is named twice in one message is one request.
  void AddTopic(const json::string& topic) {
    const std::string_view name = View(topic);
    if (!named_.insert(model::ToAbsl(name)).second) return;
    message_->topics.push_back({.topic = std::string(name), .since = std::nullopt});
  }

  bool ReadSince(const json::object& object) {
    static constexpr std::string_view kSentence = "since must be a cursor, or an object of topic and cursor";
    const json::value* since = object.if_contains("since");
    if (since == nullptr || since->is_null()) return true;
    if (since->is_string()) {
      for (TopicRequest& request : message_->topics) request.since = std::string(View(since->get_string()));
      return true;
    }
    if (!since->is_object()) return Fail(error_code::kBadRequest, std::string(kSentence));
    for (TopicRequest& request : message_->topics) {
      const json::value* cursor = since->get_object().if_contains(request.topic);
      if (cursor == nullptr) continue;
      if (!cursor->is_string()) return Fail(error_code::kBadRequest, std::string(kSentence));
      request.since = std::string(View(cursor->get_string()));
    }
    return true;
  }

  bool ReadHistory(const json::object& object) {
    const json::value* history = object.if_contains("history");
    if (history == nullptr || history->is_null()) return true;
    json::error_code failure;
    const auto count = history->to_number<uint32_t>(failure);
    if (failure || !history->is_number()) {
      return Fail(error_code::kBadRequest, "history must be a whole number from 0 to 4294967295");
    }
    message_->history = count;
    return true;
  }

  ClientMessage* message_;
  ClientMessageError* error_;
  absl::flat_hash_set<absl::string_view> named_;  // points into the parsed JSON
};

}  // namespace

ReplyId PeekReplyId(std::string_view text) {
  const std::optional<std::string_view> found = model::FindJsonMember(text, "id");
  if (!found || found->size() > kMaxIdText) return {};
  json::error_code failure;
  const json::value id = json::parse({found->data(), found->size()}, failure);
  if (failure || (!id.is_string() && !id.is_number()) || IsBeyondRange(id)) return {};
  std::string echo = json::serialize(id);
  return IdBytes(id, echo) <= kMaxIdBytes ? echo : ReplyId();
}

bool ParseClientMessage(std::string_view text, ClientMessage* message, ClientMessageError* error) {
  *message = {};
  return Reader(message, error).Read(text);
}

}  // namespace spanwire::session
