#include "bridge/session/session.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "bridge/model/absl_view.h"
#include "bridge/model/topic_name.h"

namespace spanwire::session {
namespace {

// Short enough for std::string to keep it in place; 89 random bits.
constexpr size_t kClientIdLength = 15;

// Reading this far beyond every offset tells the log's head and nothing else.
constexpr uint64_t kHeadOnly = model::kMaxOffset;

}  // namespace

Session::Session(fanout::Shard& shard, const Settings& settings, Outbound& out, Identity identity)
    : shard_(shard),
      settings_(settings),
      out_(out),
      client_id_(model::RandomId(kClientIdLength)),
      identity_(std::move(identity)),
      tokens_(static_cast<float>(settings.limits.client_message_burst)),
      tokens_at_(settings.clock->Now()) {}

Session::~Session() {
  Shutdown();
}

void Session::Start() {
  Send(ConnectedMessage({.client_id = client_id_,
                         .user_id = identity_.user_id,
                         .tenant_id = identity_.tenant_id,
                         .ping_interval = settings_.ping_interval,
                         .server = settings_.server,
                         .node = settings_.node,
                         .secure = settings_.secure},
                        settings_.clock->Now()));
}

void Session::OnWritable() {
  ReadNext();
}

void Session::SendPing() {
  Send(PingMessage(settings_.clock->Now()));
}

void Session::Disconnect(CloseCode code, std::string_view reason, std::optional<absl::Duration> after) {
  if (closing_) return;
  if (IsAnnounced(code)) Send(DisconnectMessage(code, reason, after, settings_.clock->Now()));
  Shutdown();
  out_.Close(code, reason);
}

void Session::Shutdown() {
  closing_ = true;
  for (const auto& feed : feeds_) shard_.Leave(feed->subscription);
  feeds_.clear();
  to_read_.clear();
}

std::vector<SubscriptionSnapshot> Session::Subscriptions() const {
  std::vector<SubscriptionSnapshot> list;
  list.reserve(feeds_.size());
  for (const auto& feed : feeds_) {
    const fanout::Subscription& subscription = feed->subscription;
    list.push_back({.topic = feed->topic->name,
                    .live = subscription.live(),
                    .position = subscription.live() ? subscription.hub->tenant().drained : subscription.position});
  }
  return list;
}

// ---- The client's messages

void Session::OnMessage(std::string_view text) {
  if (closing_) return;
  ++messages_received_;
  if (!AdmitMessage()) return;
  ClientMessage message;
  ClientMessageError error;
  if (!ParseClientMessage(text, &message, &error)) {
    SendError("", error.code, error.message, error.action, error.id);
    return;
  }
  switch (message.verb) {
    case ClientMessage::Verb::kSubscribe:
      for (const TopicRequest& request : message.topics) Subscribe(message, request);
      break;
    case ClientMessage::Verb::kUnsubscribe:
      for (const TopicRequest& request : message.topics) Unsubscribe(message, request);
      break;
    case ClientMessage::Verb::kPing:
      Pong(message.id);
      break;
    case ClientMessage::Verb::kPong:
      break;
    case ClientMessage::Verb::kAuth:
      SendError("", error_code::kUnauthorized, "this bridge runs without authentication: connect without a token",
                message.action, message.id);
      break;
  }
}

bool Session::AdmitMessage() {
  const float burst = static_cast<float>(settings_.limits.client_message_burst);
  const absl::Time now = settings_.clock->Now();
  const double refill = absl::ToDoubleSeconds(std::max(now - tokens_at_, absl::ZeroDuration())) *
                        settings_.limits.client_messages_per_second;
  tokens_at_ = now;
  tokens_ = std::min(burst, tokens_ + static_cast<float>(refill)) - 1;
  if (tokens_ >= 0) return true;
  // Messages over the rate go on a tab that the refill pays off; twice the burst on it is too much.
  if (tokens_ <= -2 * burst) {
    Disconnect(CloseCode::kTooManyMessages, "client sends too fast");
  } else {
    SendError("", error_code::kRateLimited,
              fmt::format("over {} messages per second: slow down", settings_.limits.client_messages_per_second), "",
              "");
  }
  return false;
}

void Session::Subscribe(const ClientMessage& message, const TopicRequest& request) {
  if (const absl::Status valid = model::ValidateTopic(request.topic); !valid.ok()) {
    const bool echo = request.topic.size() <= model::kMaxTopicBytes;
    SendError(echo ? request.topic : "", error_code::kBadTopic, model::ToStd(valid.message()), message.action,
              message.id);
    return;
  }
  std::optional<model::Cursor> since;
  if (request.since) {
    absl::StatusOr<model::Cursor> cursor = model::ParseCursor(*request.since);
    if (!cursor.ok()) {
      SendError(request.topic, error_code::kBadCursor, model::ToStd(cursor.status().message()), message.action,
                message.id);
      return;
    }
    since = *std::move(cursor);
  }
  TopicFeed* feed = FindFeed(request.topic);
  if (feed != nullptr && feed->start == nullptr && !since) {
    Send(SubscriptionMessage(request.topic, PositionOf(*feed), std::nullopt, message.id, settings_.clock->Now()));
    return;
  }
  const bool fresh = feed == nullptr;
  if (fresh) {
    if (feeds_.size() >= settings_.limits.topics_per_connection) {
      SendError(request.topic, error_code::kTooManyTopics,
                fmt::format("a connection has at most {} topics: unsubscribe some or open another",
                            settings_.limits.topics_per_connection),
                message.action, message.id);
      return;
    }
    feeds_.push_back(std::make_unique<TopicFeed>(*this, settings_.topics->Intern(identity_.tenant_id, request.topic)));
    feed = feeds_.back().get();
  }
  if (feed->start == nullptr) feed->start = std::make_unique<FeedStart>();
  // A topic that was left before it began begins anew.
  const bool renewed = fresh || since || feed->start->leaves();
  feed->start->replies.push_back({.id = message.id, .asked_since = since.has_value()});
  if (renewed) {
    ForgetReads(*feed);
    feed->start->since = since;
    feed->start->history = message.history;
  }
  const bool ready = fresh ? shard_.Join(feed->topic, feed->subscription) : feed->subscription.hub->ready();
  if (ready && renewed) Begin(*feed);
}

void Session::Unsubscribe(const ClientMessage& message, const TopicRequest& request) {
  TopicFeed* feed = FindFeed(request.topic);
  if (feed == nullptr) {
    if (const absl::Status valid = model::ValidateTopic(request.topic); !valid.ok()) {
      const bool echo = request.topic.size() <= model::kMaxTopicBytes;
      SendError(echo ? request.topic : "", error_code::kBadTopic, model::ToStd(valid.message()), message.action,
                message.id);
      return;
    }
  } else if (feed->start != nullptr) {
    feed->start->replies.push_back({.id = message.id, .unsubscribe = true});
    return;
  } else {
    RemoveFeed(*feed);
  }
  Send(UnsubscriptionMessage(request.topic, "client", message.id, settings_.clock->Now()));
}

void Session::Pong(const ReplyId& id) {
  const fanout::TenantView* tenant = nullptr;
  uint64_t position = model::kMaxOffset;
  for (const auto& feed : feeds_) {
    if (feed->start != nullptr) continue;
    tenant = &feed->subscription.hub->tenant();
    position = std::min(position, feed->subscription.live() ? tenant->drained : feed->subscription.position);
  }
  if (tenant != nullptr) {
    Send(PongMessage(model::FormatCursor(tenant->epoch, position), id, settings_.clock->Now()));
    return;
  }
  // Without topics there is nothing to have missed: the position is the log's head.
  shard_.Read(settings_.topics->Intern(identity_.tenant_id, model::kBridgeTopic), kHeadOnly, {},
              [weak = weak_from_this(), id](absl::StatusOr<broker::Page> page) {
                const std::shared_ptr<Session> self = weak.lock();
                if (self == nullptr || self->closing_) return;
                const std::string cursor = page.ok() ? model::FormatCursor(page->epoch, page->head) : "";
                self->Send(PongMessage(cursor, id, self->settings_.clock->Now()));
              });
}

void Session::Send(const model::EnvelopePtr& envelope) {
  ++messages_sent_;
  out_.Send(envelope);
}

void Session::SendError(std::string_view topic, std::string_view code, std::string_view message,
                        std::string_view action, const ReplyId& id) {
  Send(ErrorMessage({.topic = topic, .code = code, .message = message, .action = action, .id = id},
                    settings_.clock->Now()));
}

// ---- Feeds

TopicFeed* Session::FindFeed(std::string_view topic) const {
  for (const auto& feed : feeds_) {
    if (feed->topic->name == topic) return feed.get();
  }
  return nullptr;
}

TopicFeed& Session::FeedOf(const fanout::Subscription& subscription) const {
  for (const auto& feed : feeds_) {
    if (&feed->subscription == &subscription) return *feed;
  }
  // A subscription that calls back is one of ours.
  std::abort();
}

void Session::RemoveFeed(TopicFeed& feed) {
  shard_.Leave(feed.subscription);
  std::erase(to_read_, &feed);
  std::erase_if(feeds_, [&](const auto& owned) { return owned.get() == &feed; });
}

std::string Session::PositionOf(const TopicFeed& feed) const {
  const fanout::TenantView& tenant = feed.subscription.hub->tenant();
  return model::FormatCursor(tenant.epoch, feed.subscription.live() ? tenant.drained : feed.subscription.position);
}

void Session::OnReady(fanout::Subscription& subscription) {
  TopicFeed& feed = FeedOf(subscription);
  if (feed.start != nullptr) {
    Begin(feed);
  } else {
    ForgetReads(feed);  // an answer on its way would be delivered twice
    ReadLater(feed, TopicFeed::Next::kAfterPosition);
  }
}

void Session::OnRun(fanout::Subscription&, const fanout::Run& run) {
  messages_sent_ += run.events().size();
  out_.SendRun(run);
}

void Session::OnReset(fanout::Subscription& subscription) {
  TopicFeed& feed = FeedOf(subscription);
  ForgetReads(feed);
  if (feed.start != nullptr) {
    Begin(feed);
  } else {
    RestartAfterLoss(feed);
  }
}

void Session::OnUnavailable(fanout::Subscription& subscription, const absl::Status& why) {
  TopicFeed& feed = FeedOf(subscription);
  const std::string topic = feed.topic->name;
  const std::unique_ptr<FeedStart> start = std::move(feed.start);
  RemoveFeed(feed);
  const std::string sentence =
      fmt::format("the topic cannot be served now, subscribe again later: {}", model::ToStd(why.message()));
  if (start == nullptr) {
    SendError(topic, error_code::kOverloaded, sentence, "subscribe", "");
    return;
  }
  for (const FeedStart::Reply& reply : start->replies) {
    if (reply.unsubscribe) {
      Send(UnsubscriptionMessage(topic, "client", reply.id, settings_.clock->Now()));
    } else {
      SendError(topic, error_code::kOverloaded, sentence, "subscribe", reply.id);
    }
  }
}

void Session::ForgetReads(TopicFeed& feed) {
  feed.generation = ++generations_;
  std::erase(to_read_, &feed);
}

void Session::Begin(TopicFeed& feed) {
  ForgetReads(feed);
  const FeedStart& start = *feed.start;
  fanout::Hub& hub = *feed.subscription.hub;
  if (start.since && start.since->epoch == hub.tenant().epoch) {
    hub.GoBack(feed.subscription, start.since->offset);
    ReadLater(feed, TopicFeed::Next::kAfterPosition);
  } else if (start.history > 0) {
    hub.GoBack(feed.subscription, 0);
    ReadLater(feed, TopicFeed::Next::kLastEvents);
  } else {
    BeginLive(feed, false);
  }
}

void Session::Acknowledge(TopicFeed& feed, std::string_view cursor, bool recovered) {
  const std::unique_ptr<FeedStart> start = std::move(feed.start);
  const std::string& topic = feed.topic->name;
  for (const FeedStart::Reply& reply : start->replies) {
    if (reply.unsubscribe) {
      Send(UnsubscriptionMessage(topic, "client", reply.id, settings_.clock->Now()));
    } else {
      Send(SubscriptionMessage(topic, cursor, reply.asked_since ? std::optional<bool>(recovered) : std::nullopt,
                               reply.id, settings_.clock->Now()));
    }
  }
}

void Session::BeginLive(TopicFeed& feed, bool recovered) {
  ForgetReads(feed);
  fanout::Hub& hub = *feed.subscription.hub;
  const bool leave = feed.start->leaves();
  const uint64_t position = hub.tenant().drained;
  Acknowledge(feed, model::FormatCursor(hub.tenant().epoch, position), recovered);
  if (leave) {
    RemoveFeed(feed);
  } else if (!feed.subscription.live()) {
    ContinueFrom(feed, position);
  }
}

void Session::RestartAfterLoss(TopicFeed& feed) {
  feed.start = std::make_unique<FeedStart>();
  feed.start->replies.push_back({.id = "", .asked_since = true});
  BeginLive(feed, false);
}

// ---- Catching up

void Session::ReadLater(TopicFeed& feed, TopicFeed::Next next) {
  feed.next = next;
  if (std::find(to_read_.begin(), to_read_.end(), &feed) == to_read_.end()) to_read_.push_back(&feed);
  ReadNext();
}

void Session::ReadNext() {
  if (closing_ || reading_ || to_read_.empty() || out_.queued_bytes() > low_watermark()) return;
  TopicFeed& feed = *to_read_.front();
  to_read_.erase(to_read_.begin());
  reading_ = true;
  const bool last_events = feed.next == TopicFeed::Next::kLastEvents;
  feed.next = TopicFeed::Next::kNothing;
  auto done = [weak = weak_from_this(), topic = feed.topic, generation = feed.generation,
               last_events](absl::StatusOr<broker::Page> page) {
    if (const std::shared_ptr<Session> self = weak.lock()) {
      self->OnPage(topic, generation, last_events, std::move(page));
    }
  };
  if (last_events) {
    shard_.ReadLast(feed.topic, feed.start->history, {}, std::move(done));
  } else {
    shard_.Read(feed.topic, feed.subscription.position, {}, std::move(done));
  }
}

void Session::OnPage(const model::TopicPtr& topic, uint32_t generation, bool last_events,
                     absl::StatusOr<broker::Page> page) {
  reading_ = false;
  if (closing_) return;
  fanout::Shard::CorkScope cork(shard_);
  TopicFeed* feed = FindFeed(topic->name);
  // An answer to what the client no longer asks for is dropped.
  if (feed != nullptr && feed->generation == generation) {
    if (!page.ok()) {
      shard_.Leave(feed->subscription);
      OnUnavailable(feed->subscription, page.status());
    } else if (feed->start != nullptr) {
      StartFromPage(*feed, last_events, *page);
    } else if (page->epoch != feed->subscription.hub->tenant().epoch ||
               page->lost_through > feed->subscription.position) {
      RestartAfterLoss(*feed);
    } else {
      DeliverPage(*feed, *page);
    }
  }
  ReadNext();
}

void Session::StartFromPage(TopicFeed& feed, bool last_events, const broker::Page& page) {
  const FeedStart& start = *feed.start;
  const bool leave = start.leaves();
  if (last_events) {
    const uint64_t before = page.events.empty() ? page.through : page.events.front()->offset() - 1;
    Acknowledge(feed, model::FormatCursor(page.epoch, before), false);
  } else {
    const bool recovered = page.epoch == start.since->epoch && page.lost_through <= start.since->offset &&
                           start.since->offset <= page.head;
    if (!recovered && start.history > 0) {
      ReadLater(feed, TopicFeed::Next::kLastEvents);
      return;
    }
    if (!recovered) {
      BeginLive(feed, false);
      return;
    }
    Acknowledge(feed, model::FormatCursor(*start.since), true);
  }
  if (leave) {
    RemoveFeed(feed);
  } else {
    DeliverPage(feed, page);
  }
}

void Session::DeliverPage(TopicFeed& feed, const broker::Page& page) {
  for (const model::EnvelopePtr& event : page.events) Send(event);
  ContinueFrom(feed, page.through);
}

void Session::ContinueFrom(TopicFeed& feed, uint64_t through) {
  fanout::Hub& hub = *feed.subscription.hub;
  std::vector<model::EnvelopePtr> missed;
  if (hub.GoLive(feed.subscription, through, &missed)) {
    for (const model::EnvelopePtr& event : missed) Send(event);
    return;
  }
  feed.subscription.position = through;
  // An interrupted hub calls OnReady when it flows again.
  if (hub.ready()) ReadLater(feed, TopicFeed::Next::kAfterPosition);
}

}  // namespace spanwire::session
