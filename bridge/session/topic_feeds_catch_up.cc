// How topics begin and catch up; the rest of TopicFeeds is in topic_feeds.cc.
#include <algorithm>
#include <utility>

#include "bridge/session/topic_feeds.h"

namespace spanwire::session {

// ---- Beginning

void TopicFeeds::Begin(TopicFeed& feed) {
  reader_.Forget(feed);
  feed.latest.reset();
  FeedStart& start = *feed.start;
  if (start.since && start.since->epoch == feed.hub->tenant().epoch) {
    start.page = FeedStart::Page::kSince;
    feed.hub->GoBack(feed, start.since->offset);
    reader_.Want(feed);
  } else if (start.history > 0) {
    BeginHistory(feed);
  } else {
    BeginLive(feed);
  }
}

void TopicFeeds::BeginHistory(TopicFeed& feed) {
  feed.start->page = FeedStart::Page::kFindFirst;
  feed.hub->GoBack(feed, 0);
  reader_.Want(feed);
}

void TopicFeeds::BeginLive(TopicFeed& feed) {
  reader_.Forget(feed);
  const uint64_t position = feed.hub->position();
  if (!Acknowledge(feed, feed.hub->tenant().epoch, position, false)) return;
  if (!feed.live()) ContinueFrom(feed, position);
}

void TopicFeeds::BeginFromPage(TopicFeed& feed, const broker::Page& page) {
  switch (feed.start->page) {
    case FeedStart::Page::kSince:
      BeginSince(feed, page);
      break;
    case FeedStart::Page::kFindFirst:
      feed.position = page.events.empty() ? page.through : page.events.front()->offset() - 1;
      feed.epoch = page.epoch;
      feed.start->page = FeedStart::Page::kHistory;
      reader_.Want(feed);
      break;
    case FeedStart::Page::kHistory:
      BeginAtFirst(feed, page);
      break;
  }
}

void TopicFeeds::BeginSince(TopicFeed& feed, const broker::Page& page) {
  const model::Cursor since = *feed.start->since;
  const bool recovered = page.epoch == since.epoch && page.lost_through <= since.offset && since.offset <= page.head;
  if (recovered) {
    if (Acknowledge(feed, since.epoch, since.offset, true)) DeliverPage(feed, page);
  } else if (feed.start->history > 0) {
    BeginHistory(feed);
  } else {
    BeginLive(feed);
  }
}

void TopicFeeds::BeginAtFirst(TopicFeed& feed, const broker::Page& page) {
  if (page.epoch != feed.epoch) {
    BeginHistory(feed);
    return;
  }
  // The oldest of them may have been discarded since they were counted: it begins after those.
  const uint64_t before = std::max(feed.position, page.lost_through);
  if (Acknowledge(feed, page.epoch, before, false)) DeliverPage(feed, page);
}

bool TopicFeeds::Acknowledge(TopicFeed& feed, std::string_view epoch, uint64_t position, bool recovered) {
  const std::unique_ptr<FeedStart> start = std::move(feed.start);
  feed.epoch = epoch;
  if (!feed.live()) feed.position = position;
  const std::string cursor = model::FormatCursor(epoch, position);
  const std::string& topic = feed.topic->name;
  for (const FeedStart::Reply& reply : start->replies) {
    if (reply.unsubscribe) {
      output_.Send(UnsubscriptionMessage(topic, "client", reply.id, output_.now()));
    } else {
      if (reply.asked_since && !recovered) output_.CountNotRecovered();
      output_.Send(SubscriptionMessage(topic, cursor, reply.asked_since ? std::optional<bool>(recovered) : std::nullopt,
                                       reply.id, output_.now()));
    }
  }
  if (!start->leaves()) return true;
  Remove(feed);
  return false;
}

void TopicFeeds::RestartAfterLoss(TopicFeed& feed) {
  feed.latest.reset();
  feed.start = std::make_unique<FeedStart>();
  feed.start->replies.push_back({.id = "", .asked_since = true});
  BeginLive(feed);
}

// ---- Catching up

void TopicFeeds::OnPage(uint32_t generation, absl::StatusOr<broker::Page> page) {
  fanout::Shard::CorkScope cork(shard_);
  const auto found =
      std::find_if(feeds_.begin(), feeds_.end(), [&](const auto& feed) { return feed->generation == generation; });
  if (found == feeds_.end()) return;  // the client no longer asks for it
  TopicFeed& feed = **found;
  if (!page.ok()) {
    shard_.Leave(feed);
    OnUnavailable(feed, page.status());
  } else if (feed.start != nullptr) {
    BeginFromPage(feed, *page);
  } else if (page->epoch != feed.epoch || page->lost_through > feed.position) {
    RestartAfterLoss(feed);
  } else {
    DeliverPage(feed, *page);
  }
}

void TopicFeeds::Deliver(TopicFeed& feed, const std::vector<model::EnvelopePtr>& events, uint64_t through) {
  for (const model::EnvelopePtr& event : events) {
    if (event->offset() > through) break;
    feed.position = event->offset();
    output_.SendEvent(event);
  }
}

void TopicFeeds::DeliverPage(TopicFeed& feed, const broker::Page& page) {
  // What a throttle holds comes live when its window ends.
  const uint64_t through = std::min(page.through, feed.hub->readable_through());
  Deliver(feed, page.events, through);
  ContinueFrom(feed, std::max(feed.position, through));
}

void TopicFeeds::ContinueFrom(TopicFeed& feed, uint64_t through) {
  feed.position = through;
  std::vector<model::EnvelopePtr> missed;
  switch (feed.hub->TurnLive(feed, through, &missed)) {
    case fanout::Hub::Turn::kNow:
      Deliver(feed, missed, model::kMaxOffset);
      feed.hub->GoLive(feed);
      break;
    case fanout::Hub::Turn::kReadOn:
      reader_.Want(feed);
      break;
    case fanout::Hub::Turn::kWait:
      break;
  }
}

}  // namespace spanwire::session
