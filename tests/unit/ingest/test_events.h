#pragma once

#include <string>
#include <string_view>

#include "google/protobuf/message.h"
#include "spanwire/v1/event.pb.h"
#include "tests/support/error_info.h"

namespace spanwire::ingest {

// An event of type "note" whose data is {"n":<n>}.
v1::Event NoteEvent(std::string_view topic, int n = 1);

// The same with an idempotency key.
v1::Event NoteWithId(std::string_view topic, std::string_view id);

// An event that carries `message` as Any and leaves topic and type to its options.
v1::Event TypedEvent(const google::protobuf::Message& message);

}  // namespace spanwire::ingest
