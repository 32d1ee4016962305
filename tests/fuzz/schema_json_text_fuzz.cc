// Any text as json_text: it is taken exactly when Boost.JSON reads an object from it, means the same afterwards, and
// cannot be made more compact.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "bridge/schema/compact_json.h"
#include "bridge/schema/nesting.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace json = boost::json;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  json::parse_options options;
  options.max_depth = spanwire::schema::kMaxNesting;
  json::error_code error;
  const json::value expected = json::parse({text.data(), text.size()}, error, {}, options);

  std::string compact;
  const bool taken = spanwire::schema::AppendCompactJson(text, &compact).ok();
  if (taken != (!error && expected.is_object())) std::abort();
  if (!taken) return 0;
  // Compared as text, since Boost reads 0e400 as a number that does not equal itself.
  if (json::serialize(json::parse(compact, error, {}, options)) != json::serialize(expected) || error) std::abort();
  std::string again;
  if (!spanwire::schema::AppendCompactJson(compact, &again).ok() || again != compact) std::abort();
  return 0;
}
