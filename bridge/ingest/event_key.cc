#include "bridge/ingest/event_key.h"

#include <cstdlib>
#include <cstring>
#include <memory>

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <spdlog/spdlog.h>

namespace spanwire::ingest {
namespace {

struct FreeContext {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeContext>;

void Require(bool condition, const char* what) {
  if (condition) return;
  spdlog::critical("cannot make idempotency keys: OpenSSL {}", what);
  std::abort();
}

MacContext NewSipHash() {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "SIPHASH", nullptr);
  MacContext context(mac == nullptr ? nullptr : EVP_MAC_CTX_new(mac));
  EVP_MAC_free(mac);
  Require(context != nullptr, "offers no SIPHASH");
  return context;
}

// Setting up a context costs five times what hashing an id does, so each thread keeps one.
EVP_MAC_CTX* SipHashOfThisThread() {
  thread_local const MacContext context = NewSipHash();
  return context.get();
}

void Feed(EVP_MAC_CTX* context, std::string_view text) {
  Require(EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1, "failed");
}

}  // namespace

EventKeyHash::EventKeyHash() {
  Require(RAND_bytes(secret_.data(), static_cast<int>(secret_.size())) == 1, "has no random bytes");
  SipHashOfThisThread();
}

EventKey EventKeyHash::operator()(std::string_view tenant, std::string_view topic, std::string_view id) const {
  constexpr std::string_view kZero("\0", 1);
  EVP_MAC_CTX* context = SipHashOfThisThread();
  Require(EVP_MAC_init(context, secret_.data(), secret_.size(), nullptr) == 1, "failed");
  Feed(context, tenant);
  Feed(context, kZero);
  Feed(context, topic);
  Feed(context, kZero);
  Feed(context, id);
  unsigned char digest[16];
  size_t length = 0;
  Require(EVP_MAC_final(context, digest, &length, sizeof(digest)) == 1 && length == sizeof(digest), "failed");
  EventKey key;
  std::memcpy(&key.high, digest, 8);
  std::memcpy(&key.low, digest + 8, 8);
  return key;
}

}  // namespace spanwire::ingest
