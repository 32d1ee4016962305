#include <filesystem>
#include <fstream>

#include "boost/json/parse.hpp"
#include "boost/json/value.hpp"
#include "bridge/auth/base64url.h"
#include "gmock/gmock.h"
#include "tests/unit/auth/test_keys.h"
#include "tests/unit/cli/cli_test.h"

namespace spanwire::cli {
namespace {

namespace fs = std::filesystem;
namespace keys = auth::testing;

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

// Token commands reach no bridge.
class TokenTest : public testing::Test {
 protected:
  TokenTest() {
    std::string name = testing::TempDir() + "spanwire-token-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    secret_ = Write("secret", std::string(keys::kSecret) + "\n");
  }
  ~TokenTest() override { fs::remove_all(folder_); }

  std::string Write(const std::string& name, std::string_view text) const {
    const fs::path path = folder_ / name;
    std::ofstream(path, std::ios::binary) << text;
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    return path;
  }

  Outcome Run(std::vector<std::string> arguments, const std::string& input = "") const {
    arguments.insert(arguments.begin(), "token");
    return RunCli(std::move(arguments), clock_, {.input = input});
  }
  // `token create --sub u-17` with the secret and more.
  Outcome Create(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"create", "--sub", "u-17", "--secret-file", secret_});
    return Run(std::move(more));
  }
  Outcome Check(const std::string& token, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"check", "--secret-file", secret_});
    return Run(std::move(more), token);
  }

  fs::path folder_;
  std::string secret_;
  model::FakeClock clock_;
};

TEST_F(TokenTest, WhatIsCreatedIsGoodForAnHour) {
  const Outcome created = Create();
  EXPECT_EQ(created.code, ExitCode::kOk) << created.err;
  EXPECT_THAT(created.out, MatchesRegex("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\n"));
  EXPECT_EQ(created.err, "");
  EXPECT_EQ(Check(created.out).code, ExitCode::kOk);
  clock_.Advance(absl::Seconds(3604));
  EXPECT_EQ(Check(created.out).code, ExitCode::kOk);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Check(created.out).code, ExitCode::kDenied);
}

TEST_F(TokenTest, EveryAlgorithmIsSignedAndChecked) {
  for (const std::string& pem : {keys::RsaPem(), keys::P256Pem(), keys::P384Pem(), keys::Ed25519Pem()}) {
    const std::string key = Write("key.pem", pem);
    const std::string half = Write("public.pem", keys::PublicPemOf(pem));
    const Outcome created = Run({"create", "--sub", "u", "--key-file", key, "--kid", "k"});
    ASSERT_EQ(created.code, ExitCode::kOk) << created.err;
    EXPECT_EQ(Run({"check", "--public-key", half}, created.out).code, ExitCode::kOk);
    const std::string jwks = Write("jwks.json", "{\"keys\":[" + keys::JwkOf(pem, R"("kid":"k",)") + "]}");
    EXPECT_EQ(Run({"check", "--jwks", jwks}, created.out).code, ExitCode::kOk);
  }
  for (const std::string name : {"HS256", "HS384", "HS512"}) {
    const Outcome created = Create({"--algorithm", name});
    EXPECT_EQ(Check(created.out, {"--algorithm", name}).code, ExitCode::kOk) << name;
  }
}

TEST_F(TokenTest, FlagsBecomeClaims) {
  const Outcome created =
      Create({"--tenant",     "acme",       "--topic",     "a",   "--topic",    "b:*", "--publish", "c",
              "--role",       "admin.read", "--issuer",    "i",   "--audience", "x",   "--id",      "t-1",
              "--expires-in", "90s",        "--starts-in", "10s", "-o",         "json"});
  ASSERT_EQ(created.code, ExitCode::kOk) << created.err;
  EXPECT_EQ(boost::json::parse(created.out).at("claims"), boost::json::parse(R"({"iss":"i","sub":"u-17","aud":"x",
      "exp":1760000100,"nbf":1760000010,"iat":1760000000,"jti":"t-1","tenant_id":"acme","topics":["a","b:*"],
      "publish":["c"],"roles":["admin.read"]})"));
}

TEST_F(TokenTest, CreateRefusesWhatNoBridgeWouldTake) {
  EXPECT_THAT(Create({"--topic", "a b"}).err, HasSubstr("topics in the token has a bad pattern"));
  EXPECT_THAT(Create({"--tenant", "a b"}).err, HasSubstr("tenant_id"));
  EXPECT_THAT(Create({"--role", "root"}).err, HasSubstr("'root' is no role; there are: admin.read"));
  EXPECT_THAT(Create({"--algorithm", "none"}).err, HasSubstr("'none' is no algorithm"));
  EXPECT_THAT(Create({"--algorithm", "RS256"}).err, HasSubstr("give --key-file"));
  EXPECT_THAT(Create({"--key-file", "x"}).err, HasSubstr("one of them"));
  EXPECT_THAT(Create({"--expires-in", "0s"}).err, HasSubstr("--expires-in"));
  EXPECT_THAT(Run({"create", "--sub", "u"}).err, HasSubstr("one of them"));
  EXPECT_THAT(Run({"create", "--sub", "u", "--secret-file", Write("short", "hunter2")}).err,
              AllOf(HasSubstr("needs at least 32"), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(Run({"create", "--sub", "u", "--secret-file", folder_ / "none"}).err, HasSubstr("No such file"));
  for (const Outcome& outcome :
       {Create({"--topic", "a b"}), Create({"--role", "root"}), Run({"create", "--sub", "u"})}) {
    EXPECT_EQ(outcome.code, ExitCode::kUsage);
    EXPECT_EQ(outcome.out, "");
  }
}

TEST_F(TokenTest, ATokenThatTheBridgeFindsTooLongIsWarnedOf) {
  const std::string config = Write("small.toml", "[auth]\nhs256_secret_file = \"secret\"\nmax_token = \"256B\"\n");
  const std::string topic(150, 'a');
  const Outcome created = Run({"create", "--sub", "u", "--config", config, "--topic", topic});
  EXPECT_EQ(created.code, ExitCode::kOk);
  EXPECT_THAT(created.err, AllOf(HasSubstr("the bridge takes 256"), HasSubstr("auth.max_token")));
  EXPECT_EQ(Create({"--topic", topic}).err, "");  // within 8 KiB, the default
}

TEST_F(TokenTest, CheckExplainsEachRuleThatIsBroken) {
  const Outcome created = Create({"--issuer", "a", "--audience", "b", "--expires-in", "10m"});
  clock_.Advance(absl::Minutes(15));
  const Outcome checked = Check(created.out, {"--issuer", "c", "--audience", "d"});
  EXPECT_EQ(checked.code, ExitCode::kDenied);
  EXPECT_THAT(checked.out, AllOf(HasSubstr("header alg"), HasSubstr("sub"), HasSubstr("u-17"),
                                 HasSubstr("1760000600 = 2025-10-09 09:03:20 (5m00s ago)")));
  EXPECT_THAT(checked.out, HasSubstr("signature  ok"));
  EXPECT_THAT(checked.out, HasSubstr("exp        FAILED  TOKEN_EXPIRED"));
  EXPECT_THAT(checked.out, HasSubstr("iss        FAILED  TOKEN_ISSUER"));
  EXPECT_THAT(checked.out, HasSubstr("aud        FAILED  TOKEN_AUDIENCE"));
}

TEST_F(TokenTest, CheckShowsTheClaimsOfATokenThatOthersSigned) {
  const std::string other = Write("other", std::string(48, 'x'));
  const Outcome created = Run({"create", "--sub", "mallory", "--secret-file", other});
  const Outcome checked = Check(created.out);
  EXPECT_EQ(checked.code, ExitCode::kDenied);
  EXPECT_THAT(checked.out, AllOf(HasSubstr("mallory"), HasSubstr("signature  FAILED  TOKEN_SIGNATURE")));
}

TEST_F(TokenTest, WithoutAKeyNothingIsVouchedFor) {
  const Outcome checked = Run({"check", "-o", "json"}, Create().out);
  EXPECT_EQ(checked.code, ExitCode::kFailure);
  const boost::json::value document = boost::json::parse(checked.out);
  EXPECT_FALSE(document.at("valid").as_bool());
  EXPECT_EQ(document.at("claims").at("sub").as_string(), "u-17");
  EXPECT_EQ(document.at("checks").at(1).at("result").as_string(), "not checked");
}

TEST_F(TokenTest, CheckTakesTheTokenAsAnArgumentToo) {
  std::string token = Create().out;
  token.pop_back();
  EXPECT_EQ(Run({"check", token, "--secret-file", secret_}).code, ExitCode::kOk);
}

TEST_F(TokenTest, CheckOfNoTokenSaysWhatItIs) {
  EXPECT_THAT(Check("").out, HasSubstr("the token is empty"));
  EXPECT_THAT(Check("hello").out, HasSubstr("the token is no JWT"));
  EXPECT_THAT(Check(std::string(9000, 'a')).out, HasSubstr("TOKEN_TOO_LARGE"));
  EXPECT_THAT(Check("eyJhbGciOiJub25lIn0.e30.").out, HasSubstr("TOKEN_ALGORITHM"));
  EXPECT_EQ(Check("hello").code, ExitCode::kDenied);
  EXPECT_EQ(Run({"check", "--jwks", folder_ / "none"}, "x").code, ExitCode::kUsage);
}

TEST_F(TokenTest, WhatATokenHoldsCannotSteerTheTerminal) {
  // A header of {"alg":"HS256","kid":"\u001b[2J"}; nobody has to have signed it.
  const Outcome checked = Check("eyJhbGciOiJIUzI1NiIsImtpZCI6Ilx1MDAxYlsySiJ9.e30.AAAA");
  EXPECT_THAT(checked.out, AllOf(HasSubstr("\\x1b[2J"), Not(HasSubstr("\x1b"))));
}

TEST_F(TokenTest, HelpShowsExamples) {
  for (const char* command : {"create", "check"}) {
    const Outcome outcome = Run({command, "--help"});
    EXPECT_EQ(outcome.code, ExitCode::kOk);
    EXPECT_THAT(outcome.out, HasSubstr("Examples:\n  "));
  }
}

// Signed and judged by the settings of a bridge, without repeating them.
TEST_F(TokenTest, ABridgesSettingsSignAndJudge) {
  const std::string config = Write("spanwire.toml",
                                   "[auth]\nhs512_secret_file = \"secret\"\nissuer = \"https://id.example\"\n"
                                   "audiences = [\"spanwire\", \"other\"]\n");
  const Outcome created = Run({"create", "--sub", "u-17", "--config", config});
  ASSERT_EQ(created.code, ExitCode::kOk) << created.err;
  const Outcome checked = Run({"check", "--config", config, "-o", "json"}, created.out);
  EXPECT_EQ(checked.code, ExitCode::kOk) << checked.out;
  EXPECT_THAT(checked.out, AllOf(HasSubstr("HS512"), HasSubstr("https://id.example"), HasSubstr("\"spanwire\"")));
  const Outcome other = Run({"create", "--sub", "u-17", "--config", config, "--issuer", "https://evil.example"});
  EXPECT_EQ(Run({"check", "--config", config}, other.out).code, ExitCode::kDenied);
}

TEST_F(TokenTest, ABridgesSecretInAJwkSetSigns) {
  const std::string secret = auth::EncodeBase64Url(keys::kSecret);
  Write("keys.json", "{\"keys\":[" + keys::JwkOf(keys::P256Pem(), R"("kid":"p",)") +
                         R"(,{"kty":"oct","kid":"a","k":")" + secret +
                         R"("},{"kty":"oct","kid":"b","alg":"HS512","k":")" + secret + R"("}]})");
  const std::string config = Write("spanwire.toml", "[auth]\njwks_file = \"keys.json\"\n");
  for (const auto& [more, told] : std::vector<std::pair<std::vector<std::string>, const char*>>{
           {{}, "HS256"}, {{"--kid", "b"}, "HS512"}, {{"--algorithm", "HS384"}, "HS384"}}) {
    std::vector<std::string> flags = {"create", "--sub", "u-17", "--config", config};
    flags.insert(flags.end(), more.begin(), more.end());
    const Outcome created = Run(flags);
    ASSERT_EQ(created.code, ExitCode::kOk) << created.err;
    const Outcome checked = Run({"check", "--config", config, "-o", "json"}, created.out);
    EXPECT_EQ(checked.code, ExitCode::kOk) << checked.out;
    EXPECT_THAT(checked.out, HasSubstr(told));
  }
  EXPECT_THAT(Run({"create", "--sub", "u", "--config", config, "--kid", "p"}).err, HasSubstr("only public keys"));
}

TEST_F(TokenTest, APublicKeyIsNoSecretToSignWith) {
  const std::string pem = Write("public.pem", keys::PublicPemOf(keys::RsaPem()));
  const Outcome refused = Run({"create", "--sub", "u", "--secret-file", pem});
  EXPECT_EQ(refused.code, ExitCode::kUsage);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("public.pem"), HasSubstr("in PEM")));
}

TEST_F(TokenTest, SettingsThatCannotSignSaySo) {
  const std::string open = Write("open.toml", "http_listen = \"127.0.0.1:0\"\n");
  EXPECT_THAT(Run({"create", "--sub", "u", "--config", open}).err, HasSubstr("no section [auth]"));
  Write("public.pem", keys::PublicPemOf(keys::Ed25519Pem()));
  const std::string known = Write("keys.toml", "[auth]\npublic_key_files = [\"public.pem\"]\n");
  const Outcome created = Run({"create", "--sub", "u", "--config", known});
  EXPECT_EQ(created.code, ExitCode::kUsage);
  EXPECT_THAT(created.err, HasSubstr("--key-file"));
  const std::string key = Write("key.pem", keys::Ed25519Pem());
  const Outcome signed_token = Run({"create", "--sub", "u", "--config", known, "--key-file", key});
  EXPECT_EQ(Run({"check", "--config", known}, signed_token.out).code, ExitCode::kOk);
  EXPECT_EQ(Run({"check", "--config", "/nowhere.toml"}, "x").code, ExitCode::kUsage);
  EXPECT_THAT(Run({"check", "--config", Write("bad.toml", "[auth]\nx = 1\n")}, "x").err, HasSubstr("bad.toml:2"));
}

}  // namespace
}  // namespace spanwire::cli
