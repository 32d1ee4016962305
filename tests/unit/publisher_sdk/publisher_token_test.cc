// A bridge that asks who publishes.
#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include <gmock/gmock.h>

#include "absl/synchronization/mutex.h"
#include "spanwire/publisher.h"
#include "spanwire/v1/builtin_events.pb.h"
#include "tests/unit/publisher_sdk/fake_bridge.h"

namespace spanwire {
namespace {

using namespace std::chrono_literals;

class PublisherTokenTest : public ::testing::Test {
 protected:
  PublisherTokenTest() {
    std::string name = ::testing::TempDir() + "spanwire-token-XXXXXX";
    ::close(::mkstemp(name.data()));
    path_ = name;
    Write("old");
    bridge_.RequireToken("new");
  }
  ~PublisherTokenTest() override { ::unlink(path_.c_str()); }

  void Write(const std::string& token) const { std::ofstream(path_) << token << "\n"; }
  PublisherOptions Options() {
    return {.target = bridge_.target(),
            .security = {.token_file = path_},
            .initial_backoff = 1ms,
            .max_backoff = 5ms,
            .on_error = [this](const PublishResult& failure) {
              absl::MutexLock lock(&mutex_);
              failures_.push_back(failure);
            }};
  }
  PublishResult AwaitFailure() {
    absl::MutexLock lock(&mutex_);
    const auto any = [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !failures_.empty(); };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&any), absl::Seconds(10)));
    return failures_.empty() ? PublishResult() : failures_.front();
  }

  testing::FakeBridge bridge_;
  std::string path_;
  absl::Mutex mutex_;
  std::vector<PublishResult> failures_ ABSL_GUARDED_BY(mutex_);
};

TEST_F(PublisherTokenTest, ARefusedTokenCostsNoEventAndIsToldAndReadAgain) {
  Publisher publisher(Options());
  PublishFuture future = publisher.Publish(v1::SystemEvent());
  const PublishResult told = AwaitFailure();
  EXPECT_EQ(told.status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_TRUE(told.not_let_in);
  EXPECT_FALSE(future.WaitFor(0ms));
  Write("new");
  EXPECT_TRUE(future.Get().ok());
  EXPECT_EQ(bridge_.accepted().size(), 1u);
}

TEST_F(PublisherTokenTest, AFileThatComesLateIsWaitedFor) {
  ::unlink(path_.c_str());
  Publisher publisher(Options());
  PublishFuture future = publisher.Publish(v1::SystemEvent());
  EXPECT_THAT(std::string(AwaitFailure().status.message()), ::testing::HasSubstr(path_));
  EXPECT_EQ(bridge_.streams_opened(), 0);
  Write("new");
  EXPECT_TRUE(future.Get().ok());
}

TEST_F(PublisherTokenTest, WhileItWaitsItCanBeClosed) {
  ::unlink(path_.c_str());
  Publisher publisher(Options());
  PublishFuture future = publisher.Publish(v1::SystemEvent());
  AwaitFailure();
  EXPECT_FALSE(publisher.Close(0ms).ok());
  EXPECT_EQ(future.Get().status.code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace spanwire
