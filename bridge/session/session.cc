#include "bridge/session/session.h"

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

Session::Session(fanout::Shard& shard, const Settings& settings, Outbound& out, Admission admission)
    : shard_(shard),
      settings_(settings),
      out_(out),
      client_id_(model::RandomId(kClientIdLength)),
      identity_(admission.identity),
      admission_(std::make_unique<const Admission>(std::move(admission))),
      output_(out, *settings.clock, shard.metrics(), admission_->transport),
      feeds_(std::make_shared<TopicFeeds>(shard, settings, output_, identity_->tenant_id)),
      rate_(settings.limits.client_message_burst, settings.clock->Now()),
      may_read_all_(admission_->may_read_all),
      is_stranger_(identity_->anonymous() && (!admission_->refusal.empty() || !settings.access->admits_anonymous())) {}

Session::~Session() {
  Shutdown();
}

void Session::OnWritable() {
  if (!closing_) feeds_->OnWritable();
}

void Session::SendPing() {
  output_.Send(PingMessage(output_.now()));
}

void Session::Disconnect(CloseCode code, std::string_view reason, std::optional<absl::Duration> after) {
  if (closing_) return;
  if (code == CloseCode::kSlowConsumer) feeds_->CountSlowClose();
  if (IsAnnounced(code)) output_.Send(DisconnectMessage(code, reason, after, output_.now()));
  Shutdown();
  out_.Close(code, reason);
}

void Session::Shutdown() {
  closing_ = true;
  feeds_->Shutdown();
}

std::optional<std::string> Session::SafeCursor() const {
  const std::optional<model::Cursor> position = feeds_->SafePosition();
  if (!position) return std::nullopt;
  return model::FormatCursor(*position);
}

// ---- The client's messages

void Session::OnMessage(std::string_view text) {
  if (closing_) return;
  ++messages_received_;
  if (!AdmitMessage(text)) return;
  ClientMessage message;
  ClientMessageError error;
  if (!ParseClientMessage(text, &message, &error)) {
    output_.SendError("", error.code, error.message, error.action, error.id);
    return;
  }
  if (awaits_token_ && message.verb != ClientMessage::Verb::kAuth && message.verb != ClientMessage::Verb::kPing) {
    output_.SendError("", error_code::kUnauthorized,
                      "say who you are first: {\"action\": \"auth\", \"token\": \"...\"}", message.action, message.id);
    return;
  }
  switch (message.verb) {
    case ClientMessage::Verb::kSubscribe:
      SubscribeAll(message);
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
      Authenticate(message);
      break;
  }
}

bool Session::AdmitMessage(std::string_view text) {
  const config::Limits& limits = settings_.limits;
  switch (rate_.Admit(limits.client_messages_per_second, limits.client_message_burst, output_.now())) {
    case MessageRate::Verdict::kAdmitted:
      return true;
    case MessageRate::Verdict::kRefused:
      shard_.metrics().messages_refused.Add();
      output_.SendError("", error_code::kRateLimited,
                        fmt::format("over {} messages per second: slow down", limits.client_messages_per_second), "",
                        PeekReplyId(text));
      return false;
    case MessageRate::Verdict::kTooMuch:
      shard_.metrics().messages_refused.Add();
      Disconnect(CloseCode::kTooManyMessages, "client sends too fast");
      return false;
  }
  return false;
}

void Session::SubscribeFromUrl(const std::vector<std::string>& topics, const std::optional<std::string>& since,
                               uint32_t history) {
  if (closing_) return;
  ClientMessage message{
      .verb = ClientMessage::Verb::kSubscribe, .topics = {}, .history = history, .action = "subscribe", .id = {}};
  for (const std::string& topic : topics) {
    // Its own topic it has already.
    if (!feeds_->Has(topic)) message.topics.push_back({.topic = topic, .since = since});
  }
  feeds_->HoldBeginnings();
  SubscribeAll(message);
  feeds_->BeginAll();
}

void Session::SubscribeAll(const ClientMessage& message) {
  for (const TopicRequest& request : message.topics) Subscribe(message, request);
}

void Session::Subscribe(const ClientMessage& message, const TopicRequest& request) {
  if (const absl::Status valid = model::ValidateTopic(request.topic); !valid.ok()) {
    RefuseTopic(message, request, valid);
    return;
  }
  if (const auth::Permit permit = MaySubscribe(request.topic); permit != auth::Permit::kGranted) {
    RefuseAccess(message, request.topic, permit);
    return;
  }
  TopicFeeds::Wish wish{.since = std::nullopt, .history = message.history, .id = message.id};
  if (request.since) {
    absl::StatusOr<model::Cursor> cursor = model::ParseCursor(*request.since);
    if (!cursor.ok()) {
      output_.SendError(request.topic, error_code::kBadCursor, model::ToStd(cursor.status().message()), message.action,
                        message.id);
      return;
    }
    wish.since = *std::move(cursor);
  }
  if (!feeds_->Has(request.topic) && !shard_.has_room()) {
    output_.SendError(request.topic, error_code::kOverloaded, kNoRoom, message.action, message.id);
    return;
  }
  if (feeds_->Subscribe(request.topic, std::move(wish))) return;
  output_.SendError(request.topic, error_code::kTooManyTopics,
                    fmt::format("a connection has at most {} topics: unsubscribe some or open another",
                                settings_.limits.topics_per_connection),
                    message.action, message.id);
}

void Session::Unsubscribe(const ClientMessage& message, const TopicRequest& request) {
  if (const absl::Status valid = model::ValidateTopic(request.topic); !valid.ok()) {
    RefuseTopic(message, request, valid);
  } else {
    feeds_->Unsubscribe(request.topic, message.id);
  }
}

void Session::RefuseTopic(const ClientMessage& message, const TopicRequest& request, const absl::Status& why) {
  const bool echo = request.topic.size() <= model::kMaxTopicBytes;
  output_.SendError(echo ? request.topic : "", error_code::kBadTopic, model::ToStd(why.message()), message.action,
                    message.id);
}

void Session::Pong(const ReplyId& id) {
  // Where a tenant's log stands is for those who belong to it.
  if (awaits_token_) return output_.Send(PongMessage("", id, output_.now()));
  if (const std::optional<model::Cursor> position = feeds_->Position()) {
    output_.Send(PongMessage(model::FormatCursor(*position), id, output_.now()));
    return;
  }
  // Without topics there is nothing to have missed: the position is the log's head.
  shard_.Read(settings_.topics->Intern(identity_->tenant_id, model::kBridgeTopic), kHeadOnly, {},
              [weak = weak_from_this(), id, asker = identity_](absl::StatusOr<broker::Page> page) {
                const std::shared_ptr<Session> self = weak.lock();
                if (self == nullptr || self->closing_) return;
                // A position of the tenant that it belonged to when it asked.
                const bool same_log = asker->tenant_id == self->identity_->tenant_id && !self->awaits_token_;
                const std::string cursor = page.ok() && same_log ? model::FormatCursor(page->epoch, page->head) : "";
                self->output_.Send(PongMessage(cursor, id, self->output_.now()));
              });
}

}  // namespace spanwire::session
