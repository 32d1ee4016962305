#include "bridge/server/grpc_credentials.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include "spanwire/v1/publisher.grpc.pb.h"
#include "tests/support/test_certificates.h"

namespace spanwire::server {
namespace {

using ::testing::IsEmpty;
using ::testing::StartsWith;

// Answers with the name that the caller's certificate has.
class WhoAmI final : public v1::PublisherService::CallbackService {
 public:
  grpc::ServerUnaryReactor* Publish(grpc::CallbackServerContext* context, const v1::PublishRequest*,
                                    v1::PublishResponse* response) override {
    for (const grpc::string_ref& name : context->auth_context()->FindPropertyValues("x509_common_name")) {
      response->set_topic(std::string(name.data(), name.size()));
    }
    for (const grpc::string_ref& name : context->auth_context()->FindPropertyValues("x509_subject_alternative_name")) {
      response->set_epoch(response->epoch() + std::string(name.data(), name.size()) + " ");
    }
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

class GrpcCredentialsTest : public ::testing::Test {
 protected:
  ~GrpcCredentialsTest() override {
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
  }

  void Start(tls::ClientAuth client_auth) {
    auto identity =
        tls::ServerIdentity::Load(folder_.WriteServerFiles(authority_.Certify("bridge"), authority_.certificate()), {});
    ASSERT_TRUE(identity.ok()) << identity.status();
    identity_ = *std::move(identity);
    credentials_ = GrpcTlsCredentials(*identity_, client_auth);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", credentials_, &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(port_, 0);
  }
  // Calls on a connection of its own, believing `roots`.
  grpc::Status Call(const std::string& roots, const tls::CertifiedKey& client, v1::PublishResponse* response) const {
    grpc::ChannelArguments own;
    own.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto channel = grpc::CreateCustomChannel(
        "127.0.0.1:" + std::to_string(port_),
        grpc::SslCredentials(
            {.pem_root_certs = roots, .pem_private_key = client.key, .pem_cert_chain = client.certificate}),
        own);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    return v1::PublisherService::NewStub(channel)->Publish(&context, {}, response);
  }

  const tls::TestAuthority authority_;
  const tls::TestFolder folder_;
  std::unique_ptr<tls::ServerIdentity> identity_;
  WhoAmI service_;
  std::shared_ptr<grpc::ServerCredentials> credentials_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

TEST_F(GrpcCredentialsTest, ACallSaysWhoseCertificateItsClientShows) {
  Start(tls::ClientAuth::kOptional);
  v1::PublishResponse response;
  ASSERT_TRUE(Call(authority_.certificate(), authority_.Certify("orders"), &response).ok());
  EXPECT_EQ(response.topic(), "orders");
  EXPECT_THAT(response.epoch(), StartsWith("localhost "));
  response.Clear();
  ASSERT_TRUE(Call(authority_.certificate(), {}, &response).ok());
  EXPECT_THAT(response.topic(), IsEmpty());
}

TEST_F(GrpcCredentialsTest, ACertificateOfAnotherAuthorityIsRefused) {
  Start(tls::ClientAuth::kOptional);
  v1::PublishResponse response;
  EXPECT_EQ(Call(authority_.certificate(), tls::TestAuthority().Certify("orders"), &response).error_code(),
            grpc::StatusCode::UNAVAILABLE);
}

TEST_F(GrpcCredentialsTest, WhereOneIsRequiredNobodyCallsWithout) {
  Start(tls::ClientAuth::kRequired);
  v1::PublishResponse response;
  EXPECT_EQ(Call(authority_.certificate(), {}, &response).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(Call(authority_.certificate(), authority_.Certify("orders"), &response).ok());
}

TEST_F(GrpcCredentialsTest, WhereNobodyIsAskedNobodyIsAnybody) {
  Start(tls::ClientAuth::kNone);
  v1::PublishResponse response;
  ASSERT_TRUE(Call(authority_.certificate(), authority_.Certify("orders"), &response).ok());
  EXPECT_THAT(response.topic(), IsEmpty());
}

TEST_F(GrpcCredentialsTest, AReloadIsShownToTheNextWhoConnects) {
  Start(tls::ClientAuth::kRequired);
  v1::PublishResponse response;
  ASSERT_TRUE(Call(authority_.certificate(), authority_.Certify("orders"), &response).ok());
  const tls::TestAuthority other;
  folder_.WriteServerFiles(other.Certify("bridge"), other.certificate());
  ASSERT_TRUE(identity_->Reload().ok());
  EXPECT_FALSE(Call(authority_.certificate(), authority_.Certify("orders"), &response).ok());
  EXPECT_TRUE(Call(other.certificate(), other.Certify("orders"), &response).ok()) << "its roots are new too";
}

}  // namespace
}  // namespace spanwire::server
