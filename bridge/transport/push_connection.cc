#include "bridge/transport/push_connection.h"

#include <utility>

#include <boost/asio/bind_allocator.hpp>

#include "bridge/transport/endpoint_text.h"
#include "bridge/transport/reconnect.h"

namespace spanwire::transport {
namespace {

using session::CloseCode;

constexpr std::string_view kSlow = "slow consumer: the outbound queue was full";
// RFC 6455, section 7.1.5: nobody said why.
constexpr int kAbnormalClosure = 1006;

session::Admission Counted(session::Admission admission, observe::Transport transport) {
  admission.transport = transport;
  return admission;
}

}  // namespace

PushConnection::PushConnection(ShardContext& context, AcceptedSocket accepted, const PushPeer& peer,
                               session::Admission admission, observe::Transport transport)
    : Connection(context.connections, std::move(accepted.place), accepted.door),
      context_(context),
      stream_(std::move(accepted.stream)),
      remote_(peer.remote),
      user_agent_(context.user_agents.Intern(peer.user_agent)),
      connected_at_(context.settings.clock->Now()),
      session_(std::make_shared<session::Session>(context.shard, context.settings, *this,
                                                  Counted(std::move(admission), transport))),
      last_seen_(std::chrono::steady_clock::now()),
      close_code_(kAbnormalClosure),
      transport_(transport) {}

PushConnection::~PushConnection() {
  PushConnection::Abort();
}

void PushConnection::Register() {
  context_.registry.Add(*this);
  context_.metrics.Opened(transport_);
}

void PushConnection::Greet() {
  session_->Start();
  // The drain has told everybody it knew, and did not know this one yet.
  if (context_.draining()) Disconnect(CloseCode::kRestart, "the bridge restarts");
}

session::ClientSnapshot PushConnection::Describe() const {
  const auto silent = std::chrono::steady_clock::now() - last_seen_;
  return {.client_id = session_->client_id(),
          .user_id = session_->identity().subject,
          .tenant_id = session_->identity().tenant_id,
          .is_stranger = session_->is_stranger(),
          .transport = std::string(observe::kTransportNames[static_cast<size_t>(transport_)]),
          .remote_address = EndpointText(remote_),
          .user_agent = *user_agent_,
          .connected_at = connected_at_,
          .last_seen = context_.settings.clock->Now() - absl::FromChrono(silent),
          .subscriptions = session_->Subscriptions(),
          .messages_sent = session_->messages_sent(),
          .bytes_sent = bytes_sent_,
          .messages_received = session_->messages_received(),
          .queued_bytes = queue_ == nullptr ? 0 : queue_->bytes() + stream_.held()};
}

void PushConnection::OnTokenRefused(const absl::Status& why) {
  context_.shared.token_refusals.Tell(why, observe::kTransportNames[static_cast<size_t>(transport_)], remote_);
}

void PushConnection::WaitReadable() {
  stream_.WaitReadable(boost::asio::bind_allocator(HandlerAllocator<std::byte>(wait_memory_),
                                                   [self = shared_from_this()](boost::system::error_code error) {
                                                     if (!error) self->OnReadable();
                                                   }));
}

// ---- Out

void PushConnection::CountSent(size_t bytes) {
  bytes_sent_ += bytes;
  context_.metrics.delivered_bytes.Add(bytes);
}

void PushConnection::SendMessage(absl::Span<const Slice> message) {
  if (state_ != State::kOpen) return;
  if (queue_ != nullptr || context_.shard.corked()) {
    Enqueue(message);
    return;
  }
  const WriteResult result = SendNow(stream_, message);
  CountSent(result.written);
  if (result.complete()) return;
  if (!result.blocked()) {
    Fail();
    return;
  }
  queue_ = context_.queues.Take();
  queue_->AppendUnsent(message, result.written);
  AccountQueue();
  WaitWritable();
}

void PushConnection::Enqueue(absl::Span<const Slice> message) {
  if (queue_ == nullptr) queue_ = context_.queues.Take();
  for (const Slice& slice : message) queue_->Append(slice);
  AccountQueue();
  if (state_ == State::kOpen && waiting_writable_ && OverBound()) {
    Overflow();
  } else if (!waiting_writable_ && context_.shard.corked()) {
    if (!std::exchange(corked_, true)) context_.shard.UncorkLater(*this);
  } else if (!waiting_writable_) {
    Flush();
  }
}

void PushConnection::Uncork() {
  corked_ = false;
  if (queue_ != nullptr && !waiting_writable_ && state_ != State::kEnded) Flush();
}

void PushConnection::Flush() {
  const size_t before = queue_->bytes();
  const OutboundQueue::FlushResult result = queue_->Flush(stream_);
  CountSent(before - queue_->bytes());
  AccountQueue();
  switch (result.state) {
    case OutboundQueue::FlushState::kError:
      Fail();
      return;
    case OutboundQueue::FlushState::kBlocked:
      WaitWritable();
      if (state_ == State::kOpen && OverBound()) Overflow();
      break;
    case OutboundQueue::FlushState::kEmpty:
      GiveQueueBack();
      if (state_ == State::kClosing) OnFlushed();
      break;
  }
  if (state_ == State::kOpen && queued_bytes() <= session_->low_watermark()) session_->OnWritable();
}

// The last bytes are sent; the peer's, or the end of its side, are awaited, even where it closed first. To end now
// would reset a connection on which bytes still come, and a reset may take our last bytes from the peer.
void PushConnection::OnFlushed() {
  stream_.ShutdownSend();
  Arm(ShardContext::After(context_.settings.limits.close_answer_timeout));
}

void PushConnection::WaitWritable() {
  waiting_writable_ = true;
  if (!std::exchange(listed_, true)) context_.outbound.Add(*this);
  stream_.WaitWritable([self = shared_from_this()](boost::system::error_code error) {
    self->waiting_writable_ = false;
    if (error || self->state_ == State::kEnded || self->queue_ == nullptr) return;
    self->Flush();
  });
}

void PushConnection::Overflow() {
  state_ = State::kOverflowed;
  context_.metrics.slow_consumers_closed.Add();
  context_.shard.Post([self = shared_from_this()] {
    if (self->state_ != State::kOverflowed) return;
    // What is dropped is not lost: the client resumes by its cursor.
    if (self->queue_ != nullptr) self->queue_->DropUnsent(self->message_end());
    self->AccountQueue();
    self->state_ = State::kOpen;
    self->session_->Disconnect(CloseCode::kSlowConsumer, kSlow);
    // Where the session was ending for another reason already, its close went unheard while the queue was full.
    self->Close(CloseCode::kSlowConsumer, kSlow);
  });
}

void PushConnection::Shed() {
  if (state_ == State::kOpen) Overflow();
  // One that was closing is only waiting for a peer who takes nothing.
  if (state_ == State::kClosing) EndAsClosed();
}

void PushConnection::AccountQueue() {
  const int64_t change = static_cast<int64_t>(queued_bytes()) - static_cast<int64_t>(accounted_);
  accounted_ = queued_bytes();
  context_.metrics.queued_bytes.Add(change);
  context_.outbound.Change(change);
}

void PushConnection::GiveQueueBack() {
  if (queue_ != nullptr) context_.queues.Give(std::move(queue_));
  if (std::exchange(listed_, false)) context_.outbound.Remove(*this);
  AccountQueue();
}

// ---- Life and death

void PushConnection::OnTimer() {
  if (state_ == State::kOverflowed) return;  // the close that is on its way arms the timer again
  if (state_ == State::kClosing) return EndAsClosed();
  session_->OnDeadline();
  if (state_ != State::kOpen) return;
  if (std::chrono::steady_clock::now() >= heartbeat_at_) {
    OnHeartbeat();
  } else {
    ArmOpen();
  }
}

void PushConnection::HeartbeatAt(SteadyTime time) {
  heartbeat_at_ = time;
  ArmOpen();
}

void PushConnection::OnDeadline() {
  if (state_ == State::kOpen) ArmOpen();
}

void PushConnection::ArmOpen() {
  const absl::Duration left = session_->deadline() - context_.settings.clock->Now();
  const auto now = std::chrono::steady_clock::now();
  // What is further away than the heartbeat may be beyond what a steady time can say.
  const bool sooner = left < absl::FromChrono(heartbeat_at_ - now);
  Arm(sooner ? now + absl::ToChronoNanoseconds(std::max(left, absl::ZeroDuration())) : heartbeat_at_);
}

void PushConnection::Disconnect(CloseCode code, std::string_view reason) {
  session_->Disconnect(code, reason, ReconnectAfter(code, context_.config.reconnect_spread));
}

void PushConnection::Close(CloseCode code, std::string_view reason) {
  if (state_ != State::kOpen) return;
  state_ = State::kClosing;
  close_code_ = static_cast<int>(code);
  close_reason_ = reason;
  Arm(ShardContext::After(context_.settings.limits.close_flush_timeout));
  Enqueue(LastBytes(code, reason));
}

void PushConnection::PeerClosed() {
  peer_closed_ = true;
  if (state_ == State::kClosing && queue_ == nullptr) EndAsClosed();
}

void PushConnection::Fail() {
  context_.shard.Post([self = shared_from_this()] { self->EndAsClosed(); });
}

void PushConnection::Abort() {
  End(kAbnormalClosure, "the bridge stopped");
}

void PushConnection::End(int close_code, std::string_view reason) {
  if (state_ == State::kEnded) return;
  state_ = State::kEnded;
  Disarm();
  session_->Shutdown();
  context_.registry.Remove(*this, close_code, reason.empty() ? "the peer vanished" : reason);
  context_.metrics.Closed(transport_);
  context_.metrics.Disconnected(close_code);
  if (std::exchange(corked_, false)) context_.shard.ForgetCorked(*this);
  GiveQueueBack();
  stream_.Close();
}

}  // namespace spanwire::transport
