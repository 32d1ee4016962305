#include "bridge/openssl/read_bio.h"

#include <algorithm>
#include <climits>

namespace spanwire::openssl {

BioPtr ReadFrom(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(std::min<size_t>(text.size(), INT_MAX))));
}

}  // namespace spanwire::openssl
