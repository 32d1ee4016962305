#include "bridge/model/json_member.h"

#include <algorithm>

namespace spanwire::model {
namespace {

constexpr std::string_view kSpace = " \t\n\r";

// Walks over JSON text. Every step ends at the text's end at the latest.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool Take(char c) {
    SkipSpace();
    if (rest().empty() || rest().front() != c) return false;
    ++at_;
    return true;
  }
  // A string with its quotes.
  std::optional<std::string_view> TakeString() {
    SkipSpace();
    const size_t begin = at_;
    if (rest().empty() || rest().front() != '"') return std::nullopt;
    for (++at_; at_ < text_.size(); ++at_) {
      at_ = text_.find_first_of("\"\\", at_);
      if (at_ == std::string_view::npos) break;
      if (text_[at_] == '"') return text_.substr(begin, ++at_ - begin);
      ++at_;  // whatever is escaped
    }
    at_ = text_.size();
    return std::nullopt;
  }
  std::optional<std::string_view> TakeValue() {
    SkipSpace();
    const size_t begin = at_;
    size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        if (!TakeString()) return std::nullopt;
      } else if (c == '{' || c == '[') {
        ++depth;
        ++at_;
      } else if (depth > 0 && (c == '}' || c == ']')) {
        --depth;
        ++at_;
      } else if (depth == 0) {
        at_ = std::min(text_.find_first_of(",}] \t\n\r", at_), text_.size());
      } else {
        at_ = std::min(text_.find_first_of("\"{}[]", at_), text_.size());
      }
      if (depth == 0) break;
    }
    if (depth > 0 || at_ == begin) return std::nullopt;
    return text_.substr(begin, at_ - begin);
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }
  void SkipSpace() { at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size()); }

  const std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

std::optional<std::string_view> FindJsonMember(std::string_view object, std::string_view name) {
  Scanner scanner(object);
  if (!scanner.Take('{')) return std::nullopt;
  do {
    const std::optional<std::string_view> member = scanner.TakeString();
    if (!member || !scanner.Take(':')) return std::nullopt;
    const std::optional<std::string_view> value = scanner.TakeValue();
    if (!value) return std::nullopt;
    if (member->substr(1, member->size() - 2) == name) return value;
  } while (scanner.Take(','));
  return std::nullopt;
}

}  // namespace spanwire::model
