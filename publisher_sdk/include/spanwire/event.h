#pragma once

#include <chrono>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include <google/protobuf/message.h>

#include "spanwire/v1/event.pb.h"

namespace spanwire {

// What an event carries besides its payload. Everything is optional: the topic and type of an annotated message come
// from its options (spanwire/v1/options.proto), and what is given here wins over them.
struct PublishOptions {
  std::string topic = {};
  std::string type = {};
  // Idempotency key of the caller's own, for events that outlive this process (resends by the SDK need none).
  std::string id = {};
  std::string tenant_id = {};
  // When it happened. Default: when Publish was called, however long the event then waits for the bridge.
  std::optional<std::chrono::system_clock::time_point> timestamp = {};
  // 32 lower-case hex digits; or a whole W3C `traceparent`, whose trace id is taken (one that is malformed is ignored,
  // as W3C asks). Default: PublisherOptions::traceparent.
  std::string trace_id = {};
  std::string traceparent = {};
  // Makes it an entity event: EntityAdded("order-42") and its like, below.
  std::optional<v1::EntityChange> entity = {};
  // How long the event may wait for the bridge's word. Zero: PublisherOptions::delivery_deadline.
  std::chrono::milliseconds deadline = {};
};

// A JSON object as text. The bridge checks it.
struct JsonText {
  std::string text;
};

// What Publish takes: any protobuf message (a google.protobuf.Struct travels as JSON, a spanwire.v1.Event as it is)
// or JSON text.
template <typename T>
concept Publishable = std::derived_from<T, google::protobuf::Message> || std::same_as<T, JsonText>;

v1::EntityChange EntityAdded(std::string_view entity_id, std::string_view user_id = {});
v1::EntityChange EntityUpdated(std::string_view entity_id, std::string_view user_id = {});
v1::EntityChange EntityDeleted(std::string_view entity_id, std::string_view user_id = {});
v1::EntityChange EntityStatusChanged(std::string_view entity_id, std::string_view user_id = {});
// `kind` is a word of the publisher's own, 1 to 64 bytes of `A-Z a-z 0-9 _`.
v1::EntityChange EntityChanged(std::string_view kind, std::string_view entity_id, std::string_view user_id = {});

// The event as it goes to the bridge. `now` is its timestamp where none is given.
v1::Event MakeEvent(const google::protobuf::Message& payload, const PublishOptions& options,
                    std::chrono::system_clock::time_point now);
v1::Event MakeEvent(const JsonText& payload, const PublishOptions& options, std::chrono::system_clock::time_point now);

// `value` as it stands inside a topic: every byte outside `A-Z a-z 0-9 . _ -` as `~hh`, two lower-case hex digits.
std::string EncodeTopicValue(std::string_view value);

// The topic that only `user` (the `sub` of the token) may read: "user:<encoded user>".
std::string UserTopic(std::string_view user);

// The trace id of a W3C `traceparent`; empty where it is malformed.
std::string TraceIdOf(std::string_view traceparent);

}  // namespace spanwire
