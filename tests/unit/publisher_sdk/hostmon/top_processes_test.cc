#include "publisher_sdk/examples/hostmon/top_processes.h"

#include <string>

#include <gmock/gmock.h>

namespace spanwire::hostmon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ProcessStat Process(int pid, uint64_t cpu_ticks, uint64_t rss_pages, uint64_t start_ticks = 1) {
  return {pid, "p" + std::to_string(pid), cpu_ticks, start_ticks, rss_pages};
}

std::vector<std::string> Shown(const std::vector<v1::TaskUpdate>& tasks) {
  std::vector<std::string> shown;
  for (const auto& task : tasks) shown.push_back(task.action() + " " + task.task_id() + " " + task.state());
  return shown;
}

class TopProcessesTest : public ::testing::Test {
 protected:
  TopProcesses top_{2, 200, 4096};  // two cores
};

TEST_F(TopProcessesTest, TheFirstLookRanksByMemory) {
  EXPECT_THAT(Shown(top_.Look({Process(1, 9, 10), Process(2, 9, 30), Process(3, 9, 20)}, 0)),
              ElementsAre("created proc-2 running", "created proc-3 running"));
}

TEST_F(TopProcessesTest, ThenByTheShareOfTheWholeMachine) {
  top_.Look({Process(1, 0, 10), Process(2, 0, 30), Process(3, 0, 20)}, 0);
  const auto tasks = top_.Look({Process(1, 100, 10), Process(2, 0, 30), Process(3, 50, 20)}, 1.0);
  EXPECT_THAT(Shown(tasks), ElementsAre("created proc-1 running", "updated proc-3 running", "deleted proc-2 running"));
  EXPECT_EQ(tasks[0].progress(), 0.5);
  EXPECT_EQ(tasks[0].message(), "p1");
  EXPECT_EQ(tasks[0].details().fields().at("pid").number_value(), 1);
  EXPECT_EQ(tasks[0].details().fields().at("cpu_pct").number_value(), 50);
  EXPECT_EQ(tasks[0].details().fields().at("rss_bytes").number_value(), 40960);
}

TEST_F(TopProcessesTest, AProcessThatEndedHasSucceeded) {
  top_.Look({Process(1, 0, 10)}, 0);
  EXPECT_THAT(Shown(top_.Look({}, 1)), ElementsAre("deleted proc-1 succeeded"));
}

TEST_F(TopProcessesTest, AnotherProcessUnderTheSamePidIsNew) {
  top_.Look({Process(1, 1000, 10, 1)}, 0);
  const auto tasks = top_.Look({Process(1, 5, 10, 2)}, 1);
  EXPECT_THAT(Shown(tasks), ElementsAre("created proc-1 running"));
  EXPECT_EQ(tasks[0].progress(), 0);
}

TEST_F(TopProcessesTest, NothingNewIsNotTold) {
  top_.Look({Process(1, 0, 10)}, 0);
  EXPECT_THAT(top_.Look({Process(1, 0, 10)}, 1), IsEmpty());
}

}  // namespace
}  // namespace spanwire::hostmon
