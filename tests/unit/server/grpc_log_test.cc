#include "bridge/server/grpc_log.h"

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include "absl/strings/str_split.h"
#include "bridge/observe/logging.h"

namespace spanwire::server {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

constexpr char kHandshakes[] = "./src/core/tsi/ssl_transport_security.cc";
constexpr char kPorts[] = "./src/core/ext/transport/chttp2/server/chttp2_server.cc";

// What the bridge's log gets of what gRPC says.
class GrpcLogTest : public testing::Test {
 protected:
  void SetUp() override {
    auto logger = observe::MakeLogger({.level = "debug"}, std::make_shared<spdlog::sinks::ostream_sink_mt>(written_));
    ASSERT_TRUE(logger.ok()) << logger.status();
    spdlog::set_default_logger(*logger);
  }
  void TearDown() override { ASSERT_TRUE(observe::SetUpLogging({}).ok()); }

  void Say(const char* file, gpr_log_severity severity, const char* message) {
    gpr_log_func_args line{.file = file, .line = 7, .severity = severity, .message = message};
    log_.Write(line);
  }
  std::vector<std::string> Lines() const { return absl::StrSplit(written_.str(), '\n', absl::SkipEmpty()); }

  model::FakeClock clock_;
  GrpcLog log_{clock_};

 private:
  std::ostringstream written_;
};

TEST_F(GrpcLogTest, AHandshakeThatFailsIsAWarningWithItsCause) {
  Say(kHandshakes, GPR_LOG_SEVERITY_ERROR, "Handshake failed: http request");
  ASSERT_THAT(Lines(), SizeIs(1));
  EXPECT_THAT(Lines()[0], HasSubstr(" warning a gRPC connection ended before TLS was agreed on error=\"Handshake "
                                    "failed: http request\""));
}

TEST_F(GrpcLogTest, AnyOtherErrorIsOneAndNamesItsPlace) {
  Say(kPorts, GPR_LOG_SEVERITY_ERROR, "No address added");
  ASSERT_THAT(Lines(), SizeIs(1));
  EXPECT_THAT(Lines()[0], AllOf(HasSubstr(" error gRPC reports an error error=\"No address added\""),
                                HasSubstr("source=chttp2_server.cc:7")));
}

TEST_F(GrpcLogTest, WhatStrangersProvokeIsLimitedAndHidesNothingElse) {
  for (int i = 0; i < 2000; ++i) Say(kHandshakes, GPR_LOG_SEVERITY_ERROR, "Handshake failed");
  EXPECT_THAT(Lines(), SizeIs(10));
  Say(kPorts, GPR_LOG_SEVERITY_ERROR, "Failed accept4: Too many open files");
  EXPECT_THAT(Lines(), SizeIs(11));
  clock_.Advance(absl::Seconds(10));
  Say(kHandshakes, GPR_LOG_SEVERITY_ERROR, "Handshake failed");
  ASSERT_THAT(Lines(), SizeIs(12));
  EXPECT_THAT(Lines()[11], HasSubstr("left_out=1990"));
}

TEST_F(GrpcLogTest, OtherErrorsAreLimitedButNotTheLastWords) {
  for (int i = 0; i < 2000; ++i) Say(kPorts, GPR_LOG_SEVERITY_ERROR, "Failed accept4: Too many open files");
  EXPECT_THAT(Lines(), SizeIs(10));
  Say(kPorts, GPR_LOG_SEVERITY_ERROR, "assertion failed: refs > 0");
  EXPECT_THAT(Lines(), SizeIs(11));
}

TEST_F(GrpcLogTest, WhatIsNoErrorIsForDebugging) {
  Say(kPorts, GPR_LOG_SEVERITY_INFO, "hello");
  ASSERT_THAT(Lines(), SizeIs(1));
  EXPECT_THAT(Lines()[0], HasSubstr(" debug gRPC says text=hello source=chttp2_server.cc:7"));
}

TEST_F(GrpcLogTest, AForeignWordIsCut) {
  Say(kHandshakes, GPR_LOG_SEVERITY_ERROR, std::string(100'000, 'x').c_str());
  ASSERT_THAT(Lines(), SizeIs(1));
  EXPECT_LT(Lines()[0].size(), 2000U);
}

TEST_F(GrpcLogTest, GrpcItselfWritesThereOnceItIsInstalled) {
  GrpcLog::Install();
  gpr_log_verbosity_init();  // as gRPC's start does
  gpr_log_message("here.cc", 1, GPR_LOG_SEVERITY_ERROR, "broken");
  gpr_set_log_function(nullptr);
  ASSERT_THAT(Lines(), SizeIs(1));
  EXPECT_THAT(Lines()[0], HasSubstr("error=broken source=here.cc:1"));
}

}  // namespace
}  // namespace spanwire::server
