#include "bridge/auth/key_set.h"

#include <atomic>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "bridge/auth/token_mint.h"
#include "gtest/gtest.h"
#include "tests/unit/auth/test_keys.h"

namespace spanwire::auth {
namespace {

constexpr std::string_view kOtherSecret = "fedcba9876543210fedcba9876543210";

VerificationKey SecretNamed(std::string kid, std::string_view secret = testing::kSecret) {
  return {.kid = std::move(kid), .material = HmacSecret::Create(secret, HmacAlgorithm::kHs256).value()};
}

VerificationKey PublicNamed(std::string kid, const std::string& pem) {
  return {.kid = std::move(kid), .material = std::move(PublicKey::FromPem(testing::PublicPemOf(pem))->front())};
}

template <typename... Keys>
KeySet SetOf(Keys... keys) {
  std::vector<VerificationKey> list;
  (list.push_back(std::move(keys)), ...);
  return KeySet::Create(std::move(list)).value();
}

KeySet::Verdict Ask(const KeySet& keys, const SigningKey& signer, std::string_view kid) {
  const std::string token = MintToken("{}", kid, signer).value();
  return keys.Verify(ParseCompactJws(token, 8192).value());
}

TEST(KeySet, AKidPicksItsKey) {
  const KeySet keys = SetOf(SecretNamed("a"), SecretNamed("b", kOtherSecret));
  EXPECT_EQ(Ask(keys, testing::SecretKey(), "a"), KeySet::Verdict::kGood);
  EXPECT_EQ(Ask(keys, testing::SecretKey(), "b"), KeySet::Verdict::kBadSignature);
  EXPECT_EQ(Ask(keys, testing::SecretKey(), "c"), KeySet::Verdict::kUnknownKey);
}

TEST(KeySet, WithoutAKidAllKeysAreTried) {
  const KeySet keys = SetOf(SecretNamed("b", kOtherSecret), SecretNamed("a"), PublicNamed("r", testing::RsaPem()));
  EXPECT_EQ(Ask(keys, testing::SecretKey(), ""), KeySet::Verdict::kGood);
  EXPECT_EQ(Ask(keys, testing::KeyOf(testing::RsaPem()), ""), KeySet::Verdict::kGood);
  EXPECT_EQ(Ask(keys, testing::KeyOf(testing::OtherRsaPem()), ""), KeySet::Verdict::kBadSignature);
  EXPECT_EQ(Ask(keys, testing::KeyOf(testing::P256Pem()), ""), KeySet::Verdict::kUnknownKey);
}

TEST(KeySet, AKidThatNoKeyHasMeansTheKeysWithoutOne) {
  const KeySet keys = SetOf(SecretNamed(""), SecretNamed("b", kOtherSecret));
  EXPECT_EQ(Ask(keys, testing::SecretKey(), "2026"), KeySet::Verdict::kGood);
  EXPECT_EQ(Ask(keys, testing::SecretKey(), "b"), KeySet::Verdict::kBadSignature);
}

TEST(KeySet, RefusesTwoKeysOfOneKidAndTooMany) {
  std::vector<VerificationKey> twins;
  twins.push_back(SecretNamed("a"));
  twins.push_back(PublicNamed("a", testing::RsaPem()));
  EXPECT_FALSE(KeySet::Create(std::move(twins)).ok());
  for (const size_t count : {KeySet::kMaxKeys, KeySet::kMaxKeys + 1}) {
    std::vector<VerificationKey> many;
    for (size_t i = 0; i < count; ++i) many.push_back(SecretNamed(fmt::format("k{}", i)));
    EXPECT_EQ(KeySet::Create(std::move(many)).ok(), count == KeySet::kMaxKeys);
  }
  for (const size_t count : {KeySet::kMaxTried, KeySet::kMaxTried + 1}) {
    std::vector<VerificationKey> unnamed;
    for (size_t i = 0; i < count; ++i) unnamed.push_back(SecretNamed(""));
    EXPECT_EQ(KeySet::Create(std::move(unnamed)).ok(), count == KeySet::kMaxTried);
  }
}

TEST(KeySet, ATokenThatNamesNoKeyCostsAFewTriesAtMost) {
  const auto named = [](size_t count) {
    std::vector<VerificationKey> keys;
    for (size_t i = 0; i < count; ++i) keys.push_back(SecretNamed(fmt::format("k{}", i)));
    return KeySet::Create(std::move(keys)).value();
  };
  EXPECT_EQ(Ask(named(KeySet::kMaxTried), testing::SecretKey(), ""), KeySet::Verdict::kGood);
  const KeySet many = named(KeySet::kMaxTried + 1);
  EXPECT_EQ(Ask(many, testing::SecretKey(), ""), KeySet::Verdict::kUnknownKey);
  EXPECT_EQ(Ask(many, testing::SecretKey(), "k1"), KeySet::Verdict::kGood);
}

// Algorithm confusion: what everybody knows of a key pair, used as a secret.
TEST(KeySet, NoFormOfAPublicKeyIsEverASecret) {
  const KeySet keys = SetOf(PublicNamed("", testing::RsaPem()));
  const std::string pem = testing::PublicPemOf(testing::RsaPem());
  for (const std::string& secret : {pem, pem.substr(0, pem.size() - 1), testing::JwkOf(testing::RsaPem())}) {
    for (const HmacAlgorithm algorithm : {HmacAlgorithm::kHs256, HmacAlgorithm::kHs384, HmacAlgorithm::kHs512}) {
      EXPECT_EQ(Ask(keys, testing::SecretKey(algorithm, secret), ""), KeySet::Verdict::kUnknownKey);
    }
  }
}

TEST(KeyRing, KeysAreReplacedWhileTokensAreVerified) {
  const auto first = std::make_shared<const KeySet>(SetOf(SecretNamed("a")));
  const auto second = std::make_shared<const KeySet>(SetOf(SecretNamed("a"), SecretNamed("b", kOtherSecret)));
  KeyRing ring(first);
  const std::string token = MintToken("{}", "a", testing::SecretKey()).value();
  const CompactJws jws = ParseCompactJws(token, 8192).value();
  std::atomic<int> failures{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      for (int n = 0; n < 2000; ++n) {
        if (ring.keys()->Verify(jws) != KeySet::Verdict::kGood) ++failures;
      }
    });
  }
  for (int n = 0; n < 2000; ++n) ring.Replace(n % 2 == 0 ? second : first);
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(failures, 0);
}

TEST(KeyRing, WhoVerifiesKeepsTheKeysThatItBeganWith) {
  KeyRing ring(std::make_shared<const KeySet>(SetOf(SecretNamed("a"))));
  const KeySetPtr held = ring.keys();
  ring.Replace(std::make_shared<const KeySet>(SetOf(SecretNamed("b", kOtherSecret))));
  EXPECT_EQ(Ask(*held, testing::SecretKey(), "a"), KeySet::Verdict::kGood);
  EXPECT_EQ(Ask(*ring.keys(), testing::SecretKey(), "a"), KeySet::Verdict::kUnknownKey);
}

}  // namespace
}  // namespace spanwire::auth
