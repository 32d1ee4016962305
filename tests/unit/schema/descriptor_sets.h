#pragma once

#include <set>
#include <string>

#include "bridge/schema/descriptor_files.h"
#include "google/protobuf/descriptor.pb.h"

namespace spanwire::schema {

inline void AddFileWithImports(const google::protobuf::FileDescriptor& file, std::set<std::string>& seen,
                               google::protobuf::FileDescriptorSet& set) {
  if (!seen.insert(file.name()).second) return;
  for (int i = 0; i < file.dependency_count(); ++i) AddFileWithImports(*file.dependency(i), seen, set);
  file.CopyTo(set.add_file());
}

// The descriptor set that `protoc --include_imports` makes of the file that declares T.
template <class T>
DescriptorSet SetOf(const std::string& source) {
  google::protobuf::FileDescriptorSet set;
  std::set<std::string> seen;
  AddFileWithImports(*T::descriptor()->file(), seen, set);
  return {source, set.SerializeAsString()};
}

}  // namespace spanwire::schema
