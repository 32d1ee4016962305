#include "bridge/session/topic_feeds.h"

#include <algorithm>
#include <cassert>
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
    if (!wish.own && full()) return false;
    feeds_.push_back(std::make_unique<TopicFeed>(*this, settings_.topics->Intern(tenant_id_, topic)));
    feed = feeds_.back().get();
    feed->own = wish.own;
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
  if (ready && renewed && !beginnings_held_) Begin(*feed);
  return true;
}

void TopicFeeds::BeginAll() {
  if (!std::exchange(beginnings_held_, false)) return;
  // One that begins may end them all: its client's queue may be full.
  for (size_t i = 0; i < feeds_.size(); ++i) {  // NOLINT(modernize-loop-convert)
    TopicFeed& feed = *feeds_[i];
    if (feed.start != nullptr && feed.hub->ready()) Begin(feed);
  }
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

void TopicFeeds::Expel(std::string_view topic) {
  TopicFeed* feed = Find(topic);
  if (feed == nullptr) return;
  const model::TopicPtr left = feed->topic;
  const std::unique_ptr<FeedStart> start = std::move(feed->start);
  Remove(*feed);
  if (start == nullptr) {
    output_.Send(UnsubscriptionMessage(left->name, "forbidden", "", output_.now()));
  } else {
    Refuse(left->name, *start, error_code::kForbidden, "your token no longer allows this topic");
  }
}

std::vector<std::string> TopicFeeds::Names() const {
  std::vector<std::string> names;
  names.reserve(feeds_.size());
  for (const auto& feed : feeds_) names.push_back(feed->topic->name);
  return names;
}

void TopicFeeds::SetTenant(std::string tenant_id) {
  assert(feeds_.empty());
  tenant_id_ = std::move(tenant_id);
}

bool TopicFeeds::full() const {
  const auto clients_own = std::count_if(feeds_.begin(), feeds_.end(), [](const auto& feed) { return !feed->own; });
  return static_cast<size_t>(clients_own) >= settings_.limits.topics_per_connection;
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
    feed.ForgetLatest();
    reader_.Forget(feed);  // an answer on its way would be delivered twice
    reader_.Want(feed);
  }
}

void TopicFeeds::OnRun(fanout::Subscription& subscription, const fanout::Run& run) {
  TopicFeed& feed = FeedOf(subscription);
  const fanout::TopicRules& rules = feed.hub->rules();
  if (rules.policy->slow_latest && MustWait(feed, run)) {
    KeepLatest(feed, run);
    return;
  }
  output_.SendRun(run);
  // The transport closes a connection whose queue does not go out; whose run it was that went over is not known later.
  const bool over = output_.queued_bytes() > settings_.limits.outbound_queue_bytes;
  if (!over) {
    overfilled_ = nullptr;
  } else if (overfilled_ == nullptr) {
    overfilled_ = rules.counts;
  }
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
  } else {
    Refuse(topic->name, *start, error_code::kOverloaded, sentence);
  }
}

void TopicFeeds::Refuse(std::string_view topic, const FeedStart& start, std::string_view code,
                        std::string_view sentence) {
  for (const FeedStart::Reply& reply : start.replies) {
    if (reply.unsubscribe) {
      output_.Send(UnsubscriptionMessage(topic, "client", reply.id, output_.now()));
    } else {
      output_.SendError(topic, code, sentence, "subscribe", reply.id);
    }
  }
}

// ---- Slow clients

void TopicFeeds::CountSlowClose() {
  if (overfilled_ != nullptr) overfilled_->slow_closed.Add();
}

bool TopicFeeds::MustWait(const TopicFeed& feed, const fanout::Run& run) const {
  return feed.latest != nullptr || output_.queued_bytes() + run.size() > high_watermark();
}

void TopicFeeds::KeepLatest(TopicFeed& feed, const fanout::Run& run) {
  const uint64_t before = feed.latest == nullptr ? run.first_offset() - 1 : feed.handed_through();
  if (feed.latest == nullptr) feed.latest = std::make_unique<LatestEvents>();
  if (feed.latest->Add(run, feed.hub->rules(), settings_.limits.latest_events)) {
    SendLatest(feed);
    return;
  }
  // Then it takes them from history, as far as that reaches, and is told where it does not.
  feed.latest.reset();
  feed.hub->GoBack(feed, before);
  reader_.Forget(feed);
  reader_.Want(feed);
}

void TopicFeeds::SendLatest(TopicFeed& feed) {
  // A transport may find itself writable again while it is sent to.
  if (std::exchange(sending_latest_, true)) return;
  if (feed.latest->SendSome(output_, high_watermark())) feed.latest.reset();
  sending_latest_ = false;
}

void TopicFeeds::OnWritable() {
  for (const auto& feed : feeds_) {
    if (feed->latest != nullptr) SendLatest(*feed);
  }
  reader_.Go();
}

}  // namespace spanwire::session
