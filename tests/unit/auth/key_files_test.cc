#include "bridge/auth/key_files.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/auth/test_keys.h"

namespace spanwire::auth {
namespace {

namespace fs = std::filesystem;
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
