// Any bytes as a descriptor set: they load or are refused, and whatever they declare can be parsed, listed and printed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <boost/json/parse.hpp>

#include "bridge/schema/event_translator.h"
#include "bridge/schema/schema_registry.h"
#include "google/protobuf/stubs/logging.h"

namespace spanwire::schema {
namespace {

constexpr size_t kMaxTypes = 64;

void Use(const std::shared_ptr<const SchemaRegistry>& registry, const MessageType& type) {
  if (SchemaRegistry::FilesOf(type).file().empty()) std::abort();
  const EventTranslator translator(registry);
  v1::Event event;
  event.set_topic("topic");
  event.set_type("type");
  event.mutable_message()->set_type_url("x/" + type.name());
  for (const char* bytes : {"", "\x08\x01", "\x0a\x01x", "\x12\x02\x08\x01"}) {
    event.mutable_message()->set_value(bytes);
    auto opened = translator.Open(event);
    std::string json;
    if (!opened.ok() || !opened->AppendData(&json).ok()) continue;
    boost::json::error_code error;
    boost::json::parse(json, error);
    if (error) std::abort();
  }
}

}  // namespace
}  // namespace spanwire::schema

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace spanwire::schema;
  google::protobuf::SetLogHandler(nullptr);
  const auto registry = SchemaRegistry::Load({{"fuzz", std::string(reinterpret_cast<const char*>(data), size)}});
  if (!registry.ok()) return 0;
  size_t used = 0;
  for (const MessageType* type : (*registry)->ListTypes()) {
    if (type->source() == "fuzz" && used++ < kMaxTypes) Use(*registry, *type);
  }
  return 0;
}
