#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "bridge/auth/identity.h"
#include "bridge/auth/permissions.h"
#include "bridge/fanout/shard.h"
#include "bridge/session/client.h"
#include "bridge/session/client_message.h"
#include "bridge/session/message_rate.h"
#include "bridge/session/outbound.h"
#include "bridge/session/session_output.h"
#include "bridge/session/settings.h"
#include "bridge/session/topic_feeds.h"

namespace spanwire::session {

// How somebody comes in.
struct Admission {
  auth::IdentityPtr identity = auth::Anonymous();
  std::string refusal = {};                          // why the token that was shown does not count; empty where it does
  std::optional<std::string> since = {};             // a cursor, as given, to resume the identity's own topic from
  std::optional<observe::Transport> transport = {};  // what it is counted under; administrators are not
  bool may_read_all = false;  // an administrator, who was asked elsewhere: every topic of the identity's tenant
};

// The client protocol of docs/protocol.md over any transport that can push: reads the client's messages and answers
// them. What becomes of its topics is TopicFeeds'. Shard thread only.
class Session final : public std::enable_shared_from_this<Session> {
 public:
  // `out` and `settings` outlive the session, or Shutdown() is called before they go.
  Session(fanout::Shard& shard, const Settings& settings, Outbound& out, Admission admission);
  ~Session();

  // Greets the client, or waits for its token, or turns it away. First of all.
  void Start();
  // One message of the client's, as text.
  void OnMessage(std::string_view text);
  // For transports that put a SafeCursor() beside what they send: topics subscribed from here on, the user's own too,
  // begin in SubscribeFromUrl(), within the same turn. One that began before the others are known would give a cursor
  // that speaks for them too.
  void GatherTopics() { feeds_->HoldBeginnings(); }
  // As the client's message would, for transports whose client says in its URL what it wants: a `subscription` or an
  // `error` for each topic, without `id`. `since` is a cursor as given. Nothing of this counts as a client's message.
  void SubscribeFromUrl(const std::vector<std::string>& topics, const std::optional<std::string>& since,
                        uint32_t history);
  // Little is queued again: go on catching up.
  void OnWritable();
  // For clients that cannot answer WebSocket pings: a JSON `ping`.
  void SendPing();
  // When OnDeadline() must be called at the latest: a token expires, or has not come in time. By settings' clock.
  absl::Time deadline() const { return deadline_; }
  // Ends the session where its deadline is over.
  void OnDeadline();
  // What may be read has changed for everybody: leaves the topics that its client may not read any more.
  void OnRulesChanged();
  // Tells the client that the connection ends and ends it. Idempotent.
  void Disconnect(CloseCode code, std::string_view reason, std::optional<absl::Duration> after = std::nullopt);
  // Leaves all topics; nothing is sent any more. Idempotent.
  void Shutdown();

  const std::string& client_id() const { return client_id_; }
  const auth::Identity& identity() const { return *identity_; }
  // Its client may be of any tenant: it has shown no token, or one that does not count, and nobody is let in without.
  bool is_stranger() const { return is_stranger_; }
  uint64_t messages_sent() const { return output_.messages_sent(); }
  uint64_t messages_received() const { return messages_received_; }
  // After the end: those that there were.
  std::vector<SubscriptionSnapshot> Subscriptions() const { return feeds_->Describe(); }
  // The cursor from which a client that has got everything sent so far may resume all of its topics without missing
  // anything. Asked from within Outbound::Send or SendRun, it includes what is being sent. None while there is no such
  // cursor: without topics, while one without `since` is not acknowledged yet, or while the log is being replaced.
  std::optional<std::string> SafeCursor() const;
  // Of the client's next message: a stranger gets no more than a token needs.
  size_t max_message_bytes() const;
  // Queued bytes under which a session that stopped catching up wants OnWritable().
  size_t low_watermark() const { return feeds_->low_watermark(); }

 private:
  // Says `connected`, and subscribes to the topic that is the client's alone.
  void Welcome(const ReplyId& id);
  void AwaitToken();
  void SubscribeToOwnTopic();
  void Authenticate(const ClientMessage& message);
  // Leaves what the identity may not read.
  void LeaveForbidden();
  auth::Permit MaySubscribe(std::string_view topic) const;
  // False where the message is over the client's rate; it has been answered.
  bool AdmitMessage(std::string_view text);
  void SubscribeAll(const ClientMessage& message);
  void Subscribe(const ClientMessage& message, const TopicRequest& request);
  void Unsubscribe(const ClientMessage& message, const TopicRequest& request);
  void RefuseTopic(const ClientMessage& message, const TopicRequest& request, const absl::Status& why);
  void RefuseAccess(const ClientMessage& message, std::string_view topic, auth::Permit permit);
  void Pong(const ReplyId& id);

  fanout::Shard& shard_;
  const Settings& settings_;
  Outbound& out_;
  const std::string client_id_;
  auth::IdentityPtr identity_;
  std::unique_ptr<const Admission> admission_;  // how it came in, until it has its own topic
  absl::Time deadline_ = absl::InfiniteFuture();
  SessionOutput output_;
  const std::shared_ptr<TopicFeeds> feeds_;
  MessageRate rate_;
  const bool may_read_all_;
  bool is_stranger_;
  bool awaits_token_ = false;  // nothing else is understood
  bool closing_ = false;
  uint64_t messages_received_ = 0;
};

}  // namespace spanwire::session
