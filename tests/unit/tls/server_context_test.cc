#include "bridge/tls/server_context.h"

#include <gmock/gmock.h>
#include <openssl/err.h>

#include "tests/support/test_certificates.h"

namespace spanwire::tls {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ServerContextTest : public ::testing::Test {
 protected:
  // Why it is refused.
  std::string Refusal(const ServerFiles& files, ServerContext::Options options = {}) {
    const auto context = ServerContext::Load(files, options);
    EXPECT_EQ(context.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ERR_peek_error(), 0u) << "a connection of this thread would take it for its own";
    return std::string(context.status().message());
  }

  const TestAuthority authority_;
  const TestFolder folder_;
  const CertifiedKey good_ = authority_.Certify("bridge", 90);
};

TEST_F(ServerContextTest, HoldsWhatItWasMadeFrom) {
  const auto context = ServerContext::Load(folder_.WriteServerFiles(good_, authority_.certificate()), {});
  ASSERT_TRUE(context.ok()) << context.status();
  EXPECT_EQ((*context)->material().certificate_chain, good_.certificate);
  EXPECT_EQ((*context)->material().key, good_.key);
  EXPECT_EQ((*context)->material().client_ca, authority_.certificate());
  EXPECT_THAT((*context)->material().notes, IsEmpty());
  EXPECT_GT((*context)->material().not_after, absl::Now() + absl::Hours(89 * 24));
  EXPECT_NE((*context)->NewSession(), nullptr);
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST_F(ServerContextTest, AFileThatIsBadIsNamedWithItsSetting) {
  ServerFiles files = folder_.WriteServerFiles(good_);
  files.certificate.path = folder_.Path("none.pem");
  EXPECT_THAT(Refusal(files), AllOf(HasSubstr("tls.cert_file: "), HasSubstr("none.pem: cannot be opened")));
  files = folder_.WriteServerFiles({.certificate = "no PEM", .key = good_.key});
  EXPECT_THAT(Refusal(files), AllOf(HasSubstr("tls.cert_file: "), HasSubstr("holds no certificate")));
  files = folder_.WriteServerFiles({.certificate = good_.certificate, .key = "no PEM"});
  EXPECT_THAT(Refusal(files), AllOf(HasSubstr("tls.key_file: "), HasSubstr("holds no private key")));
  files = folder_.WriteServerFiles(good_, "no PEM");
  EXPECT_THAT(Refusal(files), AllOf(HasSubstr("tls.client_ca_file: "), HasSubstr("holds no certificate")));
  files = folder_.WriteServerFiles({.certificate = std::string(1024 * 1024 + 1, 'x'), .key = good_.key});
  EXPECT_THAT(Refusal(files), HasSubstr("over 1 MiB"));
}

TEST_F(ServerContextTest, TheKeyOfAnotherCertificateIsRefusedAndNotShown) {
  const CertifiedKey other = authority_.Certify("other");
  const std::string refusal = Refusal(folder_.WriteServerFiles({.certificate = good_.certificate, .key = other.key}));
  EXPECT_THAT(refusal, AllOf(HasSubstr("tls.key_file: "), HasSubstr("not the key of the certificate in")));
  EXPECT_THAT(refusal, ::testing::Not(HasSubstr(other.key.substr(40, 20))));
}

TEST_F(ServerContextTest, TellsOfCertificatesThatClientsWillRefuse) {
  const auto expired = ServerContext::Load(folder_.WriteServerFiles(authority_.Certify("bridge", -1)), {});
  ASSERT_TRUE(expired.ok());
  EXPECT_THAT((*expired)->material().notes, ElementsAre(HasSubstr("expired at")));
  const auto soon = ServerContext::Load(folder_.WriteServerFiles(authority_.Certify("bridge", 13)), {});
  ASSERT_TRUE(soon.ok());
  EXPECT_THAT((*soon)->material().notes, ElementsAre(HasSubstr("expires soon")));
}

TEST_F(ServerContextTest, TellsOfAKeyThatEverybodyCanRead) {
  const ServerFiles files = folder_.WriteServerFiles(good_);
  folder_.Write("key.pem", good_.key, 0644);
  const auto context = ServerContext::Load(files, {});
  ASSERT_TRUE(context.ok());
  EXPECT_THAT((*context)->material().notes, ElementsAre(HasSubstr("chmod 600")));
}

}  // namespace
}  // namespace spanwire::tls
