#pragma once

#include "bridge/transport/embedded_files.h"
#include "bridge/transport/http_message.h"

namespace spanwire::transport {

// The answer to a GET or HEAD of a file, compressed where the client takes that: 304 where it has it already, 404 where
// `file` is null. Nothing in a file is secret, so its compressed size gives nothing away. Browsers ask again each time
// (no-cache), so that a new bridge never meets an old page.
HttpResponse FileResponse(const HttpRequest& request, const EmbeddedFile* file);

}  // namespace spanwire::transport
