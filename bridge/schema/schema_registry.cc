#include "bridge/schema/schema_registry.h"

#include <algorithm>
#include <cassert>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "absl/container/flat_hash_map.h"
#include "bridge/model/absl_view.h"
#include "bridge/model/error.h"
#include "bridge/schema/json_plan.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/wrappers.pb.h"
#include "spanwire/v1/builtin_events.pb.h"

namespace spanwire::schema {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MessageFactory;

// Files whose messages are compiled in and may be published.
std::vector<const FileDescriptor*> CompiledInFiles() {
  return {v1::StatsUpdate::descriptor()->file(),
          google::protobuf::Any::descriptor()->file(),
          google::protobuf::Duration::descriptor()->file(),
          google::protobuf::Empty::descriptor()->file(),
          google::protobuf::FieldMask::descriptor()->file(),
          google::protobuf::Struct::descriptor()->file(),
          google::protobuf::Timestamp::descriptor()->file(),
          google::protobuf::Int64Value::descriptor()->file()};
}

// Adds `file` to `set` after all that it imports.
void AddWithImports(const FileDescriptor& file, std::set<const FileDescriptor*>& seen,
                    google::protobuf::FileDescriptorSet& set) {
  if (!seen.insert(&file).second) return;
  for (int i = 0; i < file.dependency_count(); ++i) AddWithImports(*file.dependency(i), seen, set);
  file.CopyTo(set.add_file());
}

}  // namespace

// Everything is made at load; members in the order in which they need each other.
struct SchemaRegistry::Loaded {
  // Adds the messages of a file.
  absl::Status AddFile(const FileDescriptor& file, const std::string& source, MessageFactory& messages);
  // Adds a message and those declared inside it, except what is known already: compiled-in types come first and stay.
  absl::Status AddMessage(const Descriptor& type, const std::string& source, MessageFactory& messages);

  DescriptorFiles files;
  google::protobuf::DynamicMessageFactory dynamic_messages;
  JsonPlans plans;
  absl::flat_hash_map<std::string, std::unique_ptr<const MessageType>> types;
};

absl::Status SchemaRegistry::Loaded::AddFile(const FileDescriptor& file, const std::string& source,
                                             MessageFactory& messages) {
  for (int i = 0; i < file.message_type_count(); ++i) {
    if (absl::Status status = AddMessage(*file.message_type(i), source, messages); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status SchemaRegistry::Loaded::AddMessage(const Descriptor& type, const std::string& source,
                                                MessageFactory& messages) {
  if (type.options().map_entry()) return absl::OkStatus();
  if (!types.contains(type.full_name())) {
    absl::StatusOr<std::unique_ptr<const MessageType>> added =
        MessageType::Create(*messages.GetPrototype(&type), plans.PlanFor(type), source);
    if (!added.ok())
      return absl::InvalidArgumentError(fmt::format("{}: {}", source, model::ToStd(added.status().message())));
    types.emplace(type.full_name(), *std::move(added));
  }
  for (int i = 0; i < type.nested_type_count(); ++i) {
    if (absl::Status status = AddMessage(*type.nested_type(i), source, messages); !status.ok()) return status;
  }
  return absl::OkStatus();
}

SchemaRegistry::SchemaRegistry(std::unique_ptr<Loaded> loaded) : loaded_(std::move(loaded)) {}
SchemaRegistry::~SchemaRegistry() = default;

std::shared_ptr<const SchemaRegistry> SchemaRegistry::BuiltIn() {
  auto registry = Load({});
  assert(registry.ok());  // the built-in events are part of the program
  return *std::move(registry);
}

absl::StatusOr<std::shared_ptr<const SchemaRegistry>> SchemaRegistry::Load(absl::Span<const DescriptorSet> sets) {
  absl::StatusOr<std::unique_ptr<Loaded>> loaded = LoadAll(sets);
  if (!loaded.ok()) {
    return model::MakeError(loaded.status().code(), model::ToStd(loaded.status().message()),
                            {.reason = "BAD_SCHEMA", .metadata = {}});
  }
  return std::shared_ptr<const SchemaRegistry>(new SchemaRegistry(*std::move(loaded)));
}

absl::StatusOr<std::unique_ptr<SchemaRegistry::Loaded>> SchemaRegistry::LoadAll(absl::Span<const DescriptorSet> sets) {
  auto loaded = std::make_unique<Loaded>();
  for (const FileDescriptor* file : CompiledInFiles()) {
    if (absl::Status status = loaded->AddFile(*file, kBuiltinSource, *MessageFactory::generated_factory());
        !status.ok()) {
      return status;
    }
  }
  absl::StatusOr<DescriptorFiles> files = BuildDescriptorFiles(sets);
  if (!files.ok()) return files.status();
  loaded->files = *std::move(files);
  for (const auto& [file, source] : loaded->files.files) {
    if (absl::Status status = loaded->AddFile(*file, source, loaded->dynamic_messages); !status.ok()) return status;
  }
  return loaded;
}

const MessageType* SchemaRegistry::Find(std::string_view full_name) const {
  const auto found = loaded_->types.find(model::ToAbsl(full_name));
  return found == loaded_->types.end() ? nullptr : found->second.get();
}

absl::StatusOr<const MessageType*> SchemaRegistry::FindByUrl(std::string_view type_url) const {
  const std::string_view name = type_url.substr(type_url.rfind('/') + 1);
  if (const MessageType* type = Find(name)) return type;
  return model::MakeError(
      absl::StatusCode::kFailedPrecondition,
      fmt::format("message type \"{}\" is not known here: put its descriptor set into --schema-dir", name),
      {.reason = "UNKNOWN_TYPE", .metadata = {{"type", std::string(name)}}});
}

std::vector<const MessageType*> SchemaRegistry::ListTypes() const {
  std::vector<const MessageType*> list;
  for (const auto& [name, type] : loaded_->types) list.push_back(type.get());
  std::sort(list.begin(), list.end(), [](const auto* a, const auto* b) { return a->name() < b->name(); });
  return list;
}

google::protobuf::FileDescriptorSet SchemaRegistry::FilesOf(const MessageType& type) {
  google::protobuf::FileDescriptorSet set;
  std::set<const FileDescriptor*> seen;
  AddWithImports(*type.descriptor().file(), seen, set);
  return set;
}

}  // namespace spanwire::schema
