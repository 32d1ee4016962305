#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "bridge/fanout/subscriber.h"
#include "bridge/model/cursor.h"
#include "bridge/model/topic_table.h"
#include "bridge/session/control_messages.h"

namespace spanwire::session {

// How a client wants a topic to begin, and who waits to be told. Exists until it is acknowledged.
struct FeedStart {
  struct Reply {
    ReplyId id;
    bool asked_since = false;  // this request gave `since`, so its answer says whether it was recovered
    bool unsubscribe = false;  // came before the acknowledgement: answered behind it, in the order of asking
  };
  std::optional<model::Cursor> since;
  uint32_t history = 0;
  std::vector<Reply> replies;

  // Whether the client has left again before it began.
  bool leaves() const { return !replies.empty() && replies.back().unsubscribe; }
};

// One topic of a session: begins (start != null), catches up, is live.
struct TopicFeed {
  TopicFeed(fanout::Subscriber& owner, model::TopicPtr t) : subscription(owner), topic(std::move(t)) {}

  fanout::Subscription subscription;
  model::TopicPtr topic;
  std::unique_ptr<FeedStart> start;
  // What the next page is read for.
  enum class Next : uint8_t { kNothing, kAfterPosition, kLastEvents };
  Next next = Next::kNothing;
  // Changes when the feed starts anew, so that the answer to an older read is known as such. Unique in the session: a
  // topic that was left and joined again is another feed.
  uint32_t generation = 0;
};

}  // namespace spanwire::session
