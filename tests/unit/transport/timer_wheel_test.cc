#include "bridge/transport/timer_wheel.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace spanwire::transport {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class TestTimer final : public Timer {
 public:
  explicit TestTimer(std::function<void()> action = {}) : action_(std::move(action)) {}
  int fired() const { return fired_; }
  void set_action(std::function<void()> action) { action_ = std::move(action); }

 private:
  void OnTimer() override {
    ++fired_;
    // A copy: the action may destroy its timer.
    if (const auto action = action_) action();
  }

  int fired_ = 0;
  std::function<void()> action_;
};

class TimerWheelTest : public ::testing::Test {
 protected:
  static constexpr auto kTick = 100ms;
  static constexpr size_t kSlots = 8;

  size_t AdvanceTo(TimerWheel::Duration since_start) { return wheel_.Advance(start_ + since_start); }

  const TimerWheel::TimePoint start_{std::chrono::hours(1000)};
  TimerWheel wheel_{start_, kTick, kSlots};
};

struct Smallest final : Timer {
  void OnTimer() override {}
};
static_assert(sizeof(Smallest) <= 32);

TEST_F(TimerWheelTest, FiresOnceAtTheFirstTickAfterItsDeadlineAndNeverBefore) {
  TestTimer timer;
  wheel_.Arm(timer, start_ + 201ms);
  EXPECT_EQ(AdvanceTo(200ms), 0u);
  EXPECT_EQ(AdvanceTo(299ms), 0u);
  EXPECT_EQ(AdvanceTo(300ms), 1u);
  EXPECT_FALSE(timer.armed());
  EXPECT_EQ(AdvanceTo(10s), 0u);
  EXPECT_EQ(timer.fired(), 1);
}

TEST_F(TimerWheelTest, ADeadlineOnATickFiresAtThatTick) {
  TestTimer timer;
  wheel_.Arm(timer, start_ + 200ms);
  EXPECT_EQ(AdvanceTo(199ms), 0u);
  EXPECT_EQ(AdvanceTo(200ms), 1u);
}

TEST_F(TimerWheelTest, APassedDeadlineFiresAtTheNextTick) {
  AdvanceTo(1s);
  TestTimer timer;
  TestTimer before_the_start;
  wheel_.Arm(timer, start_ + 500ms);
  wheel_.Arm(before_the_start, start_ - 1h);
  EXPECT_EQ(AdvanceTo(1099ms), 0u);
  EXPECT_EQ(AdvanceTo(1100ms), 2u);
}

TEST_F(TimerWheelTest, ADeadlineManyTurnsAwayWaitsForItsTurn) {
  TestTimer timer;
  wheel_.Arm(timer, start_ + 10 * kSlots * kTick);
  for (size_t tick = 1; tick < 10 * kSlots; ++tick) ASSERT_EQ(AdvanceTo(tick * kTick), 0u) << tick;
  EXPECT_EQ(AdvanceTo(10 * kSlots * kTick), 1u);
}

TEST_F(TimerWheelTest, ALongSleepFiresEverythingThatIsDueOnce) {
  TestTimer soon, late, later;
  wheel_.Arm(soon, start_ + 100ms);
  wheel_.Arm(late, start_ + 1h);
  wheel_.Arm(later, start_ + 3h);
  EXPECT_EQ(AdvanceTo(2h), 2u);
  EXPECT_EQ(soon.fired(), 1);
  EXPECT_EQ(late.fired(), 1);
  EXPECT_TRUE(later.armed());
  EXPECT_EQ(AdvanceTo(3h), 1u);
}

TEST_F(TimerWheelTest, ArmingAnewReplacesTheDeadline) {
  TestTimer timer;
  wheel_.Arm(timer, start_ + 100ms);
  wheel_.Arm(timer, start_ + 300ms);
  EXPECT_EQ(AdvanceTo(200ms), 0u);
  wheel_.Arm(timer, start_ + 250ms);
  EXPECT_EQ(AdvanceTo(300ms), 1u);
  EXPECT_EQ(AdvanceTo(1s), 0u);
}

TEST_F(TimerWheelTest, ADisarmedOrDestroyedTimerDoesNotFire) {
  TestTimer disarmed;
  std::optional<TestTimer> destroyed(std::in_place);
  wheel_.Arm(disarmed, start_ + 100ms);
  wheel_.Arm(*destroyed, start_ + 100ms);
  disarmed.Disarm();
  disarmed.Disarm();
  destroyed.reset();
  EXPECT_EQ(AdvanceTo(1s), 0u);
}

TEST_F(TimerWheelTest, TimeDoesNotGoBack) {
  TestTimer timer;
  AdvanceTo(1s);
  wheel_.Arm(timer, start_ + 1100ms);
  EXPECT_EQ(AdvanceTo(500ms), 0u);
  EXPECT_EQ(wheel_.Advance(start_ - 1h), 0u);
  EXPECT_EQ(AdvanceTo(1100ms), 1u);
}

TEST_F(TimerWheelTest, TimersOfOneTickFireInTheOrderOfArming) {
  std::vector<std::string> order;
  TestTimer first([&] { order.push_back("first"); });
  TestTimer second([&] { order.push_back("second"); });
  TestTimer earlier([&] { order.push_back("earlier"); });
  wheel_.Arm(first, start_ + 290ms);
  wheel_.Arm(second, start_ + 210ms);
  wheel_.Arm(earlier, start_ + 200ms);
  AdvanceTo(300ms);
  EXPECT_THAT(order, ElementsAre("earlier", "first", "second"));
}

TEST_F(TimerWheelTest, ATimerMayArmItselfAnewAndFiresOnceAnAdvance) {
  TestTimer timer;
  timer.set_action([&] { wheel_.Arm(timer, start_); });
  wheel_.Arm(timer, start_ + 100ms);
  EXPECT_EQ(AdvanceTo(5s), 1u);
  EXPECT_TRUE(timer.armed());
  EXPECT_EQ(AdvanceTo(5100ms), 1u);
}

TEST_F(TimerWheelTest, ATimerMayArmOthersInEverySlot) {
  TestTimer timer;
  std::vector<std::unique_ptr<TestTimer>> others;
  timer.set_action([&] {
    for (size_t i = 0; i < 2 * kSlots; ++i) {
      others.push_back(std::make_unique<TestTimer>());
      wheel_.Arm(*others.back(), start_ + i * kTick);
    }
  });
  wheel_.Arm(timer, start_ + 100ms);
  EXPECT_EQ(AdvanceTo(400ms), 1u);
  EXPECT_EQ(AdvanceTo(500ms), 6u) << "those for 0 to 500 ms";
  EXPECT_EQ(AdvanceTo(5s), 10u);
}

TEST_F(TimerWheelTest, ATimerMayDisarmOrDestroyOthersOfTheSameTick) {
  TestTimer disarmed;
  auto destroyed = std::make_unique<TestTimer>();
  auto destroyed_too = std::make_unique<TestTimer>();
  TestTimer moved;
  TestTimer first([&] {
    disarmed.Disarm();
    destroyed.reset();
    destroyed_too.reset();
    wheel_.Arm(moved, start_ + 1s);
  });
  wheel_.Arm(*destroyed_too, start_ + 350ms);  // of another tick of the same Advance
  wheel_.Arm(first, start_ + 300ms);
  wheel_.Arm(disarmed, start_ + 300ms);
  wheel_.Arm(*destroyed, start_ + 300ms);
  wheel_.Arm(moved, start_ + 300ms);
  EXPECT_EQ(AdvanceTo(500ms), 1u);
  EXPECT_EQ(AdvanceTo(1s), 1u);
  EXPECT_EQ(moved.fired(), 1);
}

TEST_F(TimerWheelTest, ATimerMayDestroyItself) {
  auto timer = std::make_unique<TestTimer>();
  timer->set_action([&] { timer.reset(); });
  wheel_.Arm(*timer, start_ + 100ms);
  EXPECT_EQ(AdvanceTo(100ms), 1u);
  EXPECT_EQ(timer, nullptr);
}

TEST_F(TimerWheelTest, AWheelLeavesItsTimersDisarmed) {
  TestTimer timer;
  {
    TimerWheel wheel(start_, kTick);
    wheel.Arm(timer, start_ + 1s);
  }
  EXPECT_FALSE(timer.armed());
}

// Random arming, disarming and steps, against a plain list of deadlines.
TEST_F(TimerWheelTest, AgreesWithAListOfDeadlines) {
  std::mt19937 random(20'260'115);
  const auto up_to = [&](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
  std::vector<std::unique_ptr<TestTimer>> timers;
  for (int i = 0; i < 50; ++i) timers.push_back(std::make_unique<TestTimer>());
  std::vector<std::optional<TimerWheel::Duration>> due(timers.size());
  TimerWheel::Duration now{};
  for (int step = 0; step < 20'000; ++step) {
    const auto which = static_cast<size_t>(up_to(49));
    switch (up_to(3)) {
      case 0:
        timers[which]->Disarm();
        due[which].reset();
        break;
      case 1:
      case 2: {
        const auto deadline = now + std::chrono::milliseconds(up_to(3000));
        wheel_.Arm(*timers[which], start_ + deadline);
        // The first tick at or after the deadline, and after the last tick that passed.
        const auto ticks = std::max((deadline + kTick - 1ns) / kTick, now / kTick + 1);
        due[which] = ticks * kTick;
        break;
      }
      case 3:
        now += std::chrono::milliseconds(up_to(up_to(9) == 0 ? 2000 : 150));
        size_t expected = 0;
        for (auto& deadline : due) {
          if (!deadline.has_value() || *deadline > now) continue;
          deadline.reset();
          ++expected;
        }
        ASSERT_EQ(AdvanceTo(now), expected) << "step " << step;
        for (size_t i = 0; i < timers.size(); ++i) ASSERT_EQ(timers[i]->armed(), due[i].has_value()) << i;
        break;
    }
  }
}

}  // namespace
}  // namespace spanwire::transport
