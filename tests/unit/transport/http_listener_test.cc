#include "bridge/transport/listener.h"

#include <sys/resource.h>

#include <gmock/gmock.h>

#include "bridge/observe/logging.h"
#include "tests/unit/transport/http_server_fixture.h"

namespace spanwire::transport {
namespace {

using ::testing::HasSubstr;

class ListenerTest : public HttpServerTest {
 protected:
  absl::Status StatusOf(std::string_view address) {
    if (!fanout_.has_value()) {
      fanout_.emplace(1, broker_, metrics_);
      directory_.emplace(*fanout_);
      fanout_->Start();
    }
    return Listener::Bind(address, *fanout_, model::Clock::System(), metrics_.accept_errors, [](size_t, Socket) {})
        .status();
  }
};

TEST_F(ListenerTest, ATakenPortIsRefusedWithAdvice) {
  Start();
  const std::string address = server_->local_address();
  const absl::Status status = StatusOf(address);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr(address));
  EXPECT_THAT(std::string(status.message()), HasSubstr("choose another port"));
}

TEST_F(ListenerTest, AddressesThatAreNoneAreRefused) {
  for (const char* address : {"", "127.0.0.1", ":8080", "localhost", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:http",
                              "::1:8080", "no.such.host.invalid:80", "256.1.1.1:80"}) {
    const absl::Status status = StatusOf(address);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << address << " " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(address));
  }
}

TEST_F(ListenerTest, AnAddressOfAnotherMachineIsRefused) {
  const absl::Status status = StatusOf("192.0.2.1:0");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("no such address"));
}

TEST_F(ListenerTest, APortIsFreeAgainAtOnce) {
  Start();
  config_.http_listen = server_->local_address();
  EXPECT_EQ(GetOnce("/healthz", "Connection: close\r\n").status, 200);  // leaves a port in TIME_WAIT
  server_->Close();
  server_.reset();
  EXPECT_TRUE(StatusOf(config_.http_listen).ok());
}

TEST_F(ListenerTest, Ipv6IsServedToo) {
  config_.http_listen = "[::1]:0";
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor probe(io);
  boost::system::error_code none;
  probe.open(boost::asio::ip::tcp::v6(), none);
  if (!none) probe.bind({boost::asio::ip::make_address("::1"), 0}, none);
  if (none) GTEST_SKIP() << "this machine has no IPv6";
  Start();
  EXPECT_EQ(server_->local_address(), "[::1]:" + std::to_string(port()));
}

TEST_F(ListenerTest, ConnectionsAreDealtToTheShardsInTurn) {
  Start(3);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(GetOnce("/healthz").status, 200);
  for (const observe::ShardMetrics* shard : metrics_.Shards()) EXPECT_EQ(shard->http_requests[1].Value(), 2u);
}

TEST_F(ListenerTest, OutOfFileDescriptorsItWaitsAndGoesOn) {
  // UndefinedBehaviorSanitizer looks at a vtable that it has not met before through a pipe, for which there will be no
  // descriptor, and then calls the logger's invalid: let it meet it. Before there are threads, since
  // ThreadSanitizer does not see how spdlog's library guards the making of a logger.
  observe::Log(spdlog::level::info, "descriptors are about to run out");
  Start();
  RawClient client(port());
  EXPECT_EQ(client.Get("/healthz").status, 200);
  RawClient waiting(port());
  EXPECT_EQ(waiting.Get("/healthz").status, 200);
  // A socket that exists already may connect; the server has no descriptor to accept it with.
  const int unconnected = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int next = ::dup(unconnected);
  ::close(next);
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  rlimit low = limit;
  low.rlim_cur = static_cast<rlim_t>(next);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(unconnected, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  // Others are served meanwhile.
  EXPECT_EQ(client.Get("/healthz").status, 200);
  EXPECT_EQ(server_->connections(), 2u);
  // It waits between its attempts, longer each time.
  const absl::Time begin = absl::Now();
  while (metrics_.accept_errors.Value() < 3) EXPECT_EQ(client.Get("/healthz").status, 200);
  EXPECT_GE(absl::Now() - begin, absl::FromChrono(2 * Listener::kFirstPause));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(GetOnce("/healthz").status, 200);
  ::close(unconnected);
}

}  // namespace
}  // namespace spanwire::transport
