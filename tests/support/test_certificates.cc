#include "tests/support/test_certificates.h"

#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace spanwire::tls {
namespace {

using X509Ptr = std::unique_ptr<X509, openssl::Deleter<X509_free>>;

std::string TextOf(BIO* bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  return {text, static_cast<size_t>(size)};
}

std::string PemOf(X509* certificate) {
  const openssl::BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  return TextOf(bio.get());
}

std::string PemOf(EVP_PKEY* key) {
  const openssl::BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return TextOf(bio.get());
}

void AddExtension(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509Ptr NewCertificate(std::string_view name, EVP_PKEY* key, int days) {
  static long serial = 0;
  X509Ptr certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -7 * 86400);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * 86400L);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.data()), static_cast<int>(name.size()), -1, 0);
  return certificate;
}

}  // namespace

TestAuthority::TestAuthority() : key_(EVP_EC_gen("P-256")), certificate_(NewCertificate("Test CA", key_.get(), 1)) {
  X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
  AddExtension(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(certificate_.get(), key_.get(), EVP_sha256());
}

std::string TestAuthority::certificate() const {
  return PemOf(certificate_.get());
}

CertifiedKey TestAuthority::Certify(std::string_view name, int days) const {
  const openssl::PkeyPtr key(EVP_EC_gen("P-256"));
  const X509Ptr certificate = NewCertificate(name, key.get(), days);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate_.get()));
  AddExtension(certificate.get(), NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
  X509_sign(certificate.get(), key_.get(), EVP_sha256());
  return {.certificate = PemOf(certificate.get()), .key = PemOf(key.get())};
}

TestFolder::TestFolder() : folder_((std::filesystem::temp_directory_path() / "spanwire-test-XXXXXX").string()) {
  EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
}

TestFolder::~TestFolder() {
  std::error_code ignored;  // a leftover in the folder for temporary files
  std::filesystem::remove_all(folder_, ignored);
}

std::string TestFolder::Write(std::string_view name, std::string_view text, int mode) const {
  const std::string fresh = Path("fresh");
  std::ofstream(fresh, std::ios::binary) << text;
  EXPECT_EQ(::chmod(fresh.c_str(), static_cast<mode_t>(mode)), 0);
  std::string path = Path(name);
  std::filesystem::rename(fresh, path);
  return path;
}

ServerFiles TestFolder::WriteServerFiles(const CertifiedKey& certified, std::string_view client_ca) const {
  return {.certificate = {.setting = "tls.cert_file", .path = Write("cert.pem", certified.certificate)},
          .key = {.setting = "tls.key_file", .path = Write("key.pem", certified.key)},
          .client_ca = {.setting = "tls.client_ca_file",
                        .path = client_ca.empty() ? "" : Write("client-ca.pem", client_ca)}};
}

}  // namespace spanwire::tls
