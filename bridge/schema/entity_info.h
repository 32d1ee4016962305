#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "bridge/schema/event_rules.h"
#include "google/protobuf/message.h"
#include "spanwire/v1/event.pb.h"

namespace spanwire::schema {

inline constexpr size_t kMaxEntityIdBytes = 256;

// What happened to which entity, checked.
struct EntityInfo {
  std::string kind;       // ADDED, UPDATED, DELETED, STATUS_CHANGED or a custom word
  std::string entity_id;  // 1 to 256 bytes of UTF-8
  std::string user_id;    // may be empty
};

// A word that can be an entity event's kind: 1 to 64 bytes of `A-Z a-z 0-9 _`.
bool IsEntityKind(std::string_view word);

// Both give INVALID_ARGUMENT with reason BAD_ENTITY where something is missing or wrong.

// What the publisher says.
absl::StatusOr<EntityInfo> EntityOf(const v1::EntityChange& change);

// What the message's type says of it; `rules` have an entity_id_field.
absl::StatusOr<EntityInfo> EntityOf(const EventRules& rules, const google::protobuf::Message& message);

}  // namespace spanwire::schema
