#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

namespace spanwire::schema {

// A message parsed for one event. Its memory is taken from and given back to a small pool of the thread, so that a
// steady flow of events allocates next to nothing. Belongs to one thread. Movable; empty by default.
class ParsedMessage {
 public:
  ParsedMessage() = default;

  // Parses `bytes` as a message of `prototype`'s type, which must outlive the object. INVALID_ARGUMENT where they are
  // no such message or a required field (proto2) is missing.
  static absl::StatusOr<ParsedMessage> Parse(const google::protobuf::Message& prototype, std::string_view bytes);

  // Not for an empty one.
  const google::protobuf::Message& operator*() const { return *message_; }

 private:
  struct Memory;
  struct GiveBack {
    void operator()(Memory* memory) const;
  };

  std::unique_ptr<Memory, GiveBack> memory_;
  const google::protobuf::Message* message_ = nullptr;
};

}  // namespace spanwire::schema
