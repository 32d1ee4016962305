#include "bridge/auth/key_files.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/auth/test_keys.h"

namespace spanwire::auth {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class KeyFilesTest : public ::testing::Test {
 protected:
  KeyFilesTest() {
    std::string name = ::testing::TempDir() + "spanwire-keys-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~KeyFilesTest() override { fs::remove_all(folder_); }

  std::string Write(const std::string& name, std::string_view text) {
    const fs::path path = folder_ / name;
    std::ofstream(path, std::ios::binary) << text;
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    return path;
  }

  static std::string FaultOf(const KeyFiles& files) {
    const auto loaded = LoadKeys(files);
    return loaded.ok() ? "" : std::string(loaded.status().message());
  }

  fs::path folder_;
};

TEST_F(KeyFilesTest, KeysOfAllFilesCountTogether) {
  const auto loaded =
      LoadKeys({.secrets = {{.file = {.path = Write("secret", testing::kSecret)}}},
                .public_keys = {{.path = Write("a.pem", testing::PublicPemOf(testing::RsaPem()))},
                                {.path = Write("b.pem", testing::PublicPemOf(testing::P256Pem()))}},
                .jwks = {.path = Write("jwks.json", "{\"keys\":[" + testing::JwkOf(testing::Ed25519Pem()) + "]}")}});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->keys.keys().size(), 4U);
  EXPECT_THAT(loaded->notes, IsEmpty());
}

TEST_F(KeyFilesTest, OneNewlineAtTheEndOfASecretIsDropped) {
  const std::string expected =
      std::get<HmacSecret>(
          LoadKeys({.secrets = {{.file = {.path = Write("plain", testing::kSecret)}}}})->keys.keys().front().material)
          .Mac(HmacAlgorithm::kHs256, "x");
  const auto mac_of = [&](const std::string& end) {
    const std::string path = Write("secret", std::string(testing::kSecret) + end);
    const auto loaded = LoadKeys({.secrets = {{.file = {.path = path}}}});
    return std::get<HmacSecret>(loaded->keys.keys().front().material).Mac(HmacAlgorithm::kHs256, "x");
  };
  EXPECT_EQ(mac_of("\n"), expected);
  EXPECT_EQ(mac_of("\r\n"), expected);
  EXPECT_NE(mac_of("\n\n"), expected);
  EXPECT_NE(mac_of(" "), expected);
}

TEST_F(KeyFilesTest, TheNewlineDoesNotMakeAShortSecretLongEnough) {
  const std::string path = Write("secret", std::string(testing::kSecret.substr(0, 31)) + "\n");
  EXPECT_THAT(FaultOf({.secrets = {{.file = {.path = path}}}}), HasSubstr("has 31 bytes, and HS256 needs at least 32"));
}

TEST_F(KeyFilesTest, FaultsNameTheFileAndWhy) {
  const std::string missing = folder_ / "missing";
  EXPECT_EQ(FaultOf({.secrets = {{.file = {.path = missing}}}}),
            missing + ": cannot be opened: No such file or directory");
  EXPECT_THAT(FaultOf({.public_keys = {{.path = folder_}}}), HasSubstr("Is a directory"));
  const std::string bad = Write("bad.pem", "no pem");
  EXPECT_THAT(FaultOf({.public_keys = {{.path = bad}}}), StartsWith(bad + ": it holds no PEM"));
  const std::string json = Write("jwks.json", "{");
  EXPECT_THAT(FaultOf({.jwks = {.path = json}}), StartsWith(json + ": it is not JSON"));
  const std::string big = Write("big", std::string(1024 * 1024 + 1, 'x'));
  EXPECT_THAT(FaultOf({.secrets = {{.file = {.path = big}}}}), HasSubstr("over 1 MiB"));
  const std::string short_secret = Write("short", "hunter2");
  EXPECT_THAT(FaultOf({.secrets = {{.file = {.path = short_secret}}}}),
              StartsWith(short_secret + ": the secret has 7 bytes"));
  EXPECT_THAT(FaultOf({.secrets = {{.file = {.path = short_secret}}}}), Not(HasSubstr("hunter2")));
}

TEST_F(KeyFilesTest, FaultsAndNotesBeginWithTheSettingThatNamesTheFile) {
  const std::string path = Write("secret", "hunter2");
  EXPECT_THAT(FaultOf({.secrets = {{.file = {.path = path, .setting = "a.toml:2: auth.hs256_secret_file"}}}}),
              StartsWith("a.toml:2: auth.hs256_secret_file: " + path + ": the secret has 7 bytes"));
  const std::string open = Write("open", testing::kSecret);
  fs::permissions(open, fs::perms::others_read, fs::perm_options::add);
  const auto loaded = LoadKeys({.secrets = {{.file = {.path = open, .setting = "--auth-hs256-secret-file"}}}});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_THAT(loaded->notes, ElementsAre(StartsWith("--auth-hs256-secret-file: " + open + ": every user")));
}

// Algorithm confusion by the operator's hand: everybody has the public key, and could sign with it.
TEST_F(KeyFilesTest, APublicKeyIsNoSecretWhateverItsForm) {
  const std::string pem = testing::PublicPemOf(testing::RsaPem());
  std::string bare;  // as identity providers show it
  for (size_t at = pem.find('\n') + 1; pem[at] != '-'; ++at) bare.push_back(pem[at]);
  std::string der;
  ASSERT_TRUE(absl::Base64Unescape(bare, &der));
  const struct {
    const char* form;
    std::string text;
  } cases[] = {
      {"PEM", pem},
      {"PEM", "# of the issuer\n" + pem},
      {"PEM", testing::RsaPem()},
      {"PEM", "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQ\n-----END CERTIFICATE-----\n"},
      {"DER", der},
      {"DER", bare},
      {"DER", absl::StrReplaceAll(bare, {{"\n", ""}})},
      {"ssh", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9s8Zp1xQyO1bB4pZ8 somebody@somewhere"},
      {"ssh", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQDRk8n7w2 a@b"},
      {"JWK", testing::JwkOf(testing::P256Pem())},
      {"JWK", "{\"keys\":[" + testing::JwkOf(testing::Ed25519Pem()) + "]}\n"},
  };
  for (const auto& test : cases) {
    const std::string path = Write("secret", test.text);
    EXPECT_THAT(FaultOf({.secrets = {{.file = {.path = path}}}}),
                AllOf(StartsWith(path + ": it holds a key or certificate in "), HasSubstr(test.form),
                      HasSubstr("public_key_files"), HasSubstr("openssl rand")))
        << test.text;
  }
  for (const char* text : {"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA", "{\"a\":\"0123456789012345678901234567\"}",
                           "sshhh-this-is-a-secret-of-at-least-32-bytes"}) {
    EXPECT_EQ(FaultOf({.secrets = {{.file = {.path = Write("secret", text)}}}}), "")
        << text << " only looks like a key";
  }
}

// The start would otherwise hang until somebody writes to it.
TEST_F(KeyFilesTest, APipeIsRefusedAndNotWaitedFor) {
  const std::string pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(FaultOf({.secrets = {{.file = {.path = pipe}}}}), StartsWith(pipe + ": is no regular file"));
  EXPECT_THAT(FaultOf({.public_keys = {{.path = pipe}}}), StartsWith(pipe + ": is no regular file"));
  EXPECT_THAT(FaultOf({.jwks = {.path = "/dev/zero"}}), StartsWith("/dev/zero: is no regular file"));
}

TEST_F(KeyFilesTest, AFileThatMayNotBeReadIsNamed) {
  const std::string path = Write("secret", testing::kSecret);
  fs::permissions(path, fs::perms::none);
  if (std::ifstream(path)) GTEST_SKIP() << "this user may read everything";
  EXPECT_EQ(FaultOf({.secrets = {{.file = {.path = path}}}}), path + ": cannot be opened: Permission denied");
}

TEST_F(KeyFilesTest, WithoutAnyKeyNothingIsLoaded) {
  EXPECT_THAT(FaultOf({}), HasSubstr("no key is given"));
  const std::string empty = Write("jwks.json", R"({"keys":[]})");
  EXPECT_THAT(FaultOf({.jwks = {.path = empty}}), HasSubstr("holds no keys"));
  const std::string useless = Write("jwks.json", R"({"keys":[{"kty":"AKP"}]})");
  EXPECT_THAT(FaultOf({.jwks = {.path = useless}}), HasSubstr("none of its keys can be used"));
}

TEST_F(KeyFilesTest, NotesTellOfKeysLeftOutAndOpenSecrets) {
  const std::string secret = Write("secret", testing::kSecret);
  fs::permissions(secret, fs::perms::others_read, fs::perm_options::add);
  const std::string jwks =
      Write("jwks.json", "{\"keys\":[{\"kty\":\"AKP\"}," + testing::JwkOf(testing::P256Pem()) + "]}");
  const auto loaded = LoadKeys({.secrets = {{.file = {.path = secret}}}, .jwks = {.path = jwks}});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_THAT(loaded->notes, ElementsAre(HasSubstr("chmod 600"), StartsWith(jwks + ": left out keys[0]")));
}

}  // namespace
}  // namespace spanwire::auth
