#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "bridge/model/json_text.h"
#include "bridge/model/utf8.h"
#include "bridge/schema/nesting.h"

namespace spanwire::schema {

// Where JSON is written to, with the limits that keep hostile input harmless: how deep and how long it may become.
// Its methods that can fail say false once and keep the reason; the writer then stops. Belongs to one thread.
class JsonOutput {
 public:
  // Appends to `text` at most about `max_bytes`.
  JsonOutput(std::string* text, size_t max_bytes)
      : text_(text), max_bytes_(max_bytes), end_(text->size() + max_bytes) {}

  std::string* text() { return text_; }
  void Write(char c) { text_->push_back(c); }
  void Write(std::string_view json) { text_->append(json); }

  // Writes a string of JSON. Fails where `value` is not valid UTF-8; `where` names the field then.
  bool WriteString(std::string_view value, std::string_view where) {
    if (!model::IsUtf8(value)) return FailUtf8(where);
    model::AppendJsonString(value, text_);
    return true;
  }

  // Opens an object or array; fails where that is one too many. Each is closed by Leave.
  bool Enter(char open) {
    if (++depth_ > kMaxNesting) return Fail(NestsTooDeep());
    text_->push_back(open);
    return true;
  }
  void Leave(char close) {
    --depth_;
    text_->push_back(close);
  }

  // Fails where too much has been written. To be asked at least once per value.
  bool HasRoom() { return text_->size() <= end_ || FailSize(); }

  // Keeps `status` as the reason. Always false.
  bool Fail(absl::Status status) {
    status_ = std::move(status);
    return false;
  }
  // A payload that has no JSON.
  bool Fail(std::string_view sentence);

  const absl::Status& status() const { return status_; }

 private:
  bool FailUtf8(std::string_view where);
  bool FailSize();

  std::string* const text_;
  const size_t max_bytes_;
  const size_t end_;
  int depth_ = 0;
  absl::Status status_;
};

}  // namespace spanwire::schema
