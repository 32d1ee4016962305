#pragma once

#include <memory>

#include <openssl/bio.h>
#include <openssl/evp.h>

namespace spanwire::openssl {

// Owns an object of OpenSSL's: std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>.
template <auto free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    free(object);
  }
};

using PkeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using BioPtr = std::unique_ptr<BIO, Deleter<BIO_free_all>>;

}  // namespace spanwire::openssl
