#include "bridge/transport/forwarded.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "bridge/model/absl_view.h"

namespace spanwire::transport {
namespace {

std::string_view Stripped(std::string_view text) {
  return model::ToStd(absl::StripAsciiWhitespace(model::ToAbsl(text)));
}

bool IsTokenByte(unsigned char c) {
  return absl::ascii_isalnum(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
}

// Reads a header from its beginning to its end.
class ForwardedReader {
 public:
  explicit ForwardedReader(std::string_view text) : rest_(text) {}

  std::optional<Hops> Read() {
    Hops hops;
    do {
      const std::optional<std::string_view> hop = ReadElement();
      if (!hop) return std::nullopt;
      hops.push_back(*hop);
    } while (Skip(','));
    if (!rest_.empty()) return std::nullopt;
    return hops;
  }

 private:
  // Pairs separated by semicolons. The value of `for`, or an empty one; nothing where it is malformed.
  std::optional<std::string_view> ReadElement() {
    std::string_view hop;
    bool found = false;
    do {
      const std::string_view name = ReadToken();
      if (name.empty() || !rest_.starts_with('=')) return std::nullopt;
      rest_.remove_prefix(1);
      const std::optional<std::string_view> value = ReadValue();
      if (!value) return std::nullopt;
      if (!absl::EqualsIgnoreCase(model::ToAbsl(name), "for")) continue;
      if (found) return std::nullopt;
      found = true;
      hop = *value;
    } while (Skip(';'));
    return hop;
  }

  std::string_view ReadToken() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), IsTokenByte);
    const std::string_view token = rest_.substr(0, static_cast<size_t>(end - rest_.begin()));
    rest_.remove_prefix(token.size());
    return token;
  }

  std::optional<std::string_view> ReadValue() {
    if (!rest_.starts_with('"')) {
      const std::string_view token = ReadToken();
      return token.empty() ? std::nullopt : std::optional(token);
    }
    // An address needs no escapes, so a value that has any is passed on as no address.
    for (size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '\\') {
        ++i;
      } else if (rest_[i] == '"') {
        const std::string_view value = rest_.substr(1, i - 1);
        rest_.remove_prefix(i + 1);
        return value;
      }
    }
    return std::nullopt;
  }

  bool Skip(char separator) {
    rest_ = Stripped(rest_);
    if (!rest_.starts_with(separator)) return false;
    rest_ = Stripped(rest_.substr(1));
    return true;
  }

  std::string_view rest_;
};

}  // namespace

Hops ParseForwardedFor(std::string_view list) {
  Hops hops;
  while (true) {
    const size_t comma = list.find(',');
    hops.push_back(Stripped(list.substr(0, comma)));
    if (comma == std::string_view::npos) return hops;
    list.remove_prefix(comma + 1);
  }
}

std::optional<Hops> ParseForwarded(std::string_view list) {
  return ForwardedReader(Stripped(list)).Read();
}

}  // namespace spanwire::transport
