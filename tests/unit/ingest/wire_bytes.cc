#include "tests/unit/ingest/wire_bytes.h"

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "tests/unit/ingest/test_events.h"

namespace spanwire::ingest {

v1::Event NestedEvent(int levels) {
  v1::Event event = NoteEvent("t");
  google::protobuf::Struct* innermost = event.mutable_json();
  for (int i = 1; i < levels; ++i) innermost = (*innermost->mutable_fields())["a"].mutable_struct_value();
  (*innermost->mutable_fields())["a"].set_number_value(1);
  return event;
}

std::string EventWithBadText() {
  std::string bytes = NoteEvent("??").SerializeAsString();
  return bytes.replace(bytes.find("??"), 2, "\xFF\xFE");
}

std::string Field(int number, const std::string& bytes) {
  std::string field;
  google::protobuf::io::StringOutputStream stream(&field);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.WriteTag(static_cast<uint32_t>(number) << 3 | 2);
  out.WriteVarint32(static_cast<uint32_t>(bytes.size()));
  out.WriteString(bytes);
  out.Trim();
  return field;
}

}  // namespace spanwire::ingest
