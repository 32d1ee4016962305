#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bridge/schema/schema_registry.h"

namespace spanwire::schema {

// Reads the descriptor sets in a folder: its files (not those of folders within) named *.binpb, *.pb, *.desc or
// *.protoset, in the order of their names, at most 64 MiB each. NOT_FOUND, PERMISSION_DENIED or INVALID_ARGUMENT with a
// sentence that names the path. Blocks on the disk.
absl::StatusOr<std::vector<DescriptorSet>> ReadSchemaDir(const std::string& path);

// The endings of names that count, for messages: `.binpb, .pb, ...`.
std::string DescriptorSetEndings();

// What a folder brought.
struct SchemaDir {
  std::shared_ptr<const SchemaRegistry> registry;
  size_t files = 0;
  size_t types = 0;  // beside those that are compiled in; nested ones too
};

// The registry for the setting schema_dir; an empty path means compiled-in types only. Errors as ReadSchemaDir and
// SchemaRegistry::Load.
absl::StatusOr<SchemaDir> LoadSchemaDir(const std::string& path);

}  // namespace spanwire::schema
