#pragma once

#include <string_view>

namespace spanwire::transport {

// A file of web/ that is built into the program. All views live for ever.
struct EmbeddedFile {
  std::string_view path;          // of the URL, such as "/client/spanwire.js"
  std::string_view content_type;  // such as "text/html; charset=utf-8"
  std::string_view body;
  std::string_view gzip;  // the same, compressed when the program was built
  std::string_view etag;  // of the body, with its quotes: changes with it
};

// The file at a URL's path; null where there is none. "/" is the console's first page. Any thread.
const EmbeddedFile* FindEmbeddedFile(std::string_view url_path);

}  // namespace spanwire::transport
