#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

#include "bridge/observe/metrics.h"
#include "bridge/session/client.h"
#include "bridge/session/outbound.h"
#include "bridge/session/session.h"
#include "bridge/transport/accepted_socket.h"
#include "bridge/transport/client_stream.h"
#include "bridge/transport/connection_set.h"
#include "bridge/transport/handler_memory.h"
#include "bridge/transport/outbound_budget.h"
#include "bridge/transport/outbound_queue.h"
#include "bridge/transport/shard_context.h"
#include "bridge/transport/timer_wheel.h"

namespace spanwire::transport {

// What the HTTP request said of a client whose connection the bridge now pushes to.
struct PushPeer {
  boost::asio::ip::tcp::endpoint remote;
  std::string user_agent;
};

// A connection with a session that the bridge pushes to, whatever its wire format: the stream, what is to go out, its
// bounds and its end. Derived classes say what messages look like on the wire, read what comes in and keep the
// heartbeat. Lives on one shard; owns itself, by the handlers that wait for the socket, until it ends. While nothing is
// sent it owns no buffer: it has a queue only from the first send that did not go through.
//
// The end, whoever wants it: Session::Disconnect sends the `disconnect` message and calls Close, which queues the wire
// format's last bytes; when they are sent the peer has a while to close its side; then End.
class PushConnection : public Connection,
                       public session::Outbound,
                       public session::Client,
                       public fanout::Corked,
                       public OutboundHolder,
                       public Timer,
                       public std::enable_shared_from_this<PushConnection> {
 public:
  size_t queued_bytes() const final { return queue_ == nullptr ? 0 : queue_->charge() + stream_.held(); }
  void Close(session::CloseCode code, std::string_view reason) final;
  void OnDeadline() final;
  void OnIdentified(const session::FormerIdentity& former) final { context_.registry.Identified(*this, former); }
  void OnTokenRefused(const absl::Status& why) final;
  void OnTopicJoined(std::string_view topic) final { context_.registry.TopicJoined(*this, topic); }
  void OnTopicLeft(std::string_view topic) final { context_.registry.TopicLeft(*this, topic); }

  const std::string& client_id() const final { return session_->client_id(); }
  session::ClientSnapshot Describe() const final;
  const auth::Identity& identity() const final { return session_->identity(); }
  void OnRulesChanged() final { session_->OnRulesChanged(); }
  void Disconnect(session::CloseCode code, std::string_view reason) final;

  void Uncork() final;
  void Abort() final;
  size_t held_bytes() const final { return queued_bytes(); }
  void Shed() final;
  std::weak_ptr<OutboundHolder> WeakHolder() final { return weak_from_this(); }

 protected:
  using SteadyTime = std::chrono::steady_clock::time_point;
  enum class State : uint8_t {
    kOpen,
    kOverflowed,  // the queue was full: nothing more is queued, the 4008 is on its way
    kClosing,     // the last bytes are queued or sent; the peer's end is awaited
    kEnded,
  };

  PushConnection(ShardContext& context, AcceptedSocket accepted, const PushPeer& peer, session::Admission admission,
                 observe::Transport transport);
  ~PushConnection() override;

  // Shows the connection to administrators. A connection that begins while the bridge drains is told so by Greet.
  void Register();
  // Begins the session, which says `connected` or why it does not.
  void Greet();

  // The socket is readable, or has failed. Called again only after another WaitReadable().
  virtual void OnReadable() = 0;
  // While open: time to look whether the peer is there. Says by HeartbeatAt when it wants to look again.
  virtual void OnHeartbeat() = 0;
  // What the wire format says last.
  virtual Slice LastBytes(session::CloseCode code, std::string_view reason) const = 0;
  // As OutboundQueue::DropUnsent needs it.
  virtual OutboundQueue::MessageEnd message_end() const = 0;

  void WaitReadable();

  // While open: sends a message, of so many slices: at once where nothing waits, without a queue.
  void SendMessage(absl::Span<const Slice> message);
  // Queues a message, to be sent with what else this turn of the loop brings.
  void Enqueue(absl::Span<const Slice> message);
  void Enqueue(Slice slice) { Enqueue({&slice, 1}); }

  // The peer is done too: the connection ends when what is queued is sent.
  void PeerClosed();
  // The connection is lost; ends it from the shard's loop, since the caller may be in the middle of a fan-out.
  void Fail();
  void End(int close_code, std::string_view reason);
  void EndAsClosed() { End(close_code_, close_reason_); }
  void HeartbeatAt(SteadyTime time);

  ShardContext& context() const { return context_; }
  session::Session& session() const { return *session_; }
  ClientStream& stream() { return stream_; }
  State state() const { return state_; }
  bool peer_closed() const { return peer_closed_; }
  uint64_t bytes_sent() const { return bytes_sent_; }
  SteadyTime last_seen() const { return last_seen_; }
  // The peer gave a sign of life.
  void Seen() { last_seen_ = std::chrono::steady_clock::now(); }

 private:
  void OnTimer() final;
  void Arm(SteadyTime deadline) { context_.wheel.Arm(*this, deadline); }
  // For the heartbeat or the session's deadline, whichever is sooner.
  void ArmOpen();
  void Flush();
  void OnFlushed();
  void WaitWritable();
  void CountSent(size_t bytes);
  bool OverBound() const { return queued_bytes() > context_.settings.limits.outbound_queue_bytes; }
  void Overflow();
  void AccountQueue();
  void GiveQueueBack();

  ShardContext& context_;
  ClientStream stream_;
  const boost::asio::ip::tcp::endpoint remote_;
  const std::shared_ptr<const std::string> user_agent_;
  const absl::Time connected_at_;
  const std::shared_ptr<session::Session> session_;
  std::unique_ptr<OutboundQueue> queue_;
  size_t accounted_ = 0;  // of the queue's charge, what the shard's gauge and budget hold
  uint64_t bytes_sent_ = 0;
  SteadyTime last_seen_;
  SteadyTime heartbeat_at_;
  std::string close_reason_;
  int close_code_;
  const observe::Transport transport_;
  State state_ = State::kOpen;
  bool waiting_writable_ = false;
  bool listed_ = false;  // in the shard's share of the outbound budget
  bool corked_ = false;
  bool peer_closed_ = false;
  HandlerMemory wait_memory_;
};

}  // namespace spanwire::transport
