#include "tests/unit/ingest/test_events.h"

#include <fmt/format.h>

namespace spanwire::ingest {

v1::Event NoteEvent(std::string_view topic, int n) {
  v1::Event event;
  event.set_topic(std::string(topic));
  event.set_type("note");
  event.set_json_text(fmt::format("{{\"n\":{}}}", n));
  return event;
}

v1::Event NoteWithId(std::string_view topic, std::string_view id) {
  v1::Event event = NoteEvent(topic);
  event.set_id(std::string(id));
  return event;
}

v1::Event TypedEvent(const google::protobuf::Message& message) {
  v1::Event event;
  event.mutable_message()->PackFrom(message);
  return event;
}

}  // namespace spanwire::ingest
