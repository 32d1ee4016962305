#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "bridge/model/topic_table.h"

namespace spanwire::model {

// One topic envelope (docs/protocol.md, section 1), encoded once and then shared by every connection that sends it.
//
// The bytes are laid out so that the last step needs no copy: `[head room][{"type":...,"data":{...}][,"offset":42}]`.
// Ingest writes everything up to the offset outside any lock; Seal() adds the offset, and the WebSocket frame header
// (RFC 6455, section 5.2: text, final, unmasked) in the head room. From then on the object is immutable and may be read
// by any thread.
class Envelope {
 public:
  // The longest frame header a server sends: 2 bytes and a 64-bit length.
  static constexpr size_t kHeadRoom = 10;
  // `,"offset":9007199254740991}`
  static constexpr size_t kTailRoom = 27;

  // A buffer to write the envelope's JSON into: holds the head room already. Write the object with its opening brace
  // and without its closing one: `{"type":"log",...,"data":{...}`. `json_size` is a guess that saves allocations.
  static std::string NewBuffer(size_t json_size = 240);

  // An event that has no offset yet. `buffer` comes from NewBuffer.
  Envelope(TopicPtr topic, absl::Time accepted_at, std::string buffer);

  // Gives the event its position and closes the JSON. Once, by the broker, before anybody else sees the envelope.
  // `offset` is 1 to kMaxOffset.
  void Seal(uint64_t offset);

  // A control message: `json` is the whole object. It has no topic object and offset 0.
  static std::shared_ptr<const Envelope> Control(std::string_view json);

  // Null for control messages.
  const TopicPtr& topic() const { return topic_; }
  // 0 for control messages.
  uint64_t offset() const { return offset_; }
  // When the bridge took it; history ages by this.
  absl::Time accepted_at() const { return accepted_at_; }
  // The envelope as JSON.
  std::string_view json() const { return std::string_view(buffer_).substr(kHeadRoom); }
  // The envelope as one WebSocket text frame; json() is its tail.
  std::string_view frame() const { return std::string_view(buffer_).substr(frame_begin_); }
  // Bytes of memory it holds, for budgets.
  size_t memory() const { return sizeof(Envelope) + buffer_.capacity(); }

 private:
  void WriteFrameHeader();

  TopicPtr topic_;
  uint64_t offset_ = 0;
  absl::Time accepted_at_;
  std::string buffer_;
  uint32_t frame_begin_ = kHeadRoom;
};

using EnvelopePtr = std::shared_ptr<const Envelope>;

}  // namespace spanwire::model
