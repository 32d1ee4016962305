#include "bridge/transport/websocket_connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include "absl/types/span.h"
#include "bridge/session/client.h"
#include "bridge/session/outbound.h"
#include "bridge/session/session.h"
#include "bridge/transport/connection_set.h"
#include "bridge/transport/endpoint_text.h"
#include "bridge/transport/outbound_queue.h"
#include "bridge/transport/timer_wheel.h"
#include "bridge/transport/websocket/frame_reader.h"
#include "bridge/transport/websocket/frame_writer.h"

namespace spanwire::transport {
namespace {

using boost::asio::ip::tcp;
using session::CloseCode;
using SteadyTime = std::chrono::steady_clock::time_point;

// How long a peer has to take what is queued before our close frame: one that stalled is told why, if it wakes up by
// then.
constexpr std::chrono::seconds kFlushTimeout{30};
// How long it has to answer the close frame then.
constexpr std::chrono::seconds kCloseTimeout{5};
// A chatty client gives way to the others of its shard after so many buffers.
constexpr int kReadsPerTurn = 4;
constexpr std::string_view kSlow = "slow consumer: the outbound queue was full";
// RFC 6455, section 7.1.5: there was no close frame.
constexpr int kAbnormalClosure = 1006;
// Clients of a bridge that restarts come back spread over this long.
constexpr absl::Duration kReconnectSpread = absl::Seconds(5);

// Those who all lost the same bridge should not all come back at the same moment.
std::optional<absl::Duration> ReconnectAfter(CloseCode code) {
  if (code != CloseCode::kRestart) return std::nullopt;
  thread_local std::minstd_rand random{std::random_device{}()};
  return absl::Milliseconds(
      std::uniform_int_distribution<int64_t>(0, absl::ToInt64Milliseconds(kReconnectSpread))(random));
}

// A WebSocket: the socket, what came in and what is to go out. Lives on one shard. While nothing is sent or received it
// owns no buffer: it reads into the shard's, and has a queue only from the first send that did not go through.
class WebSocketConnection final : public Connection,
                                  public session::Outbound,
                                  public session::Client,
                                  public fanout::Corked,
                                  public Timer,
                                  public std::enable_shared_from_this<WebSocketConnection> {
 public:
  WebSocketConnection(ShardContext& context, tcp::socket socket, WebSocketHandshake handshake);
  ~WebSocketConnection() override;

  void Start(std::string early);

  void Send(const model::EnvelopePtr& envelope) override;
  void SendRun(const fanout::Run& run) override;
  size_t queued_bytes() const override { return queue_ == nullptr ? 0 : queue_->charge(); }
  void Close(CloseCode code, std::string_view reason) override;

  const std::string& client_id() const override { return session_->client_id(); }
  session::ClientSnapshot Describe() const override;
  void Disconnect(CloseCode code, std::string_view reason) override;

  void Uncork() override;
  void Abort() override { End(kAbnormalClosure, "the bridge stopped"); }

 private:
  enum class State : uint8_t {
    kOpen,
    kOverflowed,  // the queue was full: nothing more is queued, the 4008 is on its way
    kClosing,     // our close frame is queued or sent; the peer's is awaited
    kEnded,
  };

  void OnTimer() override;

  void WaitReadable();
  void OnReadable();
  void Consume(absl::Span<char> input);
  void OnPeerClose(uint16_t code);

  void SendBytes(std::shared_ptr<const void> owner, std::string_view bytes);
  void Enqueue(Slice slice);
  void Overflow();
  void Flush();
  void WaitWritable();
  void AccountQueue();
  void GiveQueueBack();

  // The connection is lost; ends it from the shard's loop, since the caller may be in the middle of a fan-out.
  void Fail();
  void End(int close_code, std::string_view reason);
  void Arm(SteadyTime deadline) { context_.wheel.Arm(*this, deadline); }

  ShardContext& context_;
  tcp::socket socket_;
  const tcp::endpoint remote_;
  const std::shared_ptr<const std::string> user_agent_;
  const absl::Time connected_at_;
  const std::shared_ptr<session::Session> session_;
  websocket::FrameReader reader_;
  std::unique_ptr<OutboundQueue> queue_;
  size_t accounted_ = 0;  // bytes of the queue that the shard's gauge holds
  uint64_t bytes_sent_ = 0;
  SteadyTime last_seen_;
  int close_code_ = kAbnormalClosure;
  std::string close_reason_;
  State state_ = State::kOpen;
  const bool json_heartbeat_;
  bool pinged_ = false;
  bool waiting_writable_ = false;
  bool corked_ = false;
  bool peer_closed_ = false;
};

WebSocketConnection::WebSocketConnection(ShardContext& context, tcp::socket socket, WebSocketHandshake handshake)
    : Connection(context.connections),
      context_(context),
      socket_(std::move(socket)),
      remote_(handshake.remote),
      user_agent_(context.user_agents.Intern(handshake.user_agent)),
      connected_at_(context.settings.clock->Now()),
      session_(std::make_shared<session::Session>(context.shard, context.settings, *this, session::Identity{})),
      reader_({.max_message_bytes = context.settings.limits.client_message_bytes}),
      last_seen_(std::chrono::steady_clock::now()),
      json_heartbeat_(handshake.json_heartbeat) {}

WebSocketConnection::~WebSocketConnection() {
  Abort();
}

void WebSocketConnection::Start(std::string early) {
  context_.registry.Add(*this);
  context_.metrics.Opened(observe::Transport::kWebSocket);
  Arm(last_seen_ + absl::ToChronoNanoseconds(context_.settings.ping_interval));
  fanout::Shard::CorkScope cork(context_.shard);
  session_->Start();
  Consume(absl::MakeSpan(early.data(), early.size()));
  if (state_ != State::kEnded) WaitReadable();
}

session::ClientSnapshot WebSocketConnection::Describe() const {
  const auto silent = std::chrono::steady_clock::now() - last_seen_;
  return {.client_id = session_->client_id(),
          .user_id = session_->identity().user_id,
          .tenant_id = session_->identity().tenant_id,
          .transport = "websocket",
          .remote_address = EndpointText(remote_),
          .user_agent = *user_agent_,
          .connected_at = connected_at_,
          .last_seen = context_.settings.clock->Now() - absl::FromChrono(silent),
          .subscriptions = session_->Subscriptions(),
          .messages_sent = session_->messages_sent(),
          .bytes_sent = bytes_sent_,
          .messages_received = session_->messages_received(),
          .queued_bytes = queue_ == nullptr ? 0 : queue_->bytes()};
}

// ---- In

void WebSocketConnection::WaitReadable() {
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](boost::system::error_code error) {
    if (!error) self->OnReadable();
  });
}

void WebSocketConnection::OnReadable() {
  // One send for all that the messages of this turn cause.
  fanout::Shard::CorkScope cork(context_.shard);
  for (int turn = 0; turn < kReadsPerTurn && state_ != State::kEnded; ++turn) {
    std::vector<char>& buffer = context_.read_buffer;
    const ssize_t count = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
      End(close_code_, close_reason_);
      return;
    }
    if (count < 0) break;
    last_seen_ = std::chrono::steady_clock::now();
    pinged_ = false;
    Consume(absl::MakeSpan(buffer.data(), static_cast<size_t>(count)));
    if (static_cast<size_t>(count) < buffer.size()) break;
  }
  if (state_ != State::kEnded) WaitReadable();
}

void WebSocketConnection::Consume(absl::Span<char> input) {
  using Event = websocket::FrameReader::Event;
  while (state_ != State::kEnded && !peer_closed_) {
    switch (reader_.Next(input)) {
      case Event::kNeedMore:
        return;
      case Event::kText:
        context_.metrics.messages_received.Add();
        session_->OnMessage(reader_.payload());
        break;
      case Event::kPing:
        if (state_ == State::kOpen) Enqueue(Slice::Of(websocket::EncodePong(reader_.payload())));
        break;
      case Event::kPong:
        break;
      case Event::kClose:
        OnPeerClose(reader_.close_code());
        return;
      case Event::kError:
        session_->Disconnect(static_cast<CloseCode>(reader_.error_code()), reader_.error_reason());
        return;
    }
  }
}

void WebSocketConnection::OnPeerClose(uint16_t code) {
  peer_closed_ = true;
  if (state_ == State::kClosing) {
    // The answer to ours: the handshake is done.
    if (queue_ == nullptr) End(close_code_, close_reason_);
    return;
  }
  const bool named = code != static_cast<uint16_t>(websocket::CloseCode::kNoStatus);
  session_->Shutdown();
  Close(named ? static_cast<CloseCode>(code) : CloseCode::kNormal, "closed by the client");
}

// ---- Out

void WebSocketConnection::Send(const model::EnvelopePtr& envelope) {
  SendBytes(envelope, envelope->frame());
}

void WebSocketConnection::SendRun(const fanout::Run& run) {
  const fanout::Run::Bytes& frames = run.Frames();
  SendBytes(frames.owner, frames.text);
}

void WebSocketConnection::SendBytes(std::shared_ptr<const void> owner, std::string_view bytes) {
  if (state_ != State::kOpen) return;
  if (queue_ != nullptr || context_.shard.corked()) {
    Enqueue({.owner = std::move(owner), .bytes = bytes});
    return;
  }
  const WriteResult result = SendNow(socket_.native_handle(), bytes);
  bytes_sent_ += result.written;
  context_.metrics.delivered_bytes.Add(result.written);
  if (result.complete()) return;
  if (!result.blocked()) {
    Fail();
    return;
  }
  queue_ = context_.queues.Take();
  const Slice slice{.owner = std::move(owner), .bytes = bytes};
  queue_->AppendUnsent({&slice, 1}, result.written);
  AccountQueue();
  WaitWritable();
}

void WebSocketConnection::Enqueue(Slice slice) {
  if (queue_ == nullptr) queue_ = context_.queues.Take();
  queue_->Append(std::move(slice));
  AccountQueue();
  if (state_ == State::kOpen && queue_->charge() > context_.settings.limits.outbound_queue_bytes && waiting_writable_) {
    Overflow();
  } else if (!waiting_writable_ && context_.shard.corked()) {
    if (!std::exchange(corked_, true)) context_.shard.UncorkLater(*this);
  } else if (!waiting_writable_) {
    Flush();
  }
}

void WebSocketConnection::Uncork() {
  corked_ = false;
  if (queue_ != nullptr && !waiting_writable_ && state_ != State::kEnded) Flush();
}

void WebSocketConnection::Flush() {
  const size_t before = queue_->bytes();
  const OutboundQueue::FlushResult result = queue_->Flush(socket_.native_handle());
  bytes_sent_ += before - queue_->bytes();
  context_.metrics.delivered_bytes.Add(before - queue_->bytes());
  AccountQueue();
  switch (result.state) {
    case OutboundQueue::FlushState::kError:
      Fail();
      return;
    case OutboundQueue::FlushState::kBlocked:
      WaitWritable();
      if (state_ == State::kOpen && queue_->charge() > context_.settings.limits.outbound_queue_bytes) Overflow();
      break;
    case OutboundQueue::FlushState::kEmpty:
      GiveQueueBack();
      if (state_ == State::kClosing) {
        if (peer_closed_) {
          Fail();
        } else {
          // Nothing follows our close frame; the peer's is awaited.
          boost::system::error_code ignored;
          socket_.shutdown(tcp::socket::shutdown_send, ignored);
          Arm(std::chrono::steady_clock::now() + kCloseTimeout);
        }
      }
      break;
  }
  if (state_ == State::kOpen && queued_bytes() <= session_->low_watermark()) session_->OnWritable();
}

void WebSocketConnection::WaitWritable() {
  waiting_writable_ = true;
  socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](boost::system::error_code error) {
    self->waiting_writable_ = false;
    if (error || self->state_ == State::kEnded || self->queue_ == nullptr) return;
    self->Flush();
  });
}

void WebSocketConnection::Overflow() {
  state_ = State::kOverflowed;
  context_.metrics.slow_consumers_closed.Add();
  context_.shard.Post([self = shared_from_this()] {
    if (self->state_ != State::kOverflowed) return;
    // What is dropped is not lost: the client resumes by its cursor.
    if (self->queue_ != nullptr) self->queue_->DropUnsent();
    self->AccountQueue();
    self->state_ = State::kOpen;
    self->session_->Disconnect(CloseCode::kSlowConsumer, kSlow);
    // Where the session was ending for another reason already, its close went unheard while the queue was full.
    self->Close(CloseCode::kSlowConsumer, kSlow);
  });
}

void WebSocketConnection::AccountQueue() {
  const size_t bytes = queue_ == nullptr ? 0 : queue_->bytes();
  context_.metrics.queued_bytes.Add(static_cast<int64_t>(bytes) - static_cast<int64_t>(accounted_));
  accounted_ = bytes;
}

void WebSocketConnection::GiveQueueBack() {
  if (queue_ != nullptr) context_.queues.Give(std::move(queue_));
  AccountQueue();
}

// ---- Life and death

void WebSocketConnection::OnTimer() {
  if (state_ == State::kOverflowed) return;  // the close that is on its way arms the timer again
  if (state_ == State::kClosing) {
    End(close_code_, close_reason_);
    return;
  }
  const SteadyTime now = std::chrono::steady_clock::now();
  const auto interval = absl::ToChronoNanoseconds(context_.settings.ping_interval);
  if (now - last_seen_ < interval) {
    Arm(last_seen_ + interval);
    return;
  }
  // However coarse the timers are, nobody is closed who was not pinged an interval before.
  if (std::exchange(pinged_, true)) {
    session_->Disconnect(CloseCode::kHeartbeatMissed, "heartbeat missed");
    return;
  }
  Arm(now + interval);
  if (json_heartbeat_) {
    session_->SendPing();
  } else {
    Enqueue(Slice::Of(websocket::EncodePing("")));
  }
}

void WebSocketConnection::Disconnect(CloseCode code, std::string_view reason) {
  session_->Disconnect(code, reason, ReconnectAfter(code));
}

void WebSocketConnection::Close(CloseCode code, std::string_view reason) {
  if (state_ != State::kOpen) return;
  state_ = State::kClosing;
  close_code_ = static_cast<int>(code);
  close_reason_ = reason;
  Arm(std::chrono::steady_clock::now() + kFlushTimeout);
  Enqueue(Slice::Of(websocket::EncodeClose(static_cast<uint16_t>(code), reason)));
}

void WebSocketConnection::Fail() {
  context_.shard.Post([self = shared_from_this()] { self->End(self->close_code_, self->close_reason_); });
}

void WebSocketConnection::End(int close_code, std::string_view reason) {
  if (state_ == State::kEnded) return;
  state_ = State::kEnded;
  Disarm();
  session_->Shutdown();
  context_.registry.Remove(*this, close_code, reason.empty() ? "the peer vanished" : reason);
  context_.metrics.Closed(observe::Transport::kWebSocket);
  context_.metrics.Disconnected(close_code);
  if (std::exchange(corked_, false)) context_.shard.ForgetCorked(*this);
  GiveQueueBack();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace

void StartWebSocket(ShardContext& context, tcp::socket socket, std::string early, WebSocketHandshake handshake) {
  std::make_shared<WebSocketConnection>(context, std::move(socket), std::move(handshake))->Start(std::move(early));
}

}  // namespace spanwire::transport
