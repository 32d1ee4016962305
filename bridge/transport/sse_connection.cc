#include "bridge/transport/sse_connection.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/types/span.h"
#include "bridge/model/cursor.h"

namespace spanwire::transport {
namespace {

using session::CloseCode;

// A client has nothing to say on an event stream; one that talks on is not listened to for ever.
constexpr size_t kMaxIgnoredBytes = 1024 * 1024;
// Heartbeats without progress until the client counts as gone.
constexpr int kMissedHeartbeats = 2;

// Messages are Server-Sent Events. The client cannot answer, so whether it is there shows by what its side of the
// socket takes: of everything sent, at the latest of a heartbeat.
class SseConnection final : public PushConnection {
 public:
  SseConnection(ShardContext& context, AcceptedSocket accepted, const SseRequest& request)
      : PushConnection(context, std::move(accepted), request.peer,
                       {.identity = request.identity, .since = request.query.cursor}, observe::Transport::kSse),
        form_(request.form) {}

  void Start(const session::PollQuery& query);

  void Send(const model::EnvelopePtr& envelope) override;
  void SendRun(const fanout::Run& run) override;

 private:
  void OnReadable() override;
  void OnHeartbeat() override;
  Slice LastBytes(CloseCode, std::string_view) const override { return EncodeSseEnd(form_); }
  OutboundQueue::MessageEnd message_end() const override { return SseMessageEnd; }

  std::optional<model::Cursor> SafeCursor() const;
  void SendEvent(const model::EnvelopePtr& envelope, const std::optional<model::Cursor>& safe);

  const SseForm form_;
  size_t ignored_bytes_ = 0;
  uint64_t taken_ = 0;  // bytes that the peer's side has acknowledged, off by a constant
  int missed_heartbeats_ = 0;
};

void SseConnection::Start(const session::PollQuery& query) {
  Register();
  HeartbeatAt(ShardContext::After(context().settings.ping_interval));
  fanout::Shard::CorkScope cork(context().shard);
  session().GatherTopics();
  Greet();
  session().SubscribeFromUrl(query.topics, query.cursor, query.history);
  WaitReadable();
}

// ---- Out

void SseConnection::Send(const model::EnvelopePtr& envelope) {
  SendEvent(envelope, SafeCursor());
}

void SseConnection::SendRun(const fanout::Run& run) {
  const std::optional<model::Cursor> safe = SafeCursor();
  fanout::Shard::CorkScope cork(context().shard);
  for (const model::EnvelopePtr& envelope : run.envelopes()) SendEvent(envelope, safe);
}

std::optional<model::Cursor> SseConnection::SafeCursor() const {
  const std::optional<std::string> text = session().SafeCursor();
  if (!text) return std::nullopt;
  return *model::ParseCursor(*text);
}

// `safe` is the client's position when it has got everything that is being sent; after an earlier event of the same run
// it is at most that event's offset.
void SseConnection::SendEvent(const model::EnvelopePtr& envelope, const std::optional<model::Cursor>& safe) {
  std::string id;
  if (safe) {
    const uint64_t offset = envelope->offset();
    id = model::FormatCursor(safe->epoch, offset == 0 ? safe->offset : std::min(safe->offset, offset));
  }
  SendMessage(EncodeSseEvent(envelope, id, form_));
}

// ---- In

void SseConnection::OnReadable() {
  const ReadResult read = stream().Read(absl::MakeSpan(context().read_buffer));
  if (read.state == ReadResult::State::kEnd && state() == State::kOpen) {
    return End(static_cast<int>(CloseCode::kNormal), "closed by the client");
  }
  if (!read.data() && !read.blocked()) return EndAsClosed();
  ignored_bytes_ += read.count;
  if (ignored_bytes_ > kMaxIgnoredBytes) session().Disconnect(CloseCode::kPolicy, "talks on an event stream");
  WaitReadable();
}

// ---- Whether the peer is there

void SseConnection::OnHeartbeat() {
  const ClientStream::Progress progress = stream().ProgressOf(bytes_sent());
  const bool moved = std::exchange(taken_, progress.acknowledged) != progress.acknowledged;
  if (moved || (progress.all && queued_bytes() == 0)) {
    missed_heartbeats_ = 0;
    Seen();
  } else if (++missed_heartbeats_ >= kMissedHeartbeats) {
    session().Disconnect(CloseCode::kHeartbeatMissed, "heartbeat missed");
    return;
  }
  HeartbeatAt(ShardContext::After(context().settings.ping_interval));
  Enqueue(EncodeSseHeartbeat(form_));
}

}  // namespace

void StartSse(ShardContext& context, AcceptedSocket accepted, const SseRequest& request) {
  std::make_shared<SseConnection>(context, std::move(accepted), request)->Start(request.query);
}

}  // namespace spanwire::transport
