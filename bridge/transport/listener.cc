#include "bridge/transport/listener.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/ip/v6_only.hpp>

#include "bridge/config/host_port.h"
#include "bridge/observe/logging.h"
#include "bridge/transport/endpoint_text.h"

namespace spanwire::transport {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

absl::StatusOr<tcp::endpoint> Resolve(std::string_view address, boost::asio::io_context& io) {
  const std::optional<config::HostPort> parsed = config::ParseHostPort(address);
  if (!parsed || !parsed->port) {
    return absl::InvalidArgumentError(
        fmt::format("cannot listen on \"{}\": expected host:port, such as 127.0.0.1:8080 or [::1]:8080", address));
  }
  tcp::resolver resolver(io);
  error_code error;
  const auto found = resolver.resolve(std::string(parsed->host), std::to_string(*parsed->port),
                                      tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error || found.empty()) {
    return absl::InvalidArgumentError(
        fmt::format("cannot listen on \"{}\": {}; give an address of this machine, such as 127.0.0.1:8080", address,
                    error ? error.message() : "no such host"));
  }
  return found.begin()->endpoint();
}

absl::Status BindFailure(std::string_view address, error_code error) {
  std::string_view advice = "check the address and this machine's network";
  if (error == boost::asio::error::address_in_use) {
    advice = "another program listens there: stop it, or choose another port (0 picks a free one)";
  } else if (error == boost::asio::error::access_denied) {
    advice = "ports below 1024 need privileges: choose a higher one";
  } else if (error == error_code(EADDRNOTAVAIL, boost::system::system_category())) {
    advice = "this machine has no such address: choose one of its own, or 127.0.0.1";
  }
  return absl::FailedPreconditionError(fmt::format("cannot listen on {}: {}; {}", address, error.message(), advice));
}

// The first call that fails says why.
template <typename Acceptor>
error_code Open(Acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  // A restarted bridge gets its port back at once; a second one beside it does not.
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && endpoint.address().is_v6()) acceptor.set_option(boost::asio::ip::v6_only(false), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  return error;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Listener>> Listener::Bind(std::string_view address, fanout::Fanout& fanout,
                                                         const model::Clock& clock, observe::Counter& errors,
                                                         OnSocket on_socket) {
  boost::asio::io_context& io = fanout.shard(0).io();
  const absl::StatusOr<tcp::endpoint> endpoint = Resolve(address, io);
  if (!endpoint.ok()) return endpoint.status();
  Acceptor acceptor(io);
  if (const error_code error = Open(acceptor, *endpoint)) return BindFailure(address, error);
  return std::unique_ptr<Listener>(new Listener(std::move(acceptor), fanout, clock, errors, std::move(on_socket)));
}

Listener::Listener(Acceptor acceptor, fanout::Fanout& fanout, const model::Clock& clock, observe::Counter& errors,
                   OnSocket on_socket)
    : fanout_(fanout),
      on_socket_(std::move(on_socket)),
      acceptor_(std::move(acceptor)),
      local_(acceptor_.local_endpoint()),
      pause_(acceptor_.get_executor()),
      errors_(errors),
      log_limiter_(1, absl::Seconds(1), clock) {}

void Listener::Start() {
  fanout_.shard(0).Post([this] { Accept(); });
}

void Listener::Stop() {
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

void Listener::Accept() {
  if (!acceptor_.is_open()) return;
  const size_t shard = next_shard_++ % fanout_.size();
  acceptor_.async_accept(fanout_.shard(shard).io().get_executor(), [this, shard](error_code error, Socket socket) {
    OnAccepted(error, shard, std::move(socket));
  });
}

void Listener::OnAccepted(error_code error, size_t shard, Socket socket) {
  if (error && !acceptor_.is_open()) return;
  if (error) return TryAgainLater(error);
  next_pause_ = kFirstPause;
  error_code ignored;  // a socket that died meanwhile: its first read says so
  socket.set_option(tcp::no_delay(true), ignored);
  fanout_.shard(shard).Post(
      [this, shard, accepted = std::move(socket)]() mutable { on_socket_(shard, std::move(accepted)); });
  Accept();
}

void Listener::TryAgainLater(error_code error) {
  errors_.Add();
  if (const std::optional<uint64_t> left_out = log_limiter_.Admit()) {
    observe::Log(
        spdlog::level::warn, "cannot accept connections; trying again",
        {{"error", error.message()}, {"address", EndpointText(local_)}, {"left_out", std::to_string(*left_out)}});
  }
  pause_.expires_after(next_pause_);
  next_pause_ = std::min(2 * next_pause_, kLongestPause);
  pause_.async_wait([this](error_code stopped) {
    if (!stopped) Accept();
  });
}

}  // namespace spanwire::transport
