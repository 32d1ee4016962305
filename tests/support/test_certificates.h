#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "bridge/openssl/owner.h"
#include "bridge/tls/server_context.h"

namespace spanwire::tls {

// A certificate and its key, in PEM.
struct CertifiedKey {
  std::string certificate;
  std::string key;
};

// A certificate authority of a test's own, with keys made as it is.
class TestAuthority {
 public:
  TestAuthority();

  std::string certificate() const;  // PEM
  // For localhost and 127.0.0.1, servers and clients; its common name is `name`. Valid for `days`, which may be none.
  CertifiedKey Certify(std::string_view name, int days = 1) const;

 private:
  openssl::PkeyPtr key_;
  std::unique_ptr<X509, openssl::Deleter<X509_free>> certificate_;
};

// A folder of a test's own that is gone with it.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  // Writes a file as programs should: all of it or none (rename). Its path.
  std::string Write(std::string_view name, std::string_view text, int mode = 0600) const;
  std::string Path(std::string_view name) const { return folder_ + "/" + std::string(name); }

  // The files of a server with this certificate; `client_ca` may be empty.
  ServerFiles WriteServerFiles(const CertifiedKey& certified, std::string_view client_ca = "") const;

 private:
  std::string folder_;
};

}  // namespace spanwire::tls
