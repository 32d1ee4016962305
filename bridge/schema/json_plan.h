#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "google/protobuf/descriptor.h"

namespace spanwire::schema {

struct JsonPlan;

// How one value is printed.
enum class JsonKind : uint8_t {
  kInt32,
  kInt64,
  kUint32,
  kUint64,
  kFloat,
  kDouble,
  kBool,
  kEnum,
  kNull,  // google.protobuf.NullValue
  kString,
  kBytes,
  kMessage,
};

// When a field is printed, and how often its value occurs.
enum class JsonPlace : uint8_t {
  kAlways,  // a scalar without presence
  kIfSet,   // a message, an `optional`, a member of a oneof
  kList,
  kMap,
};

// How one field is printed.
struct JsonField {
  const google::protobuf::FieldDescriptor* descriptor;
  std::string key;  // `,"name":`
  JsonPlace place;
  JsonKind kind;            // of the value; in a list of each element, in a map of each value
  JsonKind key_kind;        // of the keys of a map
  const JsonPlan* message;  // how a kMessage value is printed
  const google::protobuf::FieldDescriptor* value_descriptor;  // the field, or in a map that of its values
};

// How messages of one type are printed as JSON: everything that the descriptor can tell beforehand.
struct JsonPlan {
  const google::protobuf::Descriptor* descriptor;
  google::protobuf::Descriptor::WellKnownType well_known;
  std::vector<JsonField> fields;  // in the order of declaration: fields[f.index()] is field f

  // The JSON has a form of its own rather than being an object of the fields. In an Any it is the member `value`.
  bool has_own_form() const { return well_known != google::protobuf::Descriptor::WELLKNOWNTYPE_UNSPECIFIED; }
};

// Makes plans and owns them. A plan for a type brings plans for all that its fields may hold. Plans stay where they
// are, and any thread may read them once they are made; making them is for one thread.
class JsonPlans {
 public:
  const JsonPlan& PlanFor(const google::protobuf::Descriptor& type);

 private:
  // The plan for `type`, which has its fields only once PlanFor is done.
  const JsonPlan* Begin(const google::protobuf::Descriptor& type);
  JsonField PlanField(const google::protobuf::FieldDescriptor& field);

  absl::flat_hash_map<const google::protobuf::Descriptor*, std::unique_ptr<JsonPlan>> plans_;
  std::vector<JsonPlan*> unfinished_;
};

}  // namespace spanwire::schema
