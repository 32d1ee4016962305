#include "cli/schema/message_pool.h"

#include "fmt/format.h"

namespace spanwire::cli::schema {

void MessagePool::Errors::AddError(const std::string& file, const std::string& element,
                                   const google::protobuf::Message*, ErrorLocation, const std::string& message) {
  if (first.empty()) first = fmt::format("{}: {}: {}", file, element, message);
}

absl::StatusOr<std::unique_ptr<MessagePool>> MessagePool::Build(const google::protobuf::FileDescriptorSet& files) {
  std::unique_ptr<MessagePool> pool(new MessagePool());
  for (const google::protobuf::FileDescriptorProto& file : files.file()) {
    if (!pool->files_.Add(file)) {
      return absl::InvalidArgumentError(fmt::format("the schema's file {} clashes with another of it", file.name()));
    }
  }
  return pool;
}

absl::StatusOr<const google::protobuf::Descriptor*> MessagePool::Find(const std::string& name) const {
  const google::protobuf::Descriptor* descriptor = pool_.FindMessageTypeByName(name);
  if (descriptor != nullptr) return descriptor;
  return absl::InternalError(fmt::format("the schema that the bridge sent does not declare {}{}{}", name,
                                         errors_.first.empty() ? "" : ": ", errors_.first));
}

}  // namespace spanwire::cli::schema
