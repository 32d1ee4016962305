#pragma once

#include <string>

#include "spanwire/v1/event.pb.h"

namespace spanwire::ingest {

// An event whose JSON has so many objects in each other.
v1::Event NestedEvent(int levels);

// The event on the wire, with a topic that is no UTF-8.
std::string EventWithBadText();

// `bytes` as the value of the field `number`, which is below 16.
std::string Field(int number, const std::string& bytes);

}  // namespace spanwire::ingest
