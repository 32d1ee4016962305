#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "bridge/schema/descriptor_files.h"
#include "bridge/schema/message_type.h"
#include "google/protobuf/descriptor.pb.h"

namespace spanwire::schema {

// The message types that the bridge can translate: the built-in events, protobuf's well-known types, and those of
// descriptor sets.
// Immutable once loaded; any thread may ask. A reload makes a new one.
class SchemaRegistry {
 public:
  // Compiled-in types only.
  static std::shared_ptr<const SchemaRegistry> BuiltIn();

  // Compiled-in types and those of `sets`. Sets may repeat each other's files if the copies agree. The files of
  // spanwire/v1 and google/protobuf are compiled in: copies of them are ignored, and they need not be in the sets.
  // INVALID_ARGUMENT (reason BAD_SCHEMA) where bytes are no descriptor set, an import is missing, copies differ,
  // a definition is wrong, or event options contradict their message; the sentence names source, message and fault.
  static absl::StatusOr<std::shared_ptr<const SchemaRegistry>> Load(absl::Span<const DescriptorSet> sets);

  ~SchemaRegistry();
  SchemaRegistry(const SchemaRegistry&) = delete;
  SchemaRegistry& operator=(const SchemaRegistry&) = delete;

  // Null where the type is not known. The result lives as long as the registry.
  const MessageType* Find(std::string_view full_name) const;

  // The type of a google.protobuf.Any, named by the last segment of its URL. FAILED_PRECONDITION (reason UNKNOWN_TYPE)
  // where it is not known.
  absl::StatusOr<const MessageType*> FindByUrl(std::string_view type_url) const;

  // The built-in events, the well-known types, and every message of the sets (nested ones too), by name.
  std::vector<const MessageType*> ListTypes() const;

  // The file that declares `type`, after all the files it needs.
  static google::protobuf::FileDescriptorSet FilesOf(const MessageType& type);

 private:
  struct Loaded;
  explicit SchemaRegistry(std::unique_ptr<Loaded> loaded);
  static absl::StatusOr<std::unique_ptr<Loaded>> LoadAll(absl::Span<const DescriptorSet> sets);

  const std::unique_ptr<const Loaded> loaded_;
};

}  // namespace spanwire::schema
