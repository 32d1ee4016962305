#include "bridge/auth/strict_json.h"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include "absl/container/flat_hash_set.h"

namespace spanwire::auth {
namespace {

namespace json = boost::json;

constexpr size_t kMaxDepth = 16;

// Boost.JSON's parser keeps the last of two members of one name; this one, driven beside it, only looks at names.
// The names of its methods are Boost's.
class MemberNames {
 public:
  // NOLINTBEGIN(readability-identifier-naming): the names that Boost.JSON looks for.
  static constexpr size_t max_object_size = std::numeric_limits<size_t>::max();
  static constexpr size_t max_array_size = std::numeric_limits<size_t>::max();
  static constexpr size_t max_key_size = std::numeric_limits<size_t>::max();
  static constexpr size_t max_string_size = std::numeric_limits<size_t>::max();
  // NOLINTEND(readability-identifier-naming)

  using Text = json::string_view;
  using Error = json::error_code;

  bool repeated() const { return repeated_; }

  bool on_object_begin(Error& /*error*/) {
    objects_.emplace_back();
    return true;
  }
  bool on_object_end(size_t /*size*/, Error& /*error*/) {
    objects_.pop_back();
    return true;
  }
  bool on_key_part(Text part, size_t /*size*/, Error& /*error*/) {
    name_.append(part.data(), part.size());
    return true;
  }
  bool on_key(Text part, size_t /*size*/, Error& error) {
    name_.append(part.data(), part.size());
    repeated_ = !objects_.back().insert(std::exchange(name_, {})).second;
    if (repeated_) error = json::error::syntax;  // stops the parser
    return !repeated_;
  }

  bool on_document_begin(Error& /*error*/) { return true; }
  bool on_document_end(Error& /*error*/) { return true; }
  bool on_array_begin(Error& /*error*/) { return true; }
  bool on_array_end(size_t /*size*/, Error& /*error*/) { return true; }
  bool on_string_part(Text /*part*/, size_t /*size*/, Error& /*error*/) { return true; }
  bool on_string(Text /*part*/, size_t /*size*/, Error& /*error*/) { return true; }
  bool on_number_part(Text /*part*/, Error& /*error*/) { return true; }
  bool on_int64(int64_t /*number*/, Text /*part*/, Error& /*error*/) { return true; }
  bool on_uint64(uint64_t /*number*/, Text /*part*/, Error& /*error*/) { return true; }
  bool on_double(double /*number*/, Text /*part*/, Error& /*error*/) { return true; }
  bool on_bool(bool /*value*/, Error& /*error*/) { return true; }
  bool on_null(Error& /*error*/) { return true; }
  bool on_comment_part(Text /*part*/, Error& /*error*/) { return true; }
  bool on_comment(Text /*part*/, Error& /*error*/) { return true; }

 private:
  std::vector<absl::flat_hash_set<std::string>> objects_;  // those that are open, the innermost last
  std::string name_;                                       // what came of a name so far
  bool repeated_ = false;
};

bool HasRepeatedMember(std::string_view text, const json::parse_options& options) {
  json::basic_parser<MemberNames> parser(options);
  json::error_code error;
  parser.write_some(false, text.data(), text.size(), error);
  return parser.handler().repeated();
}

}  // namespace

absl::StatusOr<json::object> ParseStrictObject(std::string_view text) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  if (HasRepeatedMember(text, options)) return absl::InvalidArgumentError("has two members of one name");
  json::error_code error;
  json::value value = json::parse({text.data(), text.size()}, error, {}, options);
  if (error == json::error::too_deep) return absl::InvalidArgumentError("is nested too deeply");
  if (error) return absl::InvalidArgumentError("is not JSON");
  if (!value.is_object()) return absl::InvalidArgumentError("is not a JSON object");
  return std::move(value.get_object());
}

}  // namespace spanwire::auth
