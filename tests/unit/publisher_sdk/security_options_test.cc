#include "spanwire/security_options.h"

#include <stdlib.h>

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanwire {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SecurityOptionsTest : public ::testing::Test {
 protected:
  SecurityOptionsTest() { Forget(); }
  ~SecurityOptionsTest() override { Forget(); }

  static void Forget() {
    for (const SecurityOption& option : SecurityOptions()) {
      if (option.variable != nullptr) ::unsetenv(option.variable);
    }
  }
  // Takes the options out of a command line; `left_` is what stays of it.
  absl::StatusOr<Security> Take(std::vector<std::string> words) {
    words.insert(words.begin(), "service");
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    int argc = static_cast<int>(argv.size());
    argv.push_back(nullptr);
    const absl::StatusOr<Security> taken = TakeSecurityOptions(argc, argv.data());
    left_.assign(argv.begin(), argv.begin() + argc);
    return taken;
  }

  std::vector<std::string> left_;
};

TEST_F(SecurityOptionsTest, AreTakenOutOfTheArguments) {
  const auto taken =
      Take({"--ca", "ca.pem", "127.0.0.1:1", "--token-file=t", "--tls", "--cert", "c", "--key=k", "last"});
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(taken->ca, "ca.pem");
  EXPECT_EQ(taken->cert, "c");
  EXPECT_EQ(taken->key, "k");
  EXPECT_EQ(taken->token_file, "t");
  EXPECT_TRUE(taken->tls);
  EXPECT_FALSE(taken->token_in_plain_text);
  EXPECT_THAT(left_, ElementsAre("service", "127.0.0.1:1", "last"));
}

TEST_F(SecurityOptionsTest, WithoutTheirValueTheyAreRefused) {
  EXPECT_THAT(std::string(Take({"--ca"}).status().message()), HasSubstr("--ca needs a FILE"));
  EXPECT_THAT(std::string(Take({"--tls=yes"}).status().message()), HasSubstr("--tls takes no value"));
}

TEST_F(SecurityOptionsTest, TheEnvironmentFillsWhatIsOpen) {
  ::setenv("SPANWIRE_CA", "env.pem", 1);
  ::setenv("SPANWIRE_TOKEN", "a.b.c", 1);
  ::setenv("SPANWIRE_TOKEN_FILE", "env-token", 1);
  const auto open = Take({});
  EXPECT_EQ(open->ca, "env.pem");
  EXPECT_EQ(open->names.ca, "SPANWIRE_CA");
  EXPECT_EQ(open->names.key, "--key");
  EXPECT_EQ(open->token, "a.b.c");
  EXPECT_EQ(open->token_file, "");
  const auto given = Take({"--ca", "ca.pem", "--token-file", "t"});
  EXPECT_EQ(given->ca, "ca.pem");
  EXPECT_EQ(given->names.ca, "--ca");
  EXPECT_EQ(given->token, "");
  EXPECT_EQ(given->token_file, "t");
}

}  // namespace
}  // namespace spanwire
