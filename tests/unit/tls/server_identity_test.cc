#include "bridge/tls/server_identity.h"

#include <gmock/gmock.h>

#include "tests/support/test_certificates.h"

namespace spanwire::tls {
namespace {

using ::testing::HasSubstr;

TEST(ServerIdentity, ShowsTheNewCertificateFromAReloadOn) {
  const TestAuthority authority;
  const TestFolder folder;
  auto identity = ServerIdentity::Load(folder.WriteServerFiles(authority.Certify("one")), {});
  ASSERT_TRUE(identity.ok()) << identity.status();
  const std::shared_ptr<const ServerContext> old = (*identity)->Current();
  const CertifiedKey two = authority.Certify("two");
  folder.WriteServerFiles(two);
  EXPECT_EQ((*identity)->Current(), old);
  ASSERT_TRUE((*identity)->Reload().ok());
  EXPECT_EQ((*identity)->Current()->material().certificate_chain, two.certificate);
  EXPECT_NE(old->NewSession(), nullptr) << "who began with the old one goes on with it";
}

TEST(ServerIdentity, KeepsTheOldCertificateWhereTheNewOneIsBad) {
  const TestAuthority authority;
  const TestFolder folder;
  auto identity = ServerIdentity::Load(folder.WriteServerFiles(authority.Certify("one")), {});
  ASSERT_TRUE(identity.ok()) << identity.status();
  const std::shared_ptr<const ServerContext> old = (*identity)->Current();
  folder.Write("cert.pem", authority.Certify("two").certificate);
  const absl::Status status = (*identity)->Reload();
  EXPECT_THAT(std::string(status.message()), HasSubstr("not the key of the certificate"));
  EXPECT_EQ((*identity)->Current(), old);
}

}  // namespace
}  // namespace spanwire::tls
