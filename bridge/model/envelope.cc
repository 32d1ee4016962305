#include "bridge/model/envelope.h"

#include <cassert>
#include <charconv>
#include <utility>

#include "bridge/model/cursor.h"

namespace spanwire::model {
namespace {

constexpr char kFinalText = static_cast<char>(0x81);

}  // namespace

std::string Envelope::NewBuffer(size_t json_size) {
  std::string buffer;
  buffer.reserve(kHeadRoom + json_size + kTailRoom);
  buffer.resize(kHeadRoom);
  return buffer;
}

Envelope::Envelope(TopicPtr topic, absl::Time accepted_at, std::string buffer)
    : topic_(std::move(topic)), accepted_at_(accepted_at), buffer_(std::move(buffer)) {
  assert(buffer_.size() > kHeadRoom);
}

void Envelope::Seal(uint64_t offset) {
  assert(offset_ == 0 && offset > 0 && offset <= kMaxOffset);
  offset_ = offset;
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof(digits), offset).ptr;
  buffer_.append(",\"offset\":").append(digits, end).push_back('}');
  WriteFrameHeader();
}

std::shared_ptr<const Envelope> Envelope::Control(std::string_view json) {
  std::string buffer = NewBuffer(json.size());
  buffer.append(json);
  auto envelope = std::make_shared<Envelope>(nullptr, absl::InfinitePast(), std::move(buffer));
  envelope->WriteFrameHeader();
  return envelope;
}

void Envelope::WriteFrameHeader() {
  const uint64_t size = buffer_.size() - kHeadRoom;
  const size_t header = size < 126 ? 2 : size < 65536 ? 4 : 10;
  frame_begin_ = static_cast<uint32_t>(kHeadRoom - header);
  char* out = buffer_.data() + frame_begin_;
  out[0] = kFinalText;
  if (header == 2) {
    out[1] = static_cast<char>(size);
    return;
  }
  out[1] = header == 4 ? 126 : 127;
  for (size_t i = 2; i < header; ++i) out[i] = static_cast<char>(size >> (8 * (header - 1 - i)));
}

}  // namespace spanwire::model
