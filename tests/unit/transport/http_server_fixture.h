#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "bridge/broker/memory_broker.h"
#include "bridge/fanout/fanout.h"
#include "bridge/session/registry.h"
#include "bridge/transport/http_server.h"
#include "tests/support/test_certificates.h"
#include "tests/unit/transport/http_client.h"

namespace spanwire::transport {

// Counts the clients that come and go, and lets a test wait for them.
class ClientWatch final : public session::ClientObserver {
 public:
  void OnOpened(const session::Client&) override {
    absl::MutexLock lock(&mutex_);
    ++opened_;
  }
  void OnClosed(const session::Client&, int, std::string_view) override {
    absl::MutexLock lock(&mutex_);
    ++closed_;
  }
  bool AwaitOpened(int count) { return Await(&opened_, count); }
  bool AwaitClosed(int count) { return Await(&closed_, count); }

 private:
  bool Await(const int* counter, int count) {
    const auto reached = [&] { return *counter >= count; };
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&reached), absl::Seconds(10));
  }

  absl::Mutex mutex_;
  int opened_ = 0;
  int closed_ = 0;
};

// The HTTP port on a free port of loopback, over a broker in memory; over TLS where the tests are run so.
class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() : broker_({}, model::Clock::System()) {
    config_.http_listen = "127.0.0.1:0";
    settings_.topics = &topics_;
    settings_.server = "spanwire-bridge/test";
    settings_.node = "n1";
    readiness_.Set(Readiness::State::kReady);
    if (TestsRunOverTls()) StartTls({});
  }
  ~HttpServerTest() override {
    if (server_ != nullptr) server_->Close();
    if (fanout_.has_value()) {
      Everywhere([this](session::Registry& registry) { registry.RemoveObserver(&watch_); });
      fanout_->Stop();
    }
    broker_.Stop();
  }

  // Before Start: the port speaks TLS, with a certificate of the authority.
  void StartTls(tls::ServerContext::Options options, std::string_view client_ca = "") {
    auto identity =
        tls::ServerIdentity::Load(folder_.WriteServerFiles(authority().Certify("localhost"), client_ca), options);
    ASSERT_TRUE(identity.ok()) << identity.status();
    tls_ = *std::move(identity);
  }
  static const tls::TestAuthority& authority() {
    static const tls::TestAuthority authority;
    return authority;
  }

  // After the test changed config_ as it likes.
  void Start(int shards = 1) {
    settings_.limits = config_.limits;
    fanout_.emplace(shards, broker_, metrics_);
    directory_.emplace(*fanout_);
    auto server = HttpServer::Create(config_, *fanout_, *directory_, settings_, metrics_, readiness_, tls_.get());
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    server_->Start();
    fanout_->Start();
    Everywhere([this](session::Registry& registry) { registry.AddObserver(&watch_); });
  }
  uint16_t port() const { return server_->local_port(); }
  ClientResponse GetOnce(std::string_view target, std::string_view headers = "") {
    RawClient client(port());
    return client.Get(target, headers);
  }

  // Returns when it is stored.
  void Publish(std::string_view topic, std::string_view data = "{}") {
    std::string buffer = model::Envelope::NewBuffer();
    buffer.append("{\"type\":\"t\",\"topic\":\"").append(topic).append("\",\"data\":").append(data);
    absl::Notification stored;
    broker_.Publish(
        {std::make_shared<model::Envelope>(topics_.Intern("", topic), model::Clock::System().Now(), std::move(buffer))},
        [&](const std::vector<absl::StatusOr<model::Cursor>>& results) {
          EXPECT_TRUE(results.at(0).ok()) << results.at(0).status();
          stored.Notify();
        });
    stored.WaitForNotification();
  }

  // Runs `visit` with each shard's registry on its thread, and waits.
  void Everywhere(std::function<void(session::Registry&)> visit) {
    absl::Notification visited;
    directory_->Visit([&](fanout::Shard&, session::Registry& registry) { visit(registry); }, [&] { visited.Notify(); });
    visited.WaitForNotification();
  }

  const tls::TestFolder folder_;
  std::unique_ptr<tls::ServerIdentity> tls_;
  config::Config config_;
  session::Settings settings_;
  model::TopicTable topics_;
  observe::Metrics metrics_;
  Readiness readiness_;
  ClientWatch watch_;
  broker::MemoryBroker broker_;
  std::optional<fanout::Fanout> fanout_;
  std::optional<session::Directory> directory_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace spanwire::transport
