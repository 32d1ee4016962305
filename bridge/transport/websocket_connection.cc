#include "bridge/transport/websocket_connection.h"

#include <chrono>
#include <memory>
#include <utility>

#include "absl/types/span.h"
#include "bridge/transport/websocket/frame_header.h"
#include "bridge/transport/websocket/frame_reader.h"
#include "bridge/transport/websocket/frame_writer.h"

namespace spanwire::transport {
namespace {

using session::CloseCode;

// A chatty client gives way to the others of its shard after so many buffers.
constexpr int kReadsPerTurn = 4;

// Messages are frames, an envelope's frame() as it is, and what comes in is frames too. Reads into the shard's buffer.
class WebSocketConnection final : public PushConnection {
 public:
  WebSocketConnection(ShardContext& context, AcceptedSocket accepted, WebSocketHandshake handshake);

  void Start(std::string early);

  void Send(const model::EnvelopePtr& envelope) override { SendFrames(envelope, envelope->frame()); }
  void SendRun(const fanout::Run& run) override {
    const fanout::Run::Bytes& frames = run.Frames();
    SendFrames(frames.owner, frames.text);
  }

 private:
  void OnReadable() override;
  void OnHeartbeat() override;
  Slice LastBytes(CloseCode code, std::string_view reason) const override {
    return Slice::Of(websocket::EncodeClose(static_cast<uint16_t>(code), reason));
  }
  OutboundQueue::MessageEnd message_end() const override { return websocket::FrameEndFrom; }

  void SendFrames(std::shared_ptr<const void> owner, std::string_view frames) {
    const Slice message{.owner = std::move(owner), .bytes = frames};
    SendMessage({&message, 1});
  }
  void Consume(absl::Span<char> input);
  void OnPeerClose(uint16_t code);

  websocket::FrameReader reader_;
  const bool json_heartbeat_;
  bool pinged_ = false;
};

WebSocketConnection::WebSocketConnection(ShardContext& context, AcceptedSocket accepted, WebSocketHandshake handshake)
    : PushConnection(context, std::move(accepted), handshake.peer, std::move(handshake.admission),
                     observe::Transport::kWebSocket),
      reader_({.max_message_bytes = context.settings.limits.client_message_bytes}),
      json_heartbeat_(handshake.json_heartbeat) {}

void WebSocketConnection::Start(std::string early) {
  Register();
  HeartbeatAt(last_seen() + absl::ToChronoNanoseconds(context().settings.ping_interval));
  fanout::Shard::CorkScope cork(context().shard);
  Greet();
  Consume(absl::MakeSpan(early.data(), early.size()));
  if (state() != State::kEnded) WaitReadable();
}

void WebSocketConnection::OnReadable() {
  // One send for all that the messages of this turn cause.
  fanout::Shard::CorkScope cork(context().shard);
  for (int turn = 0; turn < kReadsPerTurn && state() != State::kEnded; ++turn) {
    std::vector<char>& buffer = context().read_buffer;
    const ReadResult read = stream().Read(absl::MakeSpan(buffer));
    if (read.blocked()) break;
    if (!read.data()) return EndAsClosed();
    Seen();
    pinged_ = false;
    Consume(absl::MakeSpan(buffer).first(read.count));
    if (read.count < buffer.size()) break;
  }
  if (state() != State::kEnded) WaitReadable();
}

void WebSocketConnection::Consume(absl::Span<char> input) {
  using Event = websocket::FrameReader::Event;
  while (state() != State::kEnded && !peer_closed()) {
    reader_.set_max_message_bytes(session().max_message_bytes());
    switch (reader_.Next(input)) {
      case Event::kNeedMore:
        return;
      case Event::kText:
        context().metrics.messages_received.Add();
        session().OnMessage(reader_.payload());
        break;
      case Event::kPing:
        if (state() == State::kOpen) Enqueue(Slice::Of(websocket::EncodePong(reader_.payload())));
        break;
      case Event::kPong:
        break;
      case Event::kClose:
        OnPeerClose(reader_.close_code());
        return;
      case Event::kError:
        session().Disconnect(static_cast<CloseCode>(reader_.error_code()), reader_.error_reason());
        return;
    }
  }
}

void WebSocketConnection::OnPeerClose(uint16_t code) {
  const bool ours_is_sent = state() == State::kClosing;
  PeerClosed();
  if (ours_is_sent) return;  // theirs is the answer: the handshake is done
  const bool named = code != static_cast<uint16_t>(websocket::CloseCode::kNoStatus);
  session().Shutdown();
  Close(named ? static_cast<CloseCode>(code) : CloseCode::kNormal, "closed by the client");
}

void WebSocketConnection::OnHeartbeat() {
  const auto now = std::chrono::steady_clock::now();
  const auto interval = absl::ToChronoNanoseconds(context().settings.ping_interval);
  if (now - last_seen() < interval) {
    HeartbeatAt(last_seen() + interval);
    return;
  }
  // However coarse the timers are, nobody is closed who was not pinged an interval before.
  if (std::exchange(pinged_, true)) {
    session().Disconnect(CloseCode::kHeartbeatMissed, "heartbeat missed");
    return;
  }
  HeartbeatAt(now + interval);
  if (json_heartbeat_) {
    session().SendPing();
  } else {
    Enqueue(Slice::Of(websocket::EncodePing("")));
  }
}

}  // namespace

void StartWebSocket(ShardContext& context, AcceptedSocket accepted, std::string early, WebSocketHandshake handshake) {
  std::make_shared<WebSocketConnection>(context, std::move(accepted), std::move(handshake))->Start(std::move(early));
}

}  // namespace spanwire::transport
