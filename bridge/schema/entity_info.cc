#include "bridge/schema/entity_info.h"

#include <algorithm>

#include <fmt/format.h>

#include "absl/strings/ascii.h"
#include "bridge/model/error.h"
#include "bridge/model/utf8.h"
#include "bridge/schema/scalar_text.h"

namespace spanwire::schema {
namespace {

constexpr size_t kMaxKindBytes = 64;

absl::Status BadEntity(std::string_view field, std::string_view sentence) {
  return model::MakeError(absl::StatusCode::kInvalidArgument, sentence,
                          {.reason = "BAD_ENTITY", .metadata = {{"field", std::string(field)}}});
}

// "ADDED" for KIND_ADDED; empty where the number is none of the kinds.
std::string KindWord(v1::EntityChange::Kind kind) {
  constexpr std::string_view kPrefix = "KIND_";
  const std::string& name = v1::EntityChange::Kind_Name(kind);
  return name.size() > kPrefix.size() ? name.substr(kPrefix.size()) : std::string();
}

absl::StatusOr<std::string> KindOf(const v1::EntityChange& change) {
  const bool has_kind = change.kind() != v1::EntityChange::KIND_UNSPECIFIED;
  if (has_kind && !change.custom_kind().empty()) {
    return BadEntity("entity.custom_kind", "entity has both kind and custom_kind: give one");
  }
  if (has_kind) {
    std::string word = KindWord(change.kind());
    if (!word.empty()) return word;
    return BadEntity("entity.kind", fmt::format("entity.kind {} is not known: use custom_kind for words of your own",
                                                static_cast<int>(change.kind())));
  }
  if (change.custom_kind().empty()) {
    return BadEntity("entity.kind", "entity has no kind: give kind, or a word of your own as custom_kind");
  }
  if (!IsEntityKind(change.custom_kind())) {
    return BadEntity("entity.custom_kind", "entity.custom_kind must be 1 to 64 bytes of A-Z a-z 0-9 _");
  }
  return change.custom_kind();
}

absl::Status CheckEntityId(std::string_view field, std::string_view id) {
  if (id.empty()) {
    return BadEntity(field, fmt::format("{} is empty: an entity event must name its entity", field));
  }
  if (id.size() > kMaxEntityIdBytes) {
    return BadEntity(field,
                     fmt::format("{} has {} bytes: at most {} are allowed", field, id.size(), kMaxEntityIdBytes));
  }
  // Strings of proto2 messages may hold anything.
  if (!model::IsUtf8(id)) {
    return BadEntity(field, fmt::format("{} is not valid UTF-8", field));
  }
  return absl::OkStatus();
}

}  // namespace

bool IsEntityKind(std::string_view word) {
  return !word.empty() && word.size() <= kMaxKindBytes &&
         std::all_of(word.begin(), word.end(), [](unsigned char c) { return absl::ascii_isalnum(c) || c == '_'; });
}

absl::StatusOr<EntityInfo> EntityOf(const v1::EntityChange& change) {
  absl::StatusOr<std::string> kind = KindOf(change);
  if (!kind.ok()) return kind.status();
  if (absl::Status status = CheckEntityId("entity.entity_id", change.entity_id()); !status.ok()) return status;
  return EntityInfo{*std::move(kind), change.entity_id(), change.user_id()};
}

absl::StatusOr<EntityInfo> EntityOf(const EventRules& rules, const google::protobuf::Message& message) {
  EntityInfo entity{rules.options.entity_kind(), ScalarText(message, *rules.entity_id_field), ""};
  const std::string field = "message." + rules.entity_id_field->name();
  if (absl::Status status = CheckEntityId(field, entity.entity_id); !status.ok()) return status;
  return entity;
}

}  // namespace spanwire::schema
