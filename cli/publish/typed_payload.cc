#include "cli/publish/typed_payload.h"

#include <memory>

#include "cli/schema/message_pool.h"
#include "fmt/format.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/type_resolver.h"
#include "google/protobuf/util/type_resolver_util.h"

namespace spanwire::cli::publish {
namespace {

constexpr char kTypeUrlPrefix[] = "type.googleapis.com";

}  // namespace

absl::StatusOr<google::protobuf::Any> ToTypedPayload(const v1::GetSchemaResponse& schema, const std::string& json) {
  const std::string& name = schema.schema().name();
  const auto pool = schema::MessagePool::Build(schema.files());
  if (!pool.ok()) return pool.status();
  const auto descriptor = (*pool)->Find(name);
  if (!descriptor.ok()) return descriptor.status();
  const std::unique_ptr<google::protobuf::util::TypeResolver> resolver(
      google::protobuf::util::NewTypeResolverForDescriptorPool(kTypeUrlPrefix, &(*pool)->pool()));
  google::protobuf::Any any;
  any.set_type_url(fmt::format("{}/{}", kTypeUrlPrefix, name));
  const auto status =
      google::protobuf::util::JsonToBinaryString(resolver.get(), any.type_url(), json, any.mutable_value());
  if (status.ok()) return any;
  return absl::InvalidArgumentError(fmt::format("it does not fit {}: {}", name, status.message().ToString()));
}

}  // namespace spanwire::cli::publish
