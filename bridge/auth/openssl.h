#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "bridge/openssl/error_queue.h"
#include "bridge/openssl/owner.h"
#include "bridge/openssl/read_bio.h"

namespace spanwire::auth {

using openssl::BioPtr;
using openssl::ErrorQueueScope;
using openssl::PkeyPtr;
using openssl::ReadFrom;

using PkeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, openssl::Deleter<EVP_PKEY_CTX_free>>;
using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, openssl::Deleter<EVP_MD_CTX_free>>;
using BignumPtr = std::unique_ptr<BIGNUM, openssl::Deleter<BN_free>>;
using EcdsaSignaturePtr = std::unique_ptr<ECDSA_SIG, openssl::Deleter<ECDSA_SIG_free>>;
using ParamBuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, openssl::Deleter<OSSL_PARAM_BLD_free>>;
using ParamsPtr = std::unique_ptr<OSSL_PARAM, openssl::Deleter<OSSL_PARAM_free>>;

inline const unsigned char* BytesOf(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

inline std::string LastOpenSslError() {
  return openssl::LastError();
}

}  // namespace spanwire::auth
