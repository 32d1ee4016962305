#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/descriptor_database.h"

namespace spanwire::cli::schema {

// The message types of a set of files that the bridge sent, whatever the order of the files.
class MessagePool {
 public:
  // INVALID_ARGUMENT where the files contradict each other.
  static absl::StatusOr<std::unique_ptr<MessagePool>> Build(const google::protobuf::FileDescriptorSet& files);

  const google::protobuf::DescriptorPool& pool() const { return pool_; }
  // INTERNAL, saying why, where the files do not hold the type. The descriptor lives as long as the pool.
  absl::StatusOr<const google::protobuf::Descriptor*> Find(const std::string& name) const;

 private:
  class Errors : public google::protobuf::DescriptorPool::ErrorCollector {
   public:
    void AddError(const std::string& file, const std::string& element, const google::protobuf::Message*, ErrorLocation,
                  const std::string& message) override;
    std::string first;
  };

  MessagePool() = default;

  google::protobuf::SimpleDescriptorDatabase files_;
  mutable Errors errors_;
  google::protobuf::DescriptorPool pool_{&files_, &errors_};
};

}  // namespace spanwire::cli::schema
