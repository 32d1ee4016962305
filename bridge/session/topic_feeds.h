#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/fanout/shard.h"
#include "bridge/model/cursor.h"
#include "bridge/session/client.h"
#include "bridge/session/page_reader.h"
#include "bridge/session/session_output.h"
#include "bridge/session/settings.h"
#include "bridge/session/topic_feed.h"

namespace spanwire::session {

// The topics of one session. Each begins (is acknowledged with the position that it begins at), catches up page by page
// from the broker's history, and is live from then on: without a gap, without a repeat, and where something is lost
// nevertheless the client is told by a new `subscription`. Shard thread only.
class TopicFeeds final : public fanout::Subscriber, public PageConsumer {
 public:
  // What a client asks for with one topic.
  struct Wish {
    std::optional<model::Cursor> since;
    uint32_t history = 0;
    ReplyId id;
    bool own = false;  // the bridge asks for it, not the client: it does not count towards the client's topics
  };

  // `settings` and `output` outlive it, or Shutdown() is called before they go.
  TopicFeeds(fanout::Shard& shard, const Settings& settings, SessionOutput& output, std::string tenant_id);
  ~TopicFeeds() override;

  // The answer is sent when it is known. `topic` is a valid name. False: too many topics, nothing is changed or sent.
  bool Subscribe(std::string_view topic, Wish wish);
  bool Has(std::string_view topic) const { return Find(topic) != nullptr; }
  // From here to BeginAll() topics that are subscribed do not begin yet, nor is anything asked of the shard in between.
  void HoldBeginnings() { beginnings_held_ = true; }
  void BeginAll();
  // Leaves the topic, whether it was there or not, and says so.
  void Unsubscribe(std::string_view topic, const ReplyId& id);
  // The client may not read the topic any more: leaves it and says so. Who still waits for an answer gets an error.
  void Expel(std::string_view topic);
  // The topics that it has or is about to have.
  std::vector<std::string> Names() const;
  // Without topics: those that come are of that tenant.
  void SetTenant(std::string tenant_id);
  // Little is queued again: sends what waits, and goes on catching up.
  void OnWritable();
  // The session ends because its queue was full: counts it where the topic is known that filled it.
  void CountSlowClose();
  // Leaves all; nothing is sent any more. Idempotent.
  void Shutdown();

  // The topics; after Shutdown() those that there were.
  std::vector<SubscriptionSnapshot> Describe() const;
  size_t low_watermark() const { return reader_.low_watermark(); }
  // Queued bytes over which topics with `slow = "latest"` wait: their share, which leaves room for those that do not.
  size_t high_watermark() const { return settings_.limits.outbound_queue_bytes / 2; }

  // Everything at or below it of every topic has been handed to the transport. A topic that is not acknowledged yet
  // counts with its `since`, and does not count where it has none. While the log is being replaced it is a position in
  // the old one, from which nobody can resume without being told so. None where no topic counts.
  std::optional<model::Cursor> Position() const;
  // The same, and none as well where a topic does not count.
  std::optional<model::Cursor> SafePosition() const { return all_count() ? Position() : std::nullopt; }

  void OnReady(fanout::Subscription& subscription) override;
  void OnRun(fanout::Subscription& subscription, const fanout::Run& run) override;
  void OnReset(fanout::Subscription& subscription) override;
  void OnUnavailable(fanout::Subscription& subscription, const absl::Status& why) override;
  void OnPage(uint32_t generation, absl::StatusOr<broker::Page> page) override;

 private:
  static TopicFeed& FeedOf(fanout::Subscription& subscription) { return static_cast<TopicFeed&>(subscription); }
  TopicFeed* Find(std::string_view topic) const;
  void Remove(TopicFeed& feed);
  bool all_count() const;
  bool full() const;
  // Answers those who wait for a topic that will not begin.
  void Refuse(std::string_view topic, const FeedStart& start, std::string_view code, std::string_view sentence);

  void Begin(TopicFeed& feed);
  void BeginHistory(TopicFeed& feed);
  // Begins where the live subscriptions stand now.
  void BeginLive(TopicFeed& feed);
  void BeginFromPage(TopicFeed& feed, const broker::Page& page);
  void BeginSince(TopicFeed& feed, const broker::Page& page);
  void BeginAtFirst(TopicFeed& feed, const broker::Page& page);
  // Answers all who asked. False where the client has left again and the feed is gone.
  bool Acknowledge(TopicFeed& feed, std::string_view epoch, uint64_t position, bool recovered);
  // Tells the client on the bridge's own accord that events were lost, and goes on live.
  void RestartAfterLoss(TopicFeed& feed);

  void Deliver(TopicFeed& feed, const std::vector<model::EnvelopePtr>& events, uint64_t through);
  void DeliverPage(TopicFeed& feed, const broker::Page& page);
  // Live events of a topic that keeps only the latest for a slow client.
  bool MustWait(const TopicFeed& feed, const fanout::Run& run) const;
  void KeepLatest(TopicFeed& feed, const fanout::Run& run);
  void SendLatest(TopicFeed& feed);
  void ContinueFrom(TopicFeed& feed, uint64_t through);

  fanout::Shard& shard_;
  const Settings& settings_;
  SessionOutput& output_;
  std::string tenant_id_;
  std::vector<std::unique_ptr<TopicFeed>> feeds_;
  PageReader reader_;
  observe::PatternCounts* overfilled_ = nullptr;  // by whose topic the queue is over its bound
  bool sending_latest_ = false;
  bool beginnings_held_ = false;
  std::vector<SubscriptionSnapshot> at_the_end_;
};

}  // namespace spanwire::session
