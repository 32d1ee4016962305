#include "bridge/session/poll_query.h"

#include <fmt/format.h>

#include "absl/container/flat_hash_set.h"
#include "bridge/model/absl_view.h"
#include "bridge/model/cursor.h"
#include "bridge/model/topic_name.h"
#include "bridge/session/control_messages.h"

namespace spanwire::session {
namespace {

bool CheckTopics(std::vector<std::string>& topics, size_t limit, PollRefusal* refusal) {
  absl::flat_hash_set<std::string> seen;
  std::erase_if(topics, [&](const std::string& topic) { return !seen.insert(topic).second; });
  if (topics.empty()) {
    *refusal = {.code = error_code::kBadRequest, .detail = "no topic: give topics=stats,logs"};
    return false;
  }
  if (topics.size() > limit) {
    *refusal = {.code = error_code::kTooManyTopics,
                .detail = fmt::format("{} topics: at most {} in one request", topics.size(), limit)};
    return false;
  }
  for (const std::string& topic : topics) {
    if (const absl::Status valid = model::ValidateTopic(topic); !valid.ok()) {
      *refusal = {.code = error_code::kBadTopic, .detail = std::string(model::ToStd(valid.message()))};
      return false;
    }
  }
  return true;
}

// Names the first that is refused: the poller must leave it out.
bool CheckAccess(const Settings& settings, const auth::Identity& identity, const std::vector<std::string>& topics,
                 PollRefusal* refusal) {
  const std::shared_ptr<const auth::Permissions> permissions = settings.access->permissions();
  for (const std::string& topic : topics) {
    switch (permissions->MaySubscribe(identity, topic)) {
      case auth::Permit::kGranted:
        break;
      case auth::Permit::kUnauthenticated:
        *refusal = {.code = error_code::kUnauthorized,
                    .detail = fmt::format("{} is not for everybody: come with a token", topic)};
        return false;
      case auth::Permit::kForbidden:
        *refusal = {.code = error_code::kForbidden,
                    .detail = fmt::format("your token does not allow {} (claim topics): leave it out", topic)};
        return false;
    }
  }
  return true;
}

}  // namespace

bool CheckPollQuery(const Settings& settings, const auth::Identity& identity, PollQuery* query, PollRefusal* refusal) {
  if (!CheckTopics(query->topics, settings.limits.topics_per_connection, refusal)) return false;
  if (!CheckAccess(settings, identity, query->topics, refusal)) return false;
  if (query->cursor) {
    if (const auto cursor = model::ParseCursor(*query->cursor); !cursor.ok()) {
      *refusal = {.code = error_code::kBadCursor, .detail = std::string(model::ToStd(cursor.status().message()))};
      return false;
    }
  }
  if (query->wait < absl::ZeroDuration()) {
    *refusal = {.code = error_code::kBadRequest, .detail = "wait must be 0 to 60 seconds"};
    return false;
  }
  return true;
}

}  // namespace spanwire::session
