#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bridge/fanout/hub.h"
#include "bridge/fanout/subscriber.h"
#include "bridge/model/cursor.h"
#include "bridge/model/topic_table.h"
#include "bridge/session/control_messages.h"
#include "bridge/session/latest_events.h"

namespace spanwire::session {

// How a client wants a topic to begin, and who waits to be told. Exists until it is acknowledged.
struct FeedStart {
  struct Reply {
    ReplyId id;
    bool asked_since = false;  // this request gave `since`, so its answer says whether it was recovered
    bool unsubscribe = false;  // came before the acknowledgement: answered behind it, in the order of asking
  };
  // What the page that is being read is for.
  enum class Page : uint8_t {
    kSince,      // the first one after `since`
    kFindFirst,  // tells where the last `history` events begin
    kHistory,    // the first one of those
  };

  std::optional<model::Cursor> since;
  uint32_t history = 0;
  Page page = Page::kSince;
  std::vector<Reply> replies;

  // Whether the client has left again before it began.
  bool leaves() const { return !replies.empty() && replies.back().unsubscribe; }
};

// One topic of a session: begins (start != null), catches up, is live.
struct TopicFeed : fanout::Subscription {
  TopicFeed(fanout::Subscriber& owner, model::TopicPtr t) : Subscription(owner), topic(std::move(t)) {}

  const model::TopicPtr topic;
  std::unique_ptr<FeedStart> start;
  // The log that it was acknowledged in: its position means nothing in another.
  std::string epoch;
  // Changes when the feed starts anew, so that the answer to an older read is known as such. Unique in the session.
  uint32_t generation = 0;
  bool own = false;  // see TopicFeeds::Wish

  // Not null: the client is too slow for the topic, whose live events wait here.
  std::unique_ptr<LatestEvents> latest;

  // Everything of the topic up to here has been handed to the transport.
  uint64_t handed_through() const {
    if (latest != nullptr && !latest->empty()) return latest->oldest_offset() - 1;
    return live() ? hub->position() : position;
  }
  // What waits is read from history instead, now that it is not live.
  void ForgetLatest() {
    if (latest == nullptr) return;
    position = handed_through();
    latest.reset();
  }
  bool in_this_log() const { return epoch == hub->tenant().epoch; }
  // Whether there is a position that it can be resumed from: not before it has begun, unless it was resumed itself.
  bool has_cursor() const { return start == nullptr || start->since.has_value(); }
  model::Cursor cursor() const {
    return start == nullptr ? model::Cursor{.epoch = epoch, .offset = handed_through()} : *start->since;
  }
};

}  // namespace spanwire::session
