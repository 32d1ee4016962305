// Who may read the counts of all tenants, and what the log learns of tokens that do not count.
#include <algorithm>
#include <memory>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>

#include "bridge/observe/logging.h"
#include "tests/unit/auth/secured_access.h"
#include "tests/unit/transport/client_frame.h"
#include "tests/unit/transport/http_server_fixture.h"
#include "tests/unit/transport/websocket_handshake.h"

namespace spanwire::transport {
namespace {

using auth::Role;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

auth::RoleSet Roles(std::initializer_list<Role> roles) {
  auth::RoleSet set;
  for (const Role role : roles) set.Add(role);
  return set;
}

// Outlives the server that looks at it, and writes to it.
struct Surroundings {
  Surroundings() : logger(spdlog::default_logger()) {
    spdlog::set_default_logger(
        observe::MakeLogger({}, std::make_shared<spdlog::sinks::ostream_sink_mt>(written)).value());
  }
  ~Surroundings() { spdlog::set_default_logger(logger); }

  auth::testing::SecuredAccess access{model::Clock::System()};
  std::ostringstream written;
  const std::shared_ptr<spdlog::logger> logger;
};

class HttpMetricsTest : protected Surroundings, public HttpServerTest {
 protected:
  void Secure() {
    settings_.access = &*access;
    settings_.secure = true;
  }
  std::string Bearer(std::initializer_list<Role> roles) {
    return "Authorization: Bearer " + access.Token({.roles = Roles(roles)}) + "\r\n";
  }
  std::string ForgedBearer() {
    std::string token = access.Token({.roles = Roles({Role::kAdminRead, Role::kAnyTenant})});
    char& of_the_signature = token[token.size() - 5];
    of_the_signature = of_the_signature == 'A' ? 'B' : 'A';
    return token;
  }
  uint16_t ops_port() const {
    const std::string ops = server_->ops_address();
    return static_cast<uint16_t>(std::stoi(ops.substr(ops.rfind(':') + 1)));
  }
};

TEST_F(HttpMetricsTest, WhereClientsReachThemTheCountsOfAllTenantsNeedAToken) {
  Secure();
  Start();
  const ClientResponse nobody = GetOnce("/metrics");
  EXPECT_EQ(nobody.status, 401);
  EXPECT_EQ(nobody.Header("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(nobody.Header("Content-Type"), "application/problem+json");
  EXPECT_THAT(nobody.body, AllOf(HasSubstr("\"code\":\"unauthorized\""), Not(HasSubstr("spanwire_"))));

  const ClientResponse forged = GetOnce("/metrics", "Authorization: Bearer " + ForgedBearer() + "\r\n");
  EXPECT_EQ(forged.status, 401);
  EXPECT_EQ(forged.Header("WWW-Authenticate"), "Bearer error=\"invalid_token\"");
  EXPECT_THAT(forged.body, Not(HasSubstr("spanwire_")));

  const ClientResponse whole = GetOnce("/metrics", Bearer({Role::kAdminRead, Role::kAnyTenant}));
  EXPECT_EQ(whole.status, 200);
  EXPECT_THAT(whole.body, HasSubstr("spanwire_events_published_total"));
}

TEST_F(HttpMetricsTest, ATokenOfOneTenantIsTooLittle) {
  Secure();
  Start();
  for (const auto& roles : {std::initializer_list<Role>{},
                            {Role::kAdminRead},
                            {Role::kAnyTenant},
                            {Role::kAdminWrite, Role::kSchemaWrite, Role::kAnyTenant}}) {
    const ClientResponse refused = GetOnce("/metrics", Bearer(roles));
    EXPECT_EQ(refused.status, 403);
    EXPECT_THAT(refused.body,
                AllOf(HasSubstr("\"code\":\"forbidden\""), HasSubstr("admin.read"), Not(HasSubstr("spanwire_"))));
  }
}

TEST_F(HttpMetricsTest, TheTokenComesInTheHeaderAlone) {
  Secure();
  Start();
  const std::string token = access.Token({.roles = Roles({Role::kAdminRead, Role::kAnyTenant})});
  EXPECT_EQ(GetOnce("/metrics?token=" + token).status, 401);
  EXPECT_EQ(GetOnce("/metrics", "Cookie: spanwire_token=" + token + "\r\nOrigin: http://localhost\r\n").status, 401);
  const std::string header = "Authorization: Bearer " + token + "\r\n";
  EXPECT_EQ(GetOnce("/metrics", header + header).status, 400);
  RawClient head(port());
  head.Request("HEAD", "/metrics");
  EXPECT_EQ(head.Read(true).status, 401);
}

TEST_F(HttpMetricsTest, WithoutAuthenticationNobodyIsAsked) {
  Start();
  EXPECT_EQ(GetOnce("/metrics").status, 200);
}

TEST_F(HttpMetricsTest, OnOperatorsOwnAddressNobodyIsAsked) {
  Secure();
  config_.ops_listen = "127.0.0.1:0";
  Start();
  RawClient operators(ops_port());
  EXPECT_EQ(operators.Get("/metrics").status, 200);
  EXPECT_EQ(GetOnce("/metrics", Bearer({Role::kAdminRead, Role::kAnyTenant})).status, 404);
}

TEST_F(HttpMetricsTest, ProbesAreAnsweredWithoutAToken) {
  Secure();
  Start();
  EXPECT_EQ(GetOnce("/healthz").status, 200);
  EXPECT_EQ(GetOnce("/readyz").status, 200);
}

TEST_F(HttpMetricsTest, TheLogSaysWhichTokensAreRefusedNotSoOftenThatItFillsAndNothingOfThem) {
  Secure();
  Start();
  const std::string forged = ForgedBearer();
  for (int i = 0; i < 30; ++i) EXPECT_EQ(GetOnce("/api/poll?topics=a&token=" + forged).status, 401);
  const std::string log = written.str();
  EXPECT_THAT(log, AllOf(HasSubstr("token refused"), HasSubstr("reason=TOKEN_SIGNATURE"), HasSubstr("door=/api/poll"),
                         HasSubstr("peer=127.0.0.1:"), Not(HasSubstr(forged.substr(forged.rfind('.') + 1)))));
  EXPECT_LE(std::count(log.begin(), log.end(), '\n'), 20);
}

TEST_F(HttpMetricsTest, TheLogSaysOfATokenThatAWebSocketShowsLater) {
  Secure();
  config_.limits.close_answer_timeout = absl::Milliseconds(50);
  Start();
  RawClient client(port());
  ASSERT_EQ(client.Get("/ws", kHandshake).status, 101);
  client.Send(websocket::ClientFrame{.payload = R"({"action":"auth","token":"nonsense"})"}.Encode());
  ASSERT_TRUE(watch_.AwaitClosed(1));
  EXPECT_THAT(written.str(), AllOf(HasSubstr("token refused"), HasSubstr("reason=TOKEN_MALFORMED"),
                                   HasSubstr("door=websocket"), Not(HasSubstr("nonsense"))));
}

}  // namespace
}  // namespace spanwire::transport
