#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "bridge/fanout/shard.h"
#include "bridge/model/cursor.h"
#include "bridge/session/client.h"
#include "bridge/session/poll_query.h"
#include "bridge/session/registry.h"
#include "bridge/session/settings.h"

namespace spanwire::session {

// Who polls.
struct PollPeer {
  auth::IdentityPtr identity = auth::Anonymous();
  std::string remote_address;
  std::string user_agent;
};

// One long poll: answers at once where there is something after the cursor, else holds. The server keeps nothing of it:
// the cursor in the answer carries everything, so any bridge answers the next one. Shard thread only.
class Poll final : public fanout::Subscriber, public Client, public std::enable_shared_from_this<Poll> {
 public:
  // Gets the body, a JSON object, or why the broker cannot be read now, UNAUTHENTICATED where the poller's token no
  // longer counts, or PERMISSION_DENIED where it may no longer read a topic. Called once, from the shard's loop, unless
  // the poll is cancelled before; at the latest when the wait and twice `limits.broker_timeout` are over.
  using Done = absl::AnyInvocable<void(absl::StatusOr<std::string> body)>;

  // Checks the query. Null and `refusal` where it is bad; else a poll to be started.
  static std::shared_ptr<Poll> Create(fanout::Shard& shard, Registry& registry, const Settings& settings, PollPeer peer,
                                      PollQuery query, PollRefusal* refusal);
  ~Poll() override;

  void Start(Done done);
  // The poller is gone: nothing is answered. Idempotent.
  void Cancel();

  const std::string& client_id() const override { return client_id_; }
  ClientSnapshot Describe() const override;
  const auth::Identity& identity() const override { return *peer_.identity; }
  // Ends with PERMISSION_DENIED where a topic is no longer the poller's to read.
  void OnRulesChanged() override;
  // Answers with what there is, now or as soon as that is read; for kUnauthorized with UNAUTHENTICATED, at once.
  void Disconnect(CloseCode code, std::string_view reason) override;

  void OnReady(fanout::Subscription& subscription) override;
  void OnRun(fanout::Subscription& subscription, const fanout::Run& run) override;
  void OnReset(fanout::Subscription& subscription) override;
  void OnUnavailable(fanout::Subscription& subscription, const absl::Status& why) override;

 private:
  // So many times all topics are read again because the log was replaced in between.
  static constexpr int kMaxRereads = 3;

  struct TopicState {
    TopicState(fanout::Subscriber& owner, model::TopicPtr t) : subscription(owner), topic(std::move(t)) {}
    fanout::Subscription subscription;
    model::TopicPtr topic;
    absl::StatusOr<broker::Page> page;
    bool joined = false;
    bool use_last_events = false;  // its answer is the last events, because nothing can be resumed
    bool recovered = true;
  };
  enum class Phase : uint8_t { kFirstRead, kHeld, kWaking, kLastRead, kDone };

  Poll(fanout::Shard& shard, Registry& registry, const Settings& settings, PollPeer peer, PollQuery query);

  void ReadAll(Phase phase);
  void Read(TopicState& state);
  void OnPage(TopicState& state, absl::StatusOr<broker::Page> page);
  void OnAllRead();
  absl::Status StillAllowed() const;
  bool Judge(TopicState& state);
  bool AnythingToSay() const;
  bool OneLog() const;
  // Runs `then` after `delay`, unless the poll has gone on by then.
  void After(absl::Duration delay, void (Poll::*then)());
  void ReadLast() { ReadAll(Phase::kLastRead); }
  void GiveUp();
  void Hold();
  void AnswerSoon();
  void Answer();
  void Finish(absl::StatusOr<std::string> body);

  fanout::Shard& shard_;
  Registry& registry_;
  const Settings& settings_;
  const PollPeer peer_;
  const std::string client_id_;
  const uint32_t history_;
  const absl::Time started_;
  const absl::Duration wait_;
  std::optional<model::Cursor> cursor_;
  std::vector<std::unique_ptr<TopicState>> topics_;
  boost::asio::steady_timer timer_;
  Done done_;
  Phase phase_ = Phase::kFirstRead;
  size_t pages_left_ = 0;
  int rereads_ = 0;
  bool registered_ = false;
  bool leaving_ = false;  // must not hold any more
};

}  // namespace spanwire::session
