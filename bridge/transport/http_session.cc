#include "bridge/transport/http_session.h"

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "bridge/session/control_messages.h"
#include "bridge/transport/connection_set.h"
#include "bridge/transport/http_request_reader.h"
#include "bridge/transport/http_response_head.h"
#include "bridge/transport/poll_endpoint.h"
#include "bridge/transport/problem.h"

namespace spanwire::transport {
namespace {

using boost::asio::ip::tcp;

// A client that is told to go away gets so long to say goodbye, so that the answer is not lost in a reset.
constexpr absl::Duration kLingerTimeout = absl::Seconds(2);
constexpr size_t kLingerBytes = 1024 * 1024;
// Connections over the cap of one shard that are told so at the same time; any more are just closed.
constexpr size_t kRefusalsAtOnce = 256;

// One connection that speaks HTTP. While it waits for a request, or holds a poll, it owns no buffer: it reads into the
// shard's, and a request or an answer exists only while it is on its way.
class HttpSession final : public Connection, private Timer, public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(ShardContext& context, const HttpDispatcher& dispatcher, tcp::socket socket);

  void Start();
  // Answers that there are too many connections.
  void Refuse();

  void Abort() override { End(); }
  void CloseWhenIdle() override;

 private:
  enum class Phase : uint8_t {
    kIdle,       // nothing of a request has come yet
    kReading,    // a part of one has
    kHolding,    // a poll will answer it
    kWriting,    // its answer is on its way
    kLingering,  // the last answer is sent; what still comes is thrown away
    kEnded,
  };
  // What must be known of a request to answer it.
  struct Asked {
    HttpMethod method = HttpMethod::kGet;
    int minor_version = 1;
    bool keep_alive = false;
    std::vector<HttpHeader> answer_headers;
  };
  struct Outgoing {
    std::string head;
    HttpResponse response;
  };

  void OnTimer() override;
  void WaitReadable();
  void OnReadable();
  void Consume(std::string_view bytes);
  void SendContinue();
  void Serve(const HttpRequest& request);
  void Hold(HeldPoll held);
  void OnPollDone(absl::StatusOr<std::string> body);
  void CancelPoll();
  void BecomeWebSocket(WebSocketHandshake handshake);

  // Answers a request that could not be read; the connection ends.
  void Reject(HttpResponse refusal);
  void Respond(HttpResponse response);
  // Sends the response; `sent` runs when all of it is.
  template <typename Sent>
  void Write(HttpResponse response, Sent sent);
  void OnAnswered();
  void NextRequest();
  void Linger();
  void End();
  void Arm(absl::Duration timeout) {
    context_.wheel.Arm(*this, ShardContext::After(absl::ToChronoNanoseconds(timeout)));
  }

  ShardContext& context_;
  const HttpDispatcher& dispatcher_;
  tcp::socket socket_;
  const tcp::endpoint remote_;
  std::unique_ptr<HttpRequestReader> reader_;
  Asked asked_;
  std::shared_ptr<session::Poll> poll_;
  std::unique_ptr<Outgoing> outgoing_;
  std::string rest_;  // came behind the request that is being answered
  size_t lingered_ = 0;
  Phase phase_ = Phase::kIdle;
  bool waiting_readable_ = false;
  bool closing_ = false;
};

tcp::endpoint RemoteOf(const tcp::socket& socket) {
  boost::system::error_code gone;
  return socket.remote_endpoint(gone);
}

HttpSession::HttpSession(ShardContext& context, const HttpDispatcher& dispatcher, tcp::socket socket)
    : Connection(context.connections),
      context_(context),
      dispatcher_(dispatcher),
      socket_(std::move(socket)),
      remote_(RemoteOf(socket_)) {}

void HttpSession::Start() {
  Arm(context_.config.limits.handshake_timeout);
  WaitReadable();
}

void HttpSession::Refuse() {
  StopServing();
  Reject(ProblemResponse({.status = 503,
                          .code = session::error_code::kOverloaded,
                          .detail = "the bridge has as many connections as it may have: come again later"}));
}

// ---- In

void HttpSession::WaitReadable() {
  if (std::exchange(waiting_readable_, true)) return;
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](boost::system::error_code error) {
    self->waiting_readable_ = false;
    if (!error) self->OnReadable();
  });
}

void HttpSession::OnReadable() {
  // What comes while an answer is on its way is read after it.
  if (phase_ == Phase::kEnded || phase_ == Phase::kWriting) return;
  boost::system::error_code error;
  const size_t count = socket_.read_some(boost::asio::buffer(context_.read_buffer), error);
  if (error == boost::asio::error::would_block) {
    WaitReadable();
    return;
  }
  if (error) {
    End();
    return;
  }
  const std::string_view bytes(context_.read_buffer.data(), count);
  switch (phase_) {
    case Phase::kIdle:
    case Phase::kReading:
      Consume(bytes);
      break;
    case Phase::kHolding:
      // Watched only to see the poller vanish. One that sends on is not watched any further than this.
      rest_.append(bytes);
      if (rest_.size() <= context_.config.limits.request_head_bytes) WaitReadable();
      break;
    case Phase::kLingering:
      lingered_ += count;
      if (lingered_ > kLingerBytes) return End();
      WaitReadable();
      break;
    case Phase::kWriting:
    case Phase::kEnded:
      break;
  }
}

void HttpSession::Consume(std::string_view bytes) {
  const config::Limits& limits = context_.config.limits;
  if (phase_ == Phase::kIdle) {
    phase_ = Phase::kReading;
    reader_ = std::make_unique<HttpRequestReader>(
        HttpRequestReader::Limits{.head_bytes = limits.request_head_bytes, .body_bytes = limits.request_body_bytes});
    Arm(limits.handshake_timeout);
  }
  switch (reader_->Read(bytes)) {
    case HttpRequestReader::State::kNeedMore:
      if (reader_->TakeExpectation()) SendContinue();
      if (phase_ == Phase::kReading) WaitReadable();
      break;
    case HttpRequestReader::State::kFault:
      Reject(ProblemResponse(reader_->problem()));
      break;
    case HttpRequestReader::State::kComplete: {
      rest_ = reader_->TakeRest();
      const HttpRequest request = reader_->TakeRequest();
      reader_.reset();
      Serve(request);
      break;
    }
  }
}

void HttpSession::SendContinue() {
  constexpr std::string_view kHead = kContinueHead;
  boost::system::error_code error;
  // Nothing else is on its way, so it fits the socket's buffer or the socket is dead.
  if (socket_.write_some(boost::asio::buffer(kHead), error) < kHead.size()) End();
}

// ---- Answers

void HttpSession::Serve(const HttpRequest& request) {
  asked_ = {.method = request.method,
            .minor_version = request.minor_version,
            .keep_alive = request.keep_alive,
            .answer_headers = {}};
  boost::system::error_code gone;
  HttpAnswer answer =
      dispatcher_.Dispatch(context_, request, {.remote = remote_, .local = socket_.local_endpoint(gone).address()});
  if (auto* response = std::get_if<HttpResponse>(&answer)) {
    Respond(std::move(*response));
  } else if (auto* held = std::get_if<HeldPoll>(&answer)) {
    Hold(std::move(*held));
  } else {
    auto& upgrade = std::get<Upgrade>(answer);
    Write(std::move(upgrade.response),
          [this, handshake = std::move(upgrade.handshake)]() mutable { BecomeWebSocket(std::move(handshake)); });
  }
}

void HttpSession::Hold(HeldPoll held) {
  phase_ = Phase::kHolding;
  Disarm();  // a poll keeps its own time
  asked_.answer_headers = std::move(held.headers);
  poll_ = std::move(held.poll);
  context_.metrics.polls.Add();
  context_.metrics.Opened(observe::Transport::kPoll);
  poll_->Start([self = shared_from_this()](absl::StatusOr<std::string> body) { self->OnPollDone(std::move(body)); });
  WaitReadable();
}

void HttpSession::OnPollDone(absl::StatusOr<std::string> body) {
  CancelPoll();
  if (body.ok()) context_.metrics.delivered_bytes.Add(body->size());
  HttpResponse response = PollResponse(std::move(body));
  for (HttpHeader& header : asked_.answer_headers) response.headers.push_back(std::move(header));
  Respond(std::move(response));
}

void HttpSession::CancelPoll() {
  if (poll_ == nullptr) return;
  // The poll and this hold each other until here.
  std::exchange(poll_, nullptr)->Cancel();
  context_.metrics.Closed(observe::Transport::kPoll);
}

void HttpSession::BecomeWebSocket(WebSocketHandshake handshake) {
  phase_ = Phase::kEnded;
  Disarm();
  StartWebSocket(context_, std::move(socket_), std::move(rest_), std::move(handshake));
}

void HttpSession::Reject(HttpResponse refusal) {
  reader_.reset();
  asked_ = {};
  Respond(std::move(refusal));
}

void HttpSession::Respond(HttpResponse response) {
  response.close = response.close || closing_ || !asked_.keep_alive;
  Write(std::move(response), [this] { OnAnswered(); });
}

template <typename Sent>
void HttpSession::Write(HttpResponse response, Sent sent) {
  phase_ = Phase::kWriting;
  Arm(context_.config.limits.http_write_timeout);
  context_.metrics.Answered(response.status);
  outgoing_ = std::make_unique<Outgoing>();
  outgoing_->head = WriteResponseHead(response, asked_.minor_version, context_.settings.clock->Now());
  outgoing_->response = std::move(response);
  const bool body = HasBody(outgoing_->response, asked_.method);
  const std::string_view content = body ? outgoing_->response.content() : std::string_view();
  const std::array<boost::asio::const_buffer, 2> pieces = {boost::asio::buffer(outgoing_->head),
                                                           boost::asio::buffer(content)};
  boost::asio::async_write(
      socket_, pieces,
      [self = shared_from_this(), sent = std::move(sent)](boost::system::error_code error, size_t) mutable {
        if (self->phase_ == Phase::kEnded) return;
        if (error) return self->End();
        sent();
      });
}

void HttpSession::OnAnswered() {
  const bool close = outgoing_->response.close;
  outgoing_.reset();
  asked_ = {};
  if (close) {
    Linger();
  } else {
    NextRequest();
  }
}

// ---- Life and death

void HttpSession::NextRequest() {
  phase_ = Phase::kIdle;
  if (closing_) return End();
  if (!rest_.empty()) return Consume(std::exchange(rest_, {}));
  rest_.shrink_to_fit();
  Arm(context_.config.limits.http_idle_timeout);
  WaitReadable();
}

void HttpSession::Linger() {
  phase_ = Phase::kLingering;
  boost::system::error_code ignored;  // then the next read tells
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  Arm(kLingerTimeout);
  WaitReadable();
}

void HttpSession::CloseWhenIdle() {
  closing_ = true;
  if (phase_ == Phase::kIdle) End();
}

void HttpSession::OnTimer() {
  if (phase_ == Phase::kReading) {
    Reject(ProblemResponse({.status = 408,
                            .code = session::error_code::kBadRequest,
                            .detail = "the request did not come in whole in time: send it at once"}));
  } else {
    End();
  }
}

void HttpSession::End() {
  if (phase_ == Phase::kEnded) return;
  phase_ = Phase::kEnded;
  // Whoever called goes on with this connection, or with a list that it is in; and the poll may be all that holds it.
  context_.shard.Post([self = shared_from_this()] {});
  Disarm();
  CancelPoll();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace

void StartHttp(ShardContext& context, const HttpDispatcher& dispatcher, tcp::socket socket) {
  boost::system::error_code error;
  socket.non_blocking(true, error);
  if (error) return;  // dead on arrival
  const auto session = std::make_shared<HttpSession>(context, dispatcher, std::move(socket));
  if (context.connections.total_served() <= context.config.limits.max_connections) {
    session->Start();
  } else if (context.connections.unserved() < kRefusalsAtOnce) {
    session->Refuse();
  }
}

}  // namespace spanwire::transport
