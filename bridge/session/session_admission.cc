// Who is behind a session and what that allows; the rest of Session is in session.cc.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "bridge/auth/claims.h"
#include "bridge/model/absl_view.h"
#include "bridge/session/session.h"

namespace spanwire::session {

void Session::Start() {
  // The token may have been revoked, or have expired, while the client took its answer to the handshake. The connection
  // is listed by now: a revocation from here on finds it.
  const absl::Status counts = settings_.access->StillCounts(*identity_);
  if (!admission_->refusal.empty()) {
    Disconnect(CloseCode::kUnauthorized, admission_->refusal);
  } else if (!counts.ok()) {
    Disconnect(CloseCode::kUnauthorized, model::ToStd(counts.message()));
  } else if (identity_->anonymous() && !settings_.access->admits_anonymous()) {
    AwaitToken();
  } else {
    Welcome("");
  }
  if (!settings_.access->enabled()) admission_.reset();  // there will never be a topic of its own
}

void Session::Welcome(const ReplyId& id) {
  awaits_token_ = false;
  is_stranger_ = false;
  if (std::exchange(deadline_, identity_->valid_until) != identity_->valid_until) out_.OnDeadline();
  output_.Send(ConnectedMessage({.client_id = client_id_,
                                 .user_id = identity_->subject,
                                 .tenant_id = identity_->tenant_id,
                                 .ping_interval = settings_.ping_interval,
                                 .session_expires_at = identity_->expires_at,
                                 .server = settings_.server,
                                 .node = settings_.node,
                                 .secure = settings_.secure,
                                 .id = id},
                                output_.now()));
  if (!identity_->anonymous() && admission_ != nullptr) SubscribeToOwnTopic();
}

void Session::SubscribeToOwnTopic() {
  const std::unique_ptr<const Admission> admission = std::move(admission_);
  TopicFeeds::Wish own{.since = std::nullopt, .own = true};
  const std::string topic = auth::UserTopic(identity_->subject);
  if (admission->since) {
    absl::StatusOr<model::Cursor> cursor = model::ParseCursor(*admission->since);
    if (cursor.ok()) {
      own.since = *std::move(cursor);
    } else {
      output_.SendError(topic, error_code::kBadCursor, model::ToStd(cursor.status().message()), "", "");
    }
  }
  if (!shard_.has_room()) return output_.SendError(topic, error_code::kOverloaded, kNoRoom, "", "");
  feeds_->Subscribe(topic, std::move(own));
}

size_t Session::max_message_bytes() const {
  constexpr size_t kAroundAToken = 1024;
  const size_t usual = settings_.limits.client_message_bytes;
  return awaits_token_ ? std::min(usual, settings_.access->max_token_bytes() + kAroundAToken) : usual;
}

void Session::Authenticate(const ClientMessage& message) {
  if (!settings_.access->enabled()) {
    output_.SendError("", error_code::kUnauthorized, "this bridge runs without authentication: connect without a token",
                      message.action, message.id);
    return;
  }
  absl::StatusOr<auth::IdentityPtr> shown = settings_.access->Authenticate(message.token);
  if (!shown.ok()) {
    out_.OnTokenRefused(shown.status());
    const std::string_view why = model::ToStd(shown.status().message());
    output_.SendError("", error_code::kUnauthorized, why, message.action, message.id);
    Disconnect(CloseCode::kUnauthorized, why);
    return;
  }
  const auth::Identity& fresh = **shown;
  if (!identity_->anonymous() && (fresh.subject != identity_->subject || fresh.tenant_id != identity_->tenant_id)) {
    output_.SendError("", error_code::kForbidden,
                      "the token is of another user or tenant than the connection: open a new one with it",
                      message.action, message.id);
    return;
  }
  if (fresh.tenant_id != identity_->tenant_id) {
    // What it read so far was another tenant's.
    for (const std::string& topic : feeds_->Names()) feeds_->Expel(topic);
    feeds_->SetTenant(fresh.tenant_id);
  }
  const FormerIdentity former{.identity = std::exchange(identity_, *std::move(shown)), .was_stranger = is_stranger_};
  is_stranger_ = false;
  if (former.identity->anonymous()) out_.OnIdentified(former);
  Welcome(message.id);
  LeaveForbidden();
}

void Session::OnDeadline() {
  if (closing_ || output_.now() < deadline_) return;
  Disconnect(CloseCode::kUnauthorized,
             awaits_token_ ? "no token came in time: send auth first" : "the token has expired: come with a fresh one");
}

void Session::OnRulesChanged() {
  if (closing_) return;
  LeaveForbidden();
  if (identity_->anonymous() && !may_read_all_ && !settings_.access->admits_anonymous()) AwaitToken();
}

void Session::AwaitToken() {
  if (std::exchange(awaits_token_, true)) return;
  deadline_ = output_.now() + settings_.limits.auth_timeout;
  out_.OnDeadline();
}

void Session::LeaveForbidden() {
  for (const std::string& topic : feeds_->Names()) {
    if (MaySubscribe(topic) != auth::Permit::kGranted) feeds_->Expel(topic);
  }
}

auth::Permit Session::MaySubscribe(std::string_view topic) const {
  if (may_read_all_) return auth::Permit::kGranted;
  return settings_.access->permissions()->MaySubscribe(*identity_, topic);
}

void Session::RefuseAccess(const ClientMessage& message, std::string_view topic, auth::Permit permit) {
  if (permit == auth::Permit::kUnauthenticated) {
    output_.SendError(topic, error_code::kUnauthorized, "the topic is not for everybody: send auth with a token first",
                      message.action, message.id);
  } else {
    output_.SendError(topic, error_code::kForbidden, "your token does not allow this topic (claim topics)",
                      message.action, message.id);
  }
}

}  // namespace spanwire::session
