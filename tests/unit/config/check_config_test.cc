#include "bridge/config/check_config.h"

#include <gtest/gtest.h>

namespace spanwire::config {
namespace {

TEST(CheckConfig, DefaultsFitEachOther) {
  EXPECT_TRUE(CheckConfig(Config()).ok());
}

TEST(CheckConfig, WithoutAuthenticationOnlyLoopbackIsListenedOn) {
  Config config;
  config.http_listen = "0.0.0.0:8080";
  EXPECT_EQ(CheckConfig(config).code(), absl::StatusCode::kInvalidArgument);
  config.insecure = true;
  EXPECT_TRUE(CheckConfig(config).ok());

  Config grpc;
  grpc.grpc_listen = "[::]:50051";
  EXPECT_EQ(CheckConfig(grpc).code(), absl::StatusCode::kInvalidArgument);
}

TEST(CheckConfig, WithAuthenticationEveryAddressMayBeListenedOn) {
  Config config;
  config.http_listen = "0.0.0.0:8080";
  config.auth.jwks_file = "keys.json";
  EXPECT_TRUE(CheckConfig(config).ok());
}

TEST(CheckConfig, AuthenticationWithoutAKeyIsAMistakeRatherThanAnOpenDoor) {
  Config section;
  section.auth.wanted = true;
  EXPECT_EQ(CheckConfig(section).code(), absl::StatusCode::kInvalidArgument);
  section.auth.hs256_secret_file = "secret";
  EXPECT_TRUE(CheckConfig(section).ok());
  Config flag;
  flag.auth.issuer = "https://id.example";
  EXPECT_EQ(CheckConfig(flag).code(), absl::StatusCode::kInvalidArgument);
}

TEST(CheckConfig, HalfATlsIsAMistakeRatherThanPlainText) {
  const auto refused = [](const TlsSettings& tls) {
    Config config;
    config.tls = tls;
    return absl::IsInvalidArgument(CheckConfig(config));
  };
  EXPECT_TRUE(refused({.cert_file = "cert.pem"}));
  EXPECT_TRUE(refused({.key_file = "key.pem"}));
  EXPECT_TRUE(refused({.client_ca_file = "ca.pem"}));
  EXPECT_TRUE(refused({.http_client_auth = "optional"}));
  EXPECT_TRUE(refused({.grpc_client_auth = "required"}));
  EXPECT_TRUE(refused({.cert_file = "cert.pem", .key_file = "key.pem", .http_client_auth = "required"}));
  EXPECT_FALSE(refused({.cert_file = "cert.pem", .key_file = "key.pem"}));
  EXPECT_FALSE(refused({.cert_file = "cert.pem",
                        .key_file = "key.pem",
                        .client_ca_file = "ca.pem",
                        .http_client_auth = "required",
                        .grpc_client_auth = "required"}));
}

TEST(CheckConfig, ClientCertificatesMustBeAskedFor) {
  Config config;
  config.auth.hs256_secret_file = "secret";
  config.auth.client_certificates = {{.name = "orders"}};
  EXPECT_TRUE(absl::IsInvalidArgument(CheckConfig(config)));
  config.tls.cert_file = config.tls.key_file = "server.pem";
  EXPECT_TRUE(absl::IsInvalidArgument(CheckConfig(config)));
  config.tls.client_ca_file = "ca.pem";
  EXPECT_TRUE(CheckConfig(config).ok());
  config.auth.client_certificates.push_back({.name = "orders", .roles = {"admin.write"}});
  EXPECT_TRUE(absl::IsInvalidArgument(CheckConfig(config))) << "which of the two counts?";
  config.tls.grpc_client_auth = "none";
  EXPECT_TRUE(absl::IsInvalidArgument(CheckConfig(config)));
  config.tls.grpc_client_auth = "required";
  config.tls.grpc = false;
  EXPECT_TRUE(absl::IsInvalidArgument(CheckConfig(config)));
}

TEST(CheckConfig, AQueueHoldsAtLeastTwoEvents) {
  Config config;
  config.limits.event_bytes = 512 * 1024;
  config.limits.outbound_queue_bytes = 2 * config.limits.event_bytes;
  EXPECT_TRUE(CheckConfig(config).ok());
  --config.limits.outbound_queue_bytes;
  EXPECT_EQ(CheckConfig(config).code(), absl::StatusCode::kInvalidArgument);
}

TEST(CheckConfig, LimitsThatNothingFitsInAreRefused) {
  Config event;
  event.limits.event_bytes = 1023;
  EXPECT_FALSE(CheckConfig(event).ok());
  Config head;
  head.limits.request_head_bytes = 1023;
  EXPECT_FALSE(CheckConfig(head).ok());
  Config message;
  message.limits.client_message_bytes = 127;
  EXPECT_FALSE(CheckConfig(message).ok());
  message.limits.client_message_bytes = (1ull << 32);
  EXPECT_FALSE(CheckConfig(message).ok());
}

}  // namespace
}  // namespace spanwire::config
