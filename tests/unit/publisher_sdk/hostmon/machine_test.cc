#include "publisher_sdk/examples/hostmon/machine.h"

#include <gmock/gmock.h>

namespace spanwire::hostmon {
namespace {

using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(FiguresTest, AreTheDifferenceOverTheTime) {
  MachineSample before, now;
  before.cpu = CpuStat{{100, 1000}, {{0, {50, 500}}, {1, {50, 500}}}};
  now.cpu = CpuStat{{150, 1200}, {{0, {100, 600}}, {1, {50, 600}}, {2, {1, 1}}}};
  now.memory = Memory{1000, 250};
  now.load = Load{0.5, 1.5, 2.5, 300};
  before.disk = Traffic{1000, 2000};
  now.disk = Traffic{2000, 2000};
  before.net = Traffic{0, 0};
  now.net = Traffic{500, 5};
  now.processes = 77;
  EXPECT_THAT(Figures(before, now, 2.0),
              UnorderedElementsAre(Pair("cpu_pct", 25), Pair("cpu0_pct", 50), Pair("cpu1_pct", 0),
                                   Pair("mem_total_bytes", 1000), Pair("mem_used_bytes", 750), Pair("mem_used_pct", 75),
                                   Pair("load1", 0.5), Pair("load5", 1.5), Pair("load15", 2.5), Pair("threads", 300),
                                   Pair("disk_read_bytes_per_s", 500), Pair("disk_write_bytes_per_s", 0),
                                   Pair("net_rx_bytes_per_s", 250), Pair("net_tx_bytes_per_s", 3), Pair("procs", 77)));
}

TEST(FiguresTest, CountersThatWentBackAndTimesThatStandStillGiveNoNonsense) {
  MachineSample before, now;
  before.cpu = now.cpu = CpuStat{{100, 1000}, {}};
  before.net = Traffic{1000, 1000};
  now.net = Traffic{10, 10};
  const auto figures = Figures(before, now, 0);
  EXPECT_EQ(figures.at("cpu_pct"), 0);
  EXPECT_EQ(figures.at("net_rx_bytes_per_s"), 0);
}

TEST(FiguresTest, WhatCannotBeReadIsLeftOut) {
  EXPECT_THAT(Figures({}, {}, 1), UnorderedElementsAre(Key("procs")));
}

TEST(MachineTest, ThisMachineCanBeRead) {
  const Machine machine("/proc");
  const MachineSample sample = machine.Sample();
  EXPECT_TRUE(sample.cpu && sample.memory && sample.load);
  EXPECT_GT(sample.processes, 0u);
  EXPECT_GT(machine.Processes().size(), 0u);
}

TEST(MachineTest, AFolderThatIsNotThereIsAllUnreadable) {
  const Machine machine("/nonexistent");
  EXPECT_EQ(machine.Unreadable().size(), 5u);
  EXPECT_THAT(machine.Processes(), IsEmpty());
}

}  // namespace
}  // namespace spanwire::hostmon
