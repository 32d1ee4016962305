#pragma once

#include <string>

#include "absl/status/status.h"

namespace spanwire::internal {

// gRPC says nothing to its caller of PEM that it cannot use: these do, with INVALID_ARGUMENT and half a sentence
// ("holds no certificate (PEM)") that goes after the file's name. They repeat nothing of a key.

// Whether all certificates of `pem` can be read, and there is one.
absl::Status CheckCertificates(const std::string& pem);
// Whether `pem` begins with a private key that needs no passphrase.
absl::Status CheckPrivateKey(const std::string& pem);
// Whether the private key belongs to the first certificate. Both as found good by the checks above.
bool BelongTogether(const std::string& certificate, const std::string& key);

}  // namespace spanwire::internal
