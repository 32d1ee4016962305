#pragma once

#include "bridge/transport/http_dispatcher.h"
#include "bridge/transport/http_message.h"
#include "bridge/transport/shard_context.h"

namespace spanwire::transport {

// GET /metrics for everybody who can reach the address.
HttpResponse MetricsResponse(const ShardContext& context);

// GET /metrics where clients can reach it too: its counts are of all tenants together, so with authentication it is for
// those whose token has the roles admin.read and any_tenant. The token comes in the header `Authorization`, which
// scrapers send and no page of another site can. 401 without one that counts, 403 with one of too few roles. Without
// authentication as above.
HttpResponse GuardedMetricsResponse(const ShardContext& context, const HttpRequest& request, const HttpPeer& peer);

}  // namespace spanwire::transport
