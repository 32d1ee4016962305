#pragma once

#include "google/protobuf/map_field.h"
#include "google/protobuf/message.h"

#ifndef GOOGLE_PROTOBUF_HAS_CEL_MAP_REFLECTION_FRIEND
#error "this protobuf does not let other libraries walk maps by reflection"
#endif

// Protobuf 3.21 walks maps by reflection only for its friends; everyone else sees a map as a list of entry messages,
// which must first be made, one allocation and two copies an entry. It names this class for libraries outside of it
// that need maps (it was made for CEL, the Common Expression Language), and says so with the macro above.
namespace google::protobuf::expr {

class CelMapReflectionFriend {
 public:
  // Walks the map `field` of `message` in the map's own order: visit(const MapKey&, const MapValueConstRef&) returns
  // false to stop. False where it stopped. The message must not change meanwhile.
  template <class Visit>
  static bool ForEach(const Message& message, const FieldDescriptor* field, const Visit& visit) {
    const Reflection& reflection = *message.GetReflection();
    // The library asks for a mutable message, for iterators that may write; this one only reads.
    auto* walked = const_cast<Message*>(&message);
    const MapIterator end = reflection.MapEnd(walked, field);
    for (MapIterator entry = reflection.MapBegin(walked, field); entry != end; ++entry) {
      if (!visit(entry.GetKey(), static_cast<const MapValueConstRef&>(entry.GetValueRef()))) return false;
    }
    return true;
  }
};

}  // namespace google::protobuf::expr

namespace spanwire::schema {

using MapAccess = google::protobuf::expr::CelMapReflectionFriend;

}  // namespace spanwire::schema
