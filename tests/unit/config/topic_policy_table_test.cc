#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "bridge/config/config_file.h"

namespace spanwire::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kHead[] = "[[topic]]\nmatch = \"a*\"\n";

// The policy that `lines` make; they begin in the file's third line.
TopicPolicy PolicyOf(const std::string& lines) {
  Config config;
  const absl::Status status = ReadConfigText(kHead + lines, "bridge.toml", &config);
  EXPECT_TRUE(status.ok()) << status;
  return config.topics.empty() ? TopicPolicy() : config.topics.front();
}

std::string FaultOf(const std::string& lines) {
  Config config;
  const absl::Status status = ReadConfigText(kHead + lines, "bridge.toml", &config);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << lines;
  return std::string(status.message());
}

TEST(TopicPolicyTable, WithoutMoreATopicIsNeitherThrottledNorConflatedAndTheSlowAreClosed) {
  const TopicPolicy policy = PolicyOf("");
  EXPECT_EQ(policy.throttle.window, absl::ZeroDuration());
  EXPECT_EQ(policy.conflate, "");
  EXPECT_FALSE(policy.slow_latest);
}

TEST(TopicPolicyTable, ThrottleConflationAndSlownessAreRead) {
  const TopicPolicy policy =
      PolicyOf("throttle = { window = \"250ms\", max_batch = 7 }\nconflate = \"symbol\"\nslow = \"latest\"");
  EXPECT_EQ(policy.throttle, (ThrottlePolicy{.window = absl::Milliseconds(250), .max_batch = 7}));
  EXPECT_EQ(policy.conflate, "symbol");
  EXPECT_TRUE(policy.slow_latest);
}

TEST(TopicPolicyTable, AccessIsByClaimUnlessSaidOtherwise) {
  EXPECT_EQ(PolicyOf("").access, Access::kClaim);
  EXPECT_EQ(PolicyOf("access = \"claim\"").access, Access::kClaim);
  EXPECT_EQ(PolicyOf("access = \"authenticated\"").access, Access::kAuthenticated);
  EXPECT_EQ(PolicyOf("access = \"public\"").access, Access::kPublic);
  for (const char* access : {"\"\"", "\"Public\"", "\"none\"", "true", "[\"public\"]"}) {
    EXPECT_THAT(FaultOf(absl::StrCat("access = ", access)),
                AllOf(StartsWith("bridge.toml:3: topic.access: "), HasSubstr("\"authenticated\"")))
        << access;
  }
}

TEST(TopicPolicyTable, AThrottleThatSaysNothingIsTheProtocols) {
  EXPECT_EQ(PolicyOf("throttle = {}").throttle, (ThrottlePolicy{.window = absl::Milliseconds(100), .max_batch = 10}));
  EXPECT_EQ(PolicyOf("throttle = { max_batch = 3 }").throttle.window, absl::Milliseconds(100));
  EXPECT_FALSE(PolicyOf("slow = \"close\"").slow_latest);
}

TEST(TopicPolicyTable, TheEdgesOfAThrottleAreTakenAndWhatIsBeyondNamesItsLine) {
  EXPECT_EQ(PolicyOf("throttle = { window = \"1ms\", max_batch = 1 }").throttle.max_batch, 1u);
  EXPECT_EQ(PolicyOf("throttle = { window = \"1m\", max_batch = 1000 }").throttle.window, absl::Minutes(1));
  for (const char* window : {"0s", "999us", "60001ms", "-1ms", "x", "inf"}) {
    EXPECT_THAT(FaultOf(absl::StrCat("throttle = { window = \"", window, "\" }")),
                AllOf(StartsWith("bridge.toml:3: topic.throttle.window: "), HasSubstr("expected a duration")))
        << window;
  }
  for (const char* batch : {"0", "1001", "-1", "2.5", "\"many\""}) {
    EXPECT_THAT(FaultOf(absl::StrCat("throttle = { max_batch = ", batch, " }")),
                StartsWith("bridge.toml:3: topic.throttle.max_batch: expected a whole number from 1 to 1000"))
        << batch;
  }
  EXPECT_THAT(FaultOf("throttle = { batch = 1 }"), StartsWith("bridge.toml:3: topic.throttle.batch: unknown key"));
  EXPECT_THAT(FaultOf("throttle = \"100ms\""), StartsWith("bridge.toml:3: topic.throttle: expected {"));
}

TEST(TopicPolicyTable, AKeyToConflateByIsAPlainName) {
  const std::string longest(128, 'k');
  EXPECT_EQ(PolicyOf("slow = \"latest\"\nconflate = \"" + longest + "\"").conflate, longest);
  for (const std::string& name : {std::string(), longest + "k", std::string("a\\\"b"), std::string("a\\\\b"),
                                  std::string("a\\nb"), std::string("a\\u007f")}) {
    EXPECT_THAT(FaultOf("slow = \"latest\"\nconflate = \"" + name + "\""),
                StartsWith("bridge.toml:4: topic.conflate: expected the name of a member of data"))
        << name;
  }
  EXPECT_THAT(FaultOf("conflate = 1"), StartsWith("bridge.toml:3: topic.conflate: expected the name"));
}

TEST(TopicPolicyTable, ConflationThatWouldDoNothingIsAFault) {
  EXPECT_EQ(PolicyOf("conflate = \"id\"\nthrottle = {}").conflate, "id");
  EXPECT_EQ(PolicyOf("conflate = \"id\"\nslow = \"latest\"").conflate, "id");
  EXPECT_THAT(FaultOf("slow = \"close\"\nconflate = \"id\""),
              AllOf(StartsWith("bridge.toml:4: topic.conflate: has no effect alone"), HasSubstr("add a throttle")));
}

TEST(TopicPolicyTable, OnlyTwoWaysWithTheSlowAreKnown) {
  EXPECT_THAT(FaultOf("slow = \"drop\""), StartsWith("bridge.toml:3: topic.slow: expected \"close\""));
  EXPECT_THAT(FaultOf("slow = true"), StartsWith("bridge.toml:3: topic.slow: expected \"close\""));
}

}  // namespace
}  // namespace spanwire::config
