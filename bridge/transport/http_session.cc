#include "bridge/transport/http_session.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/types/span.h"
#include "bridge/session/control_messages.h"
#include "bridge/transport/connection_set.h"
#include "bridge/transport/http_request_reader.h"
#include "bridge/transport/http_response_head.h"
#include "bridge/transport/http_response_writer.h"
#include "bridge/transport/lingering_close.h"
#include "bridge/transport/poll_endpoint.h"
#include "bridge/transport/problem.h"
#include "bridge/transport/request_rate.h"
#include "bridge/transport/sse_connection.h"

namespace spanwire::transport {
namespace {

using boost::asio::ip::tcp;

// Connections over the cap of one shard that are told so at the same time; any more are just closed.
constexpr size_t kRefusalsAtOnce = 256;
// For a client that connected just before the bridge went away to say what it wants.
constexpr absl::Duration kFirstRequest = absl::Seconds(1);

size_t CapOf(const config::Limits& limits, Door door) {
  return door == Door::kClients ? limits.max_connections : limits.max_ops_connections;
}

// One connection that speaks HTTP. While it waits for a request, or holds a poll, it owns no buffer: it reads into the
// shard's, and a request or an answer exists only while it is on its way.
class HttpSession final : public Connection,
                          public OutboundHolder,
                          private Timer,
                          public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(ShardContext& context, const HttpDispatcher& dispatcher, AcceptedSocket accepted);

  ~HttpSession() override { Charge(0); }

  void Start();
  // Reads one request to answer it with a refusal, because of `cap`; probes and operators are answered all the same.
  void Refuse(observe::Cap cap);

  void Abort() override { End(); }
  void CloseWhenIdle() override;

  size_t held_bytes() const override { return charged_; }
  void Shed() override { End(); }
  std::weak_ptr<OutboundHolder> WeakHolder() override { return weak_from_this(); }

 private:
  enum class Phase : uint8_t {
    kIdle,     // nothing of a request has come yet
    kReading,  // a part of one has
    kHolding,  // a poll will answer it
    kWriting,  // its answer is on its way
    kEnded,
  };
  // What must be known of a request to answer it.
  struct Asked {
    HttpResponseWriter::Form form;
    bool keep_alive = false;
  };

  void OnTimer() override;
  void WaitReadable();
  void OnReadable();
  void Consume(std::string_view bytes);
  void SendContinue();
  void Serve(const HttpRequest& request);
  // Who asks, also behind a proxy; then the connection counts as one of that address. Or why nobody is answered.
  std::variant<tcp::endpoint, HttpResponse> ClientOf(const HttpRequest& request);
  void Hold(HeldPoll held);
  void BecomeWebSocket(WebSocketHandshake handshake);

  // Answers a request that could not be read; the connection ends.
  void Reject(HttpResponse refusal);
  // Answers one that came without TLS.
  void RejectPlain();
  void Respond(HttpResponse response);
  // Sends the response; `sent` runs when all of it is.
  void Write(HttpResponse response, absl::AnyInvocable<void()> sent);
  // So many bytes wait for the client.
  void Charge(size_t bytes);
  void OnAnswered(bool close);
  void CountRefusal();
  void NextRequest();
  // Gives the socket away.
  AcceptedSocket Leave();
  void End();
  void Arm(absl::Duration timeout) { context_.wheel.Arm(*this, ShardContext::After(timeout)); }

  ShardContext& context_;
  const HttpDispatcher& dispatcher_;
  ClientStream stream_;
  const tcp::endpoint remote_;
  std::unique_ptr<HttpRequestReader> reader_;
  Asked asked_;
  PollHold poll_;
  HttpResponseWriter writer_;
  size_t charged_ = 0;  // of the answer on its way, what the shard's gauge and budget hold
  RequestRate rate_;
  std::string rest_;  // came behind the request that is being answered
  Phase phase_ = Phase::kIdle;
  bool waiting_readable_ = false;
  bool fresh_ = true;                 // nothing has come yet
  std::optional<observe::Cap> over_;  // why it is refused, until that is counted
  bool closing_ = false;
};

HttpSession::HttpSession(ShardContext& context, const HttpDispatcher& dispatcher, AcceptedSocket accepted)
    : Connection(context.connections, std::move(accepted.place), accepted.door),
      context_(context),
      dispatcher_(dispatcher),
      stream_(std::move(accepted.stream)),
      remote_(stream_.remote()),
      poll_(context),
      rate_(context) {}

void HttpSession::Start() {
  Arm(context_.config.limits.handshake_timeout);
  WaitReadable();
}

void HttpSession::Refuse(observe::Cap cap) {
  over_ = cap;
  StopServing();
  Start();
}

// ---- In

void HttpSession::WaitReadable() {
  if (std::exchange(waiting_readable_, true)) return;
  stream_.WaitReadable([self = shared_from_this()](boost::system::error_code error) {
    self->waiting_readable_ = false;
    if (!error) self->OnReadable();
  });
}

void HttpSession::OnReadable() {
  // What comes while an answer is on its way is read after it.
  if (phase_ == Phase::kEnded || phase_ == Phase::kWriting) return;
  const ReadResult read = stream_.Read(absl::MakeSpan(context_.read_buffer));
  if (read.blocked()) return WaitReadable();
  if (read.state == ReadResult::State::kPlainHttp) return RejectPlain();
  if (!read.data()) return End();
  const std::string_view bytes(context_.read_buffer.data(), read.count);
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
    case Phase::kWriting:
    case Phase::kEnded:
      break;
  }
}

void HttpSession::Consume(std::string_view bytes) {
  const config::Limits& limits = context_.config.limits;
  fresh_ = false;
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
  // Nothing else is on its way, so it fits the socket's buffer or the socket is dead.
  if (!SendNow(stream_, kContinueHead).complete()) End();
}

// ---- Answers

void HttpSession::Serve(const HttpRequest& request) {
  asked_ = {.form = {.method = request.method, .minor_version = request.minor_version},
            .keep_alive = request.keep_alive};
  const std::variant<tcp::endpoint, HttpResponse> client = ClientOf(request);
  if (const auto* refusal = std::get_if<HttpResponse>(&client)) return Respond(*refusal);
  // A trusted proxy's connection carries the requests of many, and probes are answered whatever else is asked.
  const bool rated = !dispatcher_.AnswersOverCap(request) && !dispatcher_.proxies().Trusts(remote_.address());
  if (std::optional<HttpResponse> refusal = rated ? rate_.Refuse(context_) : std::nullopt) {
    dispatcher_.AddCorsHeaders(request.Header("Origin"), *refusal);
    return Respond(*std::move(refusal));
  }
  HttpAnswer answer = dispatcher_.Dispatch(
      context_, request, {.remote = std::get<tcp::endpoint>(client), .local = stream_.local().address()});
  if (auto* response = std::get_if<HttpResponse>(&answer)) {
    Respond(std::move(*response));
  } else if (auto* held = std::get_if<HeldPoll>(&answer)) {
    Hold(std::move(*held));
  } else if (auto* stream = std::get_if<EventStream>(&answer)) {
    Write(std::move(stream->head), [this, asked = std::move(stream->request)] { StartSse(context_, Leave(), asked); });
    Arm(context_.config.limits.handshake_timeout);
  } else {
    auto& upgrade = std::get<Upgrade>(answer);
    Write(std::move(upgrade.response),
          [this, handshake = std::move(upgrade.handshake)]() mutable { BecomeWebSocket(std::move(handshake)); });
    Arm(context_.config.limits.handshake_timeout);
  }
}

std::variant<tcp::endpoint, HttpResponse> HttpSession::ClientOf(const HttpRequest& request) {
  if (!served()) {
    if (!dispatcher_.AnswersOverCap(request)) return dispatcher_.Refuse(context_, request);
    over_.reset();
    return remote_;
  }
  if (!dispatcher_.proxies().Trusts(remote_.address())) return remote_;
  const std::optional<tcp::endpoint> client = dispatcher_.proxies().ClientOf(request, remote_);
  if (!client) {
    return ProblemResponse({.status = 400,
                            .code = session::error_code::kBadRequest,
                            .detail =
                                "the proxy's header says in no way that is understood who asks: X-Forwarded-For holds "
                                "addresses, Forwarded what RFC 7239, section 4, says"});
  }
  GivePlace({});  // of the client before, who may be the same
  std::optional<AddressCount::Place> place = context_.shared.addresses.Take(client->address());
  if (!place && dispatcher_.AnswersOverCap(request)) return *client;
  if (!place) {
    over_ = observe::Cap::kAddress;
    return dispatcher_.Refuse(context_, request);
  }
  GivePlace(*std::move(place));
  return *client;
}

void HttpSession::Hold(HeldPoll held) {
  phase_ = Phase::kHolding;
  Disarm();  // a poll keeps its own time
  poll_.Begin(std::move(held), [self = shared_from_this()](HttpResponse response) {
    if (response.brings_events) self->rate_.Return();
    self->Respond(std::move(response));
  });
  WaitReadable();
}

void HttpSession::BecomeWebSocket(WebSocketHandshake handshake) {
  StartWebSocket(context_, Leave(), std::move(rest_), std::move(handshake));
}

void HttpSession::Reject(HttpResponse refusal) {
  if (reader_ != nullptr) dispatcher_.AddCorsHeaders(reader_->Origin(), refusal);
  reader_.reset();
  asked_ = {};
  Respond(std::move(refusal));
}

void HttpSession::RejectPlain() {
  context_.metrics.tls_handshake_failures.Add();
  Reject(ProblemResponse(
      {.status = 400, .code = session::error_code::kBadRequest, .detail = "this port speaks TLS: use https and wss"}));
}

void HttpSession::Respond(HttpResponse response) {
  response.close = response.close || !served() || closing_ || context_.draining() || !asked_.keep_alive;
  const bool close = response.close;
  Write(std::move(response), [this, close] { OnAnswered(close); });
}

void HttpSession::Write(HttpResponse response, absl::AnyInvocable<void()> sent) {
  phase_ = Phase::kWriting;
  Arm(context_.config.limits.http_write_timeout);
  context_.metrics.Answered(response.status);
  CountRefusal();
  writer_.Write(stream_, std::move(response), asked_.form, context_.settings.clock->Now(),
                [self = shared_from_this(), sent = std::move(sent)](bool whole) mutable {
                  if (self->phase_ == Phase::kEnded) return;
                  self->Charge(0);
                  if (!whole) return self->End();
                  sent();
                });
  Charge(writer_.held_bytes());
}

void HttpSession::Charge(size_t bytes) {
  if (bytes == charged_) return;
  const int64_t change = static_cast<int64_t>(bytes) - static_cast<int64_t>(std::exchange(charged_, bytes));
  if (bytes > 0) {
    context_.outbound.Add(*this);
  } else {
    context_.outbound.Remove(*this);
  }
  context_.metrics.queued_bytes.Add(change);
  context_.outbound.Change(change);
}

void HttpSession::OnAnswered(bool close) {
  asked_ = {};
  if (close) {
    LingerThenClose(context_, Leave(), served());
  } else {
    NextRequest();
  }
}

// ---- Life and death

void HttpSession::CountRefusal() {
  if (over_) context_.shared.refusals.Count(context_.metrics, *std::exchange(over_, std::nullopt), remote_);
}

void HttpSession::NextRequest() {
  phase_ = Phase::kIdle;
  if (closing_) return End();
  if (!rest_.empty()) return Consume(std::exchange(rest_, {}));
  rest_.shrink_to_fit();
  Arm(context_.config.limits.http_idle_timeout);
  WaitReadable();
}

AcceptedSocket HttpSession::Leave() {
  phase_ = Phase::kEnded;
  Disarm();
  return {.stream = std::move(stream_), .place = TakePlace(), .door = door()};
}

void HttpSession::CloseWhenIdle() {
  closing_ = true;
  if (phase_ != Phase::kIdle) return;
  // The request of somebody who has just connected is on its way: a health check wants its 503, not a reset.
  if (fresh_) {
    Arm(std::min(context_.config.limits.handshake_timeout, kFirstRequest));
  } else {
    End();
  }
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
  poll_.Cancel();
  Charge(0);
  CountRefusal();
  if (!stream_.agreed()) context_.metrics.tls_handshake_failures.Add();
  stream_.Close();
}

}  // namespace

void StartHttp(ShardContext& context, const HttpDispatcher& dispatcher, ClientStream stream, Door door) {
  const tcp::endpoint remote = stream.remote();
  // A trusted proxy's connections count to those who ask by it.
  const bool counts = door == Door::kClients && !dispatcher.proxies().Trusts(remote.address());
  std::optional<AddressCount::Place> place =
      counts ? context.shared.addresses.Take(remote.address()) : AddressCount::Place();
  std::optional<observe::Cap> over;
  if (!place) over = observe::Cap::kAddress;
  AcceptedSocket accepted{
      .stream = std::move(stream), .place = std::move(place).value_or(AddressCount::Place()), .door = door};
  const auto session = std::make_shared<HttpSession>(context, dispatcher, std::move(accepted));
  if (context.connections.total_served(door) > CapOf(context.config.limits, door)) {
    over = door == Door::kClients ? observe::Cap::kAll : observe::Cap::kOperators;
  }
  if (!over) {
    session->Start();
  } else if (context.connections.unserved() < kRefusalsAtOnce) {
    session->Refuse(*over);
  } else {
    context.shared.refusals.Count(context.metrics, observe::Cap::kRefusals, remote);
  }
}

}  // namespace spanwire::transport
