#pragma once

#include <string>

#include "google/protobuf/message.h"

namespace spanwire::schema {

// The JSON of `message` as the protobuf library prints it by the rules of docs/protocol.md. False where it cannot.
bool PrintWithLibrary(const google::protobuf::Message& message, std::string* json);

// Whether two texts are JSON of equal value: members in any order, numbers equal as doubles. `actual` must be JSON by
// the letter of RFC 8259. Inside an Any it may also have members with default values, of which the library prints only
// some there. On false, `difference` says where.
bool SameJson(const std::string& actual, const std::string& expected, std::string* difference);

}  // namespace spanwire::schema
