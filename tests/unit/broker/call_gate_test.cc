#include "bridge/broker/call_gate.h"

#include <thread>

#include <gtest/gtest.h>

#include "absl/synchronization/notification.h"

namespace spanwire::broker {
namespace {

TEST(CallGateTest, LetsNobodyInOnceClosed) {
  CallGate gate;
  EXPECT_TRUE(CallGate::Pass(gate));
  gate.Close();
  EXPECT_FALSE(CallGate::Pass(gate));
  gate.Close();
}

TEST(CallGateTest, ClosesOnlyWhenTheLastCallHasLeft) {
  CallGate gate;
  bool left = false;  // ordered by the gate alone
  absl::Notification inside;
  std::thread call([&] {
    const CallGate::Pass pass(gate);
    inside.Notify();
    // Until the gate refuses others it is not being closed yet.
    while (CallGate::Pass(gate)) std::this_thread::yield();
    left = true;
  });
  inside.WaitForNotification();
  gate.Close();
  EXPECT_TRUE(left);
  call.join();
}

}  // namespace
}  // namespace spanwire::broker
