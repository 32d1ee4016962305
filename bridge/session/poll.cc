#include "bridge/session/poll.h"

#include <algorithm>
#include <limits>
#include <random>
#include <utility>

#include <fmt/format.h>

#include "bridge/model/absl_view.h"
#include "bridge/model/topic_name.h"
#include "bridge/session/control_messages.h"
#include "bridge/session/poll_answer.h"

namespace spanwire::session {
namespace {

constexpr absl::Duration kMaxWait = absl::Seconds(60);
constexpr size_t kClientIdLength = 15;
// Reading this far beyond every offset tells the log's head and nothing else.
constexpr uint64_t kHeadOnly = model::kMaxOffset;

// Polls that began together, after a restart, should not all come back together.
absl::Duration WithJitter(absl::Duration wait) {
  thread_local std::minstd_rand random{std::random_device{}()};
  return wait * (1 - 0.1 * std::uniform_real_distribution<double>(0, 1)(random));
}

}  // namespace

std::shared_ptr<Poll> Poll::Create(fanout::Shard& shard, Registry& registry, const Settings& settings, PollPeer peer,
                                   PollQuery query, PollRefusal* refusal) {
  if (!CheckPollQuery(settings, *peer.identity, &query, refusal)) return nullptr;
  std::optional<model::Cursor> cursor;
  if (query.cursor) cursor = *model::ParseCursor(*query.cursor);
  std::shared_ptr<Poll> poll(new Poll(shard, registry, settings, std::move(peer), std::move(query)));
  poll->cursor_ = std::move(cursor);
  return poll;
}

Poll::Poll(fanout::Shard& shard, Registry& registry, const Settings& settings, PollPeer peer, PollQuery query)
    : shard_(shard),
      registry_(registry),
      settings_(settings),
      peer_(std::move(peer)),
      client_id_(model::RandomId(kClientIdLength)),
      history_(query.history),
      started_(settings.clock->Now()),
      // Nothing is told to a token that has expired meanwhile.
      wait_(std::clamp(peer_.identity->valid_until - started_, absl::ZeroDuration(), std::min(query.wait, kMaxWait))),
      timer_(shard.io()) {
  for (const std::string& topic : query.topics) {
    topics_.push_back(std::make_unique<TopicState>(*this, settings.topics->Intern(peer_.identity->tenant_id, topic)));
  }
}

Poll::~Poll() {
  Cancel();
}

void Poll::Start(Done done) {
  done_ = std::move(done);
  for (const auto& state : topics_) state->use_last_events = !cursor_ && history_ > 0;
  ReadAll(Phase::kFirstRead);
}

void Poll::Cancel() {
  phase_ = Phase::kDone;
  timer_.cancel();
  for (const auto& state : topics_) {
    if (std::exchange(state->joined, false)) shard_.Leave(state->subscription);
  }
  if (std::exchange(registered_, false)) registry_.Remove(*this, static_cast<int>(CloseCode::kNormal), "answered");
}

ClientSnapshot Poll::Describe() const {
  ClientSnapshot snapshot{.client_id = client_id_,
                          .user_id = peer_.identity->subject,
                          .tenant_id = peer_.identity->tenant_id,
                          .transport = "poll",
                          .remote_address = peer_.remote_address,
                          .user_agent = peer_.user_agent,
                          .connected_at = started_,
                          .last_seen = started_,
                          .subscriptions = {},
                          .messages_received = 1};
  for (const auto& state : topics_) {
    snapshot.subscriptions.push_back(
        {.topic = state->topic->name, .live = state->subscription.live(), .position = cursor_ ? cursor_->offset : 0});
  }
  return snapshot;
}

void Poll::Disconnect(CloseCode code, std::string_view reason) {
  if (code == CloseCode::kUnauthorized) {
    if (phase_ != Phase::kDone) Finish(absl::UnauthenticatedError(model::ToAbsl(reason)));
    return;
  }
  leaving_ = true;
  if (phase_ == Phase::kHeld) ReadLast();
}

// ---- Reading

void Poll::ReadAll(Phase phase) {
  phase_ = phase;
  After(settings_.limits.broker_timeout, &Poll::GiveUp);
  pages_left_ = topics_.size();
  for (const auto& state : topics_) Read(*state);
}

void Poll::Read(TopicState& state) {
  auto done = [self = shared_from_this(), &state](absl::StatusOr<broker::Page> page) {
    self->OnPage(state, std::move(page));
  };
  if (state.use_last_events) {
    // All of them, of which the answer takes the oldest: what is held is references, for a moment.
    shard_.ReadLast(state.topic, history_, {.max_events = history_, .max_bytes = std::numeric_limits<size_t>::max()},
                    std::move(done));
  } else {
    const broker::ReadLimits limits{.max_events = settings_.limits.poll_messages,
                                    .max_bytes = settings_.limits.poll_bytes};
    shard_.Read(state.topic, cursor_ && state.recovered ? cursor_->offset : kHeadOnly, limits, std::move(done));
  }
}

void Poll::OnPage(TopicState& state, absl::StatusOr<broker::Page> page) {
  if (phase_ == Phase::kDone) return;
  state.page = std::move(page);
  if (state.page.ok() && Judge(state)) return;
  if (--pages_left_ == 0) OnAllRead();
}

// Whether the topic can be resumed from the cursor. True: it cannot, and is being read again for what can be had
// instead.
bool Poll::Judge(TopicState& state) {
  if (!cursor_ || !state.recovered) return false;
  const broker::Page& page = *state.page;
  state.recovered =
      page.epoch == cursor_->epoch && page.lost_through <= cursor_->offset && cursor_->offset <= page.head;
  if (state.recovered) return false;
  state.use_last_events = history_ > 0;
  Read(state);
  return true;
}

// Asked again behind each read, and before it is listed: a revocation or new rules then find those that they missed
// here.
absl::Status Poll::StillAllowed() const {
  if (absl::Status counts = settings_.access->StillCounts(*peer_.identity); !counts.ok()) {
    return absl::UnauthenticatedError(counts.message());
  }
  const std::shared_ptr<const auth::Permissions> permissions = settings_.access->permissions();
  for (const auto& state : topics_) {
    if (permissions->MaySubscribe(*peer_.identity, state->topic->name) == auth::Permit::kGranted) continue;
    return absl::PermissionDeniedError(
        model::ToAbsl(fmt::format("you may no longer read {}: leave it out", state->topic->name)));
  }
  return absl::OkStatus();
}

void Poll::OnRulesChanged() {
  if (phase_ == Phase::kDone) return;
  if (absl::Status allowed = StillAllowed(); !allowed.ok()) Finish(std::move(allowed));
}

void Poll::OnAllRead() {
  if (absl::Status allowed = StillAllowed(); !allowed.ok()) {
    Finish(std::move(allowed));
  } else if (!OneLog()) {
    // Offsets of two logs cannot be merged, nor is there one cursor for both.
    if (++rereads_ > kMaxRereads) return Finish(absl::UnavailableError("the log is being replaced"));
    ReadAll(phase_);
  } else if (phase_ == Phase::kLastRead || !cursor_ || wait_ == absl::ZeroDuration() || AnythingToSay() || leaving_ ||
             registry_.draining()) {
    Answer();
  } else {
    Hold();
  }
}

bool Poll::OneLog() const {
  const std::string* epoch = nullptr;
  for (const auto& state : topics_) {
    if (!state->page.ok()) continue;
    if (epoch != nullptr && *epoch != state->page->epoch) return false;
    epoch = &state->page->epoch;
  }
  return true;
}

void Poll::After(absl::Duration delay, void (Poll::*then)()) {
  timer_.expires_after(absl::ToChronoMilliseconds(delay));
  timer_.async_wait([weak = weak_from_this(), then, phase = phase_](boost::system::error_code error) {
    const std::shared_ptr<Poll> self = weak.lock();
    if (!error && self != nullptr && self->phase_ == phase) (self.get()->*then)();
  });
}

void Poll::GiveUp() {
  Finish(absl::DeadlineExceededError("the broker did not answer in time"));
}

bool Poll::AnythingToSay() const {
  return std::any_of(topics_.begin(), topics_.end(), [](const auto& state) {
    return !state->recovered || !state->page.ok() || !state->page->events.empty();
  });
}

// ---- Holding

void Poll::Hold() {
  if (!shard_.has_room()) return Finish(absl::UnavailableError(model::ToAbsl(kNoRoom)));
  phase_ = Phase::kHeld;
  registered_ = true;
  registry_.Add(*this);
  After(WithJitter(wait_), &Poll::ReadLast);
  for (const auto& state : topics_) {
    state->joined = true;
    if (shard_.Join(state->topic, state->subscription)) OnReady(state->subscription);
  }
}

void Poll::OnReady(fanout::Subscription& subscription) {
  if (phase_ != Phase::kHeld) return;
  const auto state = std::find_if(topics_.begin(), topics_.end(),
                                  [&](const auto& topic) { return &topic->subscription == &subscription; });
  fanout::Hub& hub = *subscription.hub;
  std::vector<model::EnvelopePtr> missed;
  // Anything that came since the first read, or cannot be excluded, is found by the last one.
  if ((*state)->page->epoch != hub.tenant().epoch) return AnswerSoon();
  switch (hub.TurnLive(subscription, (*state)->page->through, &missed)) {
    case fanout::Hub::Turn::kNow:
      if (!missed.empty()) return AnswerSoon();
      hub.GoLive(subscription);
      break;
    case fanout::Hub::Turn::kReadOn:
      AnswerSoon();
      break;
    case fanout::Hub::Turn::kWait:
      break;
  }
}

void Poll::OnRun(fanout::Subscription&, const fanout::Run&) {
  AnswerSoon();
}

void Poll::OnReset(fanout::Subscription&) {
  AnswerSoon();
}

void Poll::OnUnavailable(fanout::Subscription& subscription, const absl::Status&) {
  for (const auto& state : topics_) {
    if (&state->subscription == &subscription) state->joined = false;
  }
  AnswerSoon();
}

void Poll::AnswerSoon() {
  if (phase_ != Phase::kHeld) return;
  phase_ = Phase::kWaking;
  // So that a burst is one answer.
  After(settings_.limits.poll_gather, &Poll::ReadLast);
}

void Poll::Answer() {
  std::vector<PolledTopic> polled;
  for (const auto& state : topics_) {
    if (!state->page.ok()) {
      Finish(state->page.status());
      return;
    }
    polled.push_back({.name = state->topic->name,
                      .page = &*state->page,
                      .show_recovered = cursor_.has_value(),
                      .recovered = state->recovered});
  }
  for (const PolledTopic& topic : polled) {
    if (!topic.recovered) shard_.metrics().NotRecovered(observe::Transport::kPoll);
  }
  PollAnswer answer = WritePollAnswer(
      polled, {.max_messages = settings_.limits.poll_messages, .max_bytes = settings_.limits.poll_bytes});
  shard_.metrics().deliveries.Add(answer.messages);
  Finish(std::move(answer.body));
}

void Poll::Finish(absl::StatusOr<std::string> body) {
  const std::shared_ptr<Poll> self = shared_from_this();  // `done` may let go of the last other reference
  Cancel();
  done_(std::move(body));
}

}  // namespace spanwire::session
