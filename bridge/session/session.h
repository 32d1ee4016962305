#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/fanout/shard.h"
#include "bridge/session/client.h"
#include "bridge/session/client_message.h"
#include "bridge/session/outbound.h"
#include "bridge/session/settings.h"
#include "bridge/session/topic_feed.h"

namespace spanwire::session {

// Who is behind a session.
struct Identity {
  std::string user_id;    // empty without authentication
  std::string tenant_id;  // empty: the default tenant
};

// The client protocol of docs/protocol.md over any transport that can push: reads the client's messages, answers them,
// and lets each topic catch up and go live. Shard thread only.
//
// Topics catch up one page at a time for the whole session, and only while little is queued, so a long replay is never
// taken for a slow consumer.
class Session final : public fanout::Subscriber, public std::enable_shared_from_this<Session> {
 public:
  // `out` and `settings` outlive the session, or Shutdown() is called before they go.
  Session(fanout::Shard& shard, const Settings& settings, Outbound& out, Identity identity);
  ~Session() override;

  // Greets the client. First of all.
  void Start();
  // One message of the client's, as text.
  void OnMessage(std::string_view text);
  // Little is queued again: go on catching up.
  void OnWritable();
  // For clients that cannot answer WebSocket pings: a JSON `ping`.
  void SendPing();
  // Tells the client that the connection ends and ends it. Idempotent.
  void Disconnect(CloseCode code, std::string_view reason, std::optional<absl::Duration> after = std::nullopt);
  // Leaves all topics; nothing is sent any more. Idempotent.
  void Shutdown();

  const std::string& client_id() const { return client_id_; }
  const Identity& identity() const { return identity_; }
  uint64_t messages_sent() const { return messages_sent_; }
  uint64_t messages_received() const { return messages_received_; }
  std::vector<SubscriptionSnapshot> Subscriptions() const;
  // Queued bytes under which a session that stopped catching up wants OnWritable().
  size_t low_watermark() const { return settings_.limits.outbound_queue_bytes / 4; }

  void OnReady(fanout::Subscription& subscription) override;
  void OnRun(fanout::Subscription& subscription, const fanout::Run& run) override;
  void OnReset(fanout::Subscription& subscription) override;
  void OnUnavailable(fanout::Subscription& subscription, const absl::Status& why) override;

 private:
  void Send(const model::EnvelopePtr& envelope);
  void SendError(std::string_view topic, std::string_view code, std::string_view message, std::string_view action,
                 const ReplyId& id);
  // False where the message is over the client's rate; it has been answered.
  bool AdmitMessage();

  void Subscribe(const ClientMessage& message, const TopicRequest& request);
  void Unsubscribe(const ClientMessage& message, const TopicRequest& request);
  void Pong(const ReplyId& id);

  TopicFeed* FindFeed(std::string_view topic) const;
  TopicFeed& FeedOf(const fanout::Subscription& subscription) const;
  void RemoveFeed(TopicFeed& feed);
  // The position that the client has in the topic.
  std::string PositionOf(const TopicFeed& feed) const;

  // Whatever was asked of the broker for the feed no longer counts.
  void ForgetReads(TopicFeed& feed);
  void Begin(TopicFeed& feed);
  void Acknowledge(TopicFeed& feed, std::string_view cursor, bool recovered);
  // Starts live where the hub stands now.
  void BeginLive(TopicFeed& feed, bool recovered);
  // Tells the client on the session's own accord that events were lost, and goes on live.
  void RestartAfterLoss(TopicFeed& feed);
  void ReadLater(TopicFeed& feed, TopicFeed::Next next);
  void ReadNext();
  void OnPage(const model::TopicPtr& topic, uint32_t generation, bool last_events, absl::StatusOr<broker::Page> page);
  void StartFromPage(TopicFeed& feed, bool last_events, const broker::Page& page);
  void DeliverPage(TopicFeed& feed, const broker::Page& page);
  void ContinueFrom(TopicFeed& feed, uint64_t through);

  fanout::Shard& shard_;
  const Settings& settings_;
  Outbound& out_;
  const std::string client_id_;
  const Identity identity_;
  std::vector<std::unique_ptr<TopicFeed>> feeds_;
  std::vector<TopicFeed*> to_read_;  // feeds that wait for their turn to read
  uint32_t generations_ = 0;         // the last that a feed was given
  bool reading_ = false;
  bool closing_ = false;
  float tokens_;  // messages the client may send now
  absl::Time tokens_at_;
  uint64_t messages_sent_ = 0;
  uint64_t messages_received_ = 0;
};

}  // namespace spanwire::session
