#include "bridge/schema/compact_json.h"

#include <fmt/format.h>
#include <boost/json/basic_parser_impl.hpp>

#include "bridge/model/json_text.h"
#include "bridge/schema/nesting.h"

namespace spanwire::schema {
namespace {

namespace json = boost::json;

// Writes each token as the parser finds it. The names are those that boost::json::basic_parser calls.
class CompactWriter {
 public:
  // NOLINTBEGIN(readability-identifier-naming)
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  // NOLINTEND(readability-identifier-naming)

  explicit CompactWriter(std::string* out) : out_(*out) {}

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return Open('{'); }
  bool on_object_end(std::size_t, json::error_code&) { return Token("}"); }
  bool on_array_begin(json::error_code&) { return Open('['); }
  bool on_array_end(std::size_t, json::error_code&) { return Token("]"); }
  bool on_key_part(json::string_view s, std::size_t, json::error_code&) { return StringPart(s); }
  bool on_key(json::string_view s, std::size_t, json::error_code&) { return StringPart(s) && StringEnd("\":"); }
  bool on_string_part(json::string_view s, std::size_t, json::error_code&) { return StringPart(s); }
  bool on_string(json::string_view s, std::size_t, json::error_code&) { return StringPart(s) && StringEnd("\""); }
  bool on_number_part(json::string_view s, json::error_code&) { return NumberPart(s); }
  bool on_int64(std::int64_t, json::string_view s, json::error_code&) { return NumberPart(s) && NumberEnd(); }
  bool on_uint64(std::uint64_t, json::string_view s, json::error_code&) { return NumberPart(s) && NumberEnd(); }
  bool on_double(double, json::string_view s, json::error_code&) { return NumberPart(s) && NumberEnd(); }
  bool on_bool(bool value, json::error_code&) { return Separate() && Token(value ? "true" : "false"); }
  bool on_null(json::error_code&) { return Separate() && Token("null"); }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }  // the parser refuses comments
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  bool Token(std::string_view text) {
    out_.append(text);
    return true;
  }

  bool Open(char bracket) {
    Separate();
    out_.push_back(bracket);
    return true;
  }

  // A comma, unless this is the first of its object or array, or the value of a key.
  bool Separate() {
    if (in_object_ && out_.back() != '{' && out_.back() != '[' && out_.back() != ':') out_.push_back(',');
    in_object_ = true;
    return true;
  }

  bool StringPart(json::string_view part) {
    if (!in_token_) {
      Separate();
      out_.push_back('"');
      in_token_ = true;
    }
    model::AppendJsonEscaped({part.data(), part.size()}, &out_);
    return true;
  }

  bool StringEnd(std::string_view end) {
    in_token_ = false;
    return Token(end);
  }

  bool NumberPart(json::string_view part) {
    if (!in_token_) Separate();
    in_token_ = true;
    out_.append(part.data(), part.size());
    return true;
  }

  bool NumberEnd() {
    in_token_ = false;
    return true;
  }

  std::string& out_;
  bool in_object_ = false;  // the outermost bracket is open
  bool in_token_ = false;   // a string or number has begun
};

}  // namespace

absl::Status AppendCompactJson(std::string_view text, std::string* out) {
  constexpr std::string_view kWhiteSpace = " \t\n\r";
  const size_t begin = text.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos || text[begin] != '{') {
    return absl::InvalidArgumentError("is not a JSON object: it must start with {");
  }
  json::parse_options options;
  options.max_depth = kMaxNesting;
  json::basic_parser<CompactWriter> parser(options, out);
  json::error_code error;
  const size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (!error && used < text.size()) error = json::error::extra_data;
  if (error == json::error::too_deep) return NestsTooDeep();
  if (error) {
    return absl::InvalidArgumentError(fmt::format("is not a JSON object: {} at byte {}", error.message(), used));
  }
  return absl::OkStatus();
}

}  // namespace spanwire::schema
