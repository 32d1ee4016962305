#include "bridge/session/topic_feeds.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "bridge/model/absl_view.h"

namespace spanwire::session {

TopicFeeds::TopicFeeds(fanout::Shard& shard, const Settings& settings, SessionOutput& output, std::string tenant_id)
    : shard_(shard),
      settings_(settings),
      output_(output),
      tenant_id_(std::move(tenant_id)),
      reader_(*this, shard, output.out(), settings.limits.outbound_queue_bytes) {}

TopicFeeds::~TopicFeeds() {
  Shutdown();
}

void TopicFeeds::Shutdown() {
  if (feeds_.empty()) return;
  at_the_end_ = Describe();
  reader_.ForgetAll();
  for (const auto& feed : feeds_) shard_.Leave(*feed);
  feeds_.clear();
}

std::vector<SubscriptionSnapshot> TopicFeeds::Describe() const {
  if (feeds_.empty()) return at_the_end_;
  std::vector<SubscriptionSnapshot> list;
  list.reserve(feeds_.size());
  for (const auto& feed : feeds_) {
    list.push_back({.topic = feed->topic->name, .live = feed->live(), .position = feed->handed_through()});
  }
  return list;
}

std::optional<model::Cursor> TopicFeeds::Position() const {
  std::optional<model::Cursor> fold;
  for (const auto& feed : feeds_) {
    if (!feed->has_cursor()) continue;
    model::Cursor cursor = feed->cursor();
    if (!fold || (cursor.epoch != fold->epoch && fold->epoch == feed->hub->tenant().epoch)) {
      fold = std::move(cursor);
    } else if (cursor.epoch == fold->epoch) {
      fold->offset = std::min(fold->offset, cursor.offset);
    }
  }
  return fold;
}

bool TopicFeeds::all_count() const {
  return std::all_of(feeds_.begin(), feeds_.end(), [](const auto& feed) { return feed->has_cursor(); });
}

// ---- Joining and leaving

bool TopicFeeds::Subscribe(std::string_view topic, Wish wish) {
  TopicFeed* feed = Find(topic);
  if (feed != nullptr && feed->start == nullptr && !wish.since) {
    output_.Send(SubscriptionMessage(topic, model::FormatCursor(feed->cursor()), std::nullopt, wish.id, output_.now()));
    return true;
  }
  const bool fresh = feed == nullptr;
  if (fresh) {
    if (feeds_.size() >= settings_.limits.topics_per_connection) return false;
    feeds_.push_back(std::make_unique<TopicFeed>(*this, settings_.topics->Intern(tenant_id_, topic)));
    feed = feeds_.back().get();
  }
  if (feed->start == nullptr) feed->start = std::make_unique<FeedStart>();
  // A topic that was left before it began begins anew.
  const bool renewed = fresh || wish.since || feed->start->leaves();
  feed->start->replies.push_back({.id = std::move(wish.id), .asked_since = wish.since.has_value()});
  if (renewed) {
    reader_.Forget(*feed);
    feed->start->since = std::move(wish.since);
    feed->start->history = wish.history;
  }
  const bool ready = fresh ? shard_.Join(feed->topic, *feed) : feed->hub->ready();
  if (fresh) output_.out().OnTopicJoined(feed->topic->name);
  if (ready && renewed) Begin(*feed);
  return true;
}

void TopicFeeds::Unsubscribe(std::string_view topic, const ReplyId& id) {
  TopicFeed* feed = Find(topic);
  if (feed != nullptr && feed->start != nullptr) {
    feed->start->replies.push_back({.id = id, .unsubscribe = true});
    return;
  }
  if (feed != nullptr) Remove(*feed);
  output_.Send(UnsubscriptionMessage(topic, "client", id, output_.now()));
}

TopicFeed* TopicFeeds::Find(std::string_view topic) const {
  for (const auto& feed : feeds_) {
    if (feed->topic->name == topic) return feed.get();
  }
  return nullptr;
}

void TopicFeeds::Remove(TopicFeed& feed) {
  shard_.Leave(feed);
  reader_.Forget(feed);
  const model::TopicPtr topic = feed.topic;
  std::erase_if(feeds_, [&](const auto& owned) { return owned.get() == &feed; });
  output_.out().OnTopicLeft(topic->name);
}

// ---- What the shard tells

void TopicFeeds::OnReady(fanout::Subscription& subscription) {
  TopicFeed& feed = FeedOf(subscription);
  if (feed.start != nullptr) {
    Begin(feed);
  } else if (!feed.in_this_log()) {
    RestartAfterLoss(feed);
  } else {
    reader_.Forget(feed);  // an answer on its way would be delivered twice
    reader_.Want(feed);
  }
}

void TopicFeeds::OnRun(fanout::Subscription&, const fanout::Run& run) {
  output_.SendRun(run);
}

void TopicFeeds::OnReset(fanout::Subscription& subscription) {
  TopicFeed& feed = FeedOf(subscription);
  if (feed.start != nullptr) {
    Begin(feed);
  } else {
    RestartAfterLoss(feed);
  }
}

void TopicFeeds::OnUnavailable(fanout::Subscription& subscription, const absl::Status& why) {
  TopicFeed& feed = FeedOf(subscription);
  const model::TopicPtr topic = feed.topic;
  const std::unique_ptr<FeedStart> start = std::move(feed.start);
  Remove(feed);
  const std::string sentence =
      fmt::format("the topic cannot be served now, subscribe again later: {}", model::ToStd(why.message()));
  if (start == nullptr) {
    output_.SendError(topic->name, error_code::kOverloaded, sentence, "subscribe", "");
    return;
  }
  for (const FeedStart::Reply& reply : start->replies) {
    if (reply.unsubscribe) {
      output_.Send(UnsubscriptionMessage(topic->name, "client", reply.id, output_.now()));
    } else {
      output_.SendError(topic->name, error_code::kOverloaded, sentence, "subscribe", reply.id);
    }
  }
}

// ---- Beginning

void TopicFeeds::Begin(TopicFeed& feed) {
  reader_.Forget(feed);
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
      output_.Send(SubscriptionMessage(topic, cursor, reply.asked_since ? std::optional<bool>(recovered) : std::nullopt,
                                       reply.id, output_.now()));
    }
  }
  if (!start->leaves()) return true;
  Remove(feed);
  return false;
}

void TopicFeeds::RestartAfterLoss(TopicFeed& feed) {
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
