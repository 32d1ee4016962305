#pragma once

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

// The registry for `--schema-dir`; an empty path means compiled-in types only.
absl::StatusOr<std::shared_ptr<const SchemaRegistry>> LoadSchemaDir(const std::string& path);

}  // namespace spanwire::schema
