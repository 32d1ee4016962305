#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "google/protobuf/descriptor.h"

namespace spanwire::schema {

// A serialized google.protobuf.FileDescriptorSet and where it came from (a path), for messages to people.
struct DescriptorSet {
  std::string source;
  std::string bytes;
};

// The files of descriptor sets, built into descriptors in a pool of their own.
struct DescriptorFiles {
  struct File {
    const google::protobuf::FileDescriptor* descriptor;
    std::string source;  // of the first set that has it
  };

  std::unique_ptr<google::protobuf::DescriptorPool> pool;
  std::vector<File> files;  // of the sets, without those that are compiled in
};

// Files that every bridge has and that sets cannot change: spanwire/v1/... and google/protobuf/...
bool IsCompiledIn(const std::string& file_name);

// Merges the files of `sets` and builds them. A pure function of its input; for faults see SchemaRegistry::Load.
absl::StatusOr<DescriptorFiles> BuildDescriptorFiles(absl::Span<const DescriptorSet> sets);

}  // namespace spanwire::schema
