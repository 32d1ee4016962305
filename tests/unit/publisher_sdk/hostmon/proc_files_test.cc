#include "publisher_sdk/examples/hostmon/proc_files.h"

#include <gmock/gmock.h>

namespace spanwire::hostmon {
namespace {

TEST(ParseStatTest, BusyIsAllButIdleAndWaiting) {
  const auto stat = ParseStat(
      "cpu  100 10 50 800 40 5 5 10 20 0\n"
      "cpu0 50 5 25 400 20 2 3 5 10 0\n"
      "cpu3 50 5 25 400 20 3 2 5 10 0\n"
      "intr 12345 0 0\nctxt 99\n");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->all.total, 1020u) << "guest time is in user already";
  EXPECT_EQ(stat->all.busy, 180u);
  ASSERT_EQ(stat->cores.size(), 2u);
  EXPECT_EQ(stat->cores.at(3).busy, 90u) << "cores 1 and 2 are offline";
}

TEST(ParseStatTest, NonsenseIsNothing) {
  EXPECT_FALSE(ParseStat(""));
  EXPECT_FALSE(ParseStat("cpu\n"));
  EXPECT_FALSE(ParseStat("cpu0 1 2 3 4\n"));
}

TEST(ParseMeminfoTest, UsesWhatTheKernelCallsAvailable) {
  const auto memory =
      ParseMeminfo("MemTotal:       16000 kB\nMemFree:  100 kB\nMemAvailable:   4000 kB\nHugePages_Total: 0\n");
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->total_bytes, 16000u * 1024);
  EXPECT_EQ(memory->available_bytes, 4000u * 1024);
  EXPECT_FALSE(ParseMeminfo("MemFree: 1 kB\n"));
  EXPECT_FALSE(ParseMeminfo("MemTotal: 1 kB\nMemAvailable: 2 kB\n"));
}

TEST(ParseLoadavgTest, ReadsLoadsAndThreads) {
  const auto load = ParseLoadavg("0.52 1.58 12.59 3/257 9042\n");
  ASSERT_TRUE(load);
  EXPECT_EQ(load->load1, 0.52);
  EXPECT_EQ(load->load5, 1.58);
  EXPECT_EQ(load->load15, 12.59);
  EXPECT_EQ(load->threads, 257u);
  EXPECT_FALSE(ParseLoadavg("a b c d/e f"));
  EXPECT_FALSE(ParseLoadavg("0.5"));
}

TEST(ParseDiskstatsTest, CountsWholeDisksOnce) {
  const Traffic traffic = ParseDiskstats(
      "   7       0 loop0 9 0 1000 0 9 0 1000 0 0 0 0\n"
      "   1       0 ram0 9 0 1000 0 9 0 1000 0 0 0 0\n"
      "   8       0 sda 10 0 100 0 20 0 200 0 0 0 0 0 0 0 0\n"
      "   8       1 sda1 10 0 90 0 20 0 190 0 0 0 0 0 0 0 0\n"
      " 259       0 nvme0n1 1 0 8 0 1 0 16 0 0 0 0\n"
      " 259       1 nvme0n1p1 1 0 8 0 1 0 16 0 0 0 0\n"
      " 252       0 vda2 1 0 2 0 1 0 4 0 0 0 0\n"
      " 253       0 dm-0 1 0 500 0 1 0 500 0 0 0 0\n"
      "   9     127 md127 1 0 500 0 1 0 500 0 0 0 0\n"
      "  11       0 sr0 1 0 500 0 1 0 500 0 0 0 0\n"
      "garbage\n");
  // vda2 without vda is how some containers see their only disk.
  EXPECT_EQ(traffic.in_bytes, (100u + 8 + 2) * 512);
  EXPECT_EQ(traffic.out_bytes, (200u + 16 + 4) * 512);
}

TEST(ParseNetDevTest, CountsAllButTheLoopback) {
  const Traffic traffic = ParseNetDev(
      "Inter-|   Receive                                                |  Transmit\n"
      " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier "
      "compressed\n"
      "    lo: 5000 1 0 0 0 0 0 0 5000 1 0 0 0 0 0 0\n"
      "  eth0: 1000 1 0 0 0 0 0 0 2000 1 0 0 0 0 0 0\n"
      " wlan0:10 1 0 0 0 0 0 0 20 1 0 0 0 0 0 0\n");
  EXPECT_EQ(traffic.in_bytes, 1010u);
  EXPECT_EQ(traffic.out_bytes, 2020u);
}

TEST(ParseProcessStatTest, TheCommandMayHoldAnything) {
  const auto process = ParseProcessStat(
      "42 (a) b (c) S 1 42 42 0 -1 4194560 1 2 3 4 700 30 5 6 20 0 1 0 12345 1000000 512 18446744073709551615 1\n");
  ASSERT_TRUE(process);
  EXPECT_EQ(process->pid, 42);
  EXPECT_EQ(process->command, "a) b (c");
  EXPECT_EQ(process->cpu_ticks, 730u);
  EXPECT_EQ(process->start_ticks, 12345u);
  EXPECT_EQ(process->rss_pages, 512u);
}

TEST(ParseProcessStatTest, NonsenseIsNothing) {
  for (const char* text : {"", "42", "42 (a", "42 a) S", ") (", "(a) S 1 2 3", "42 (a) S 1 2 3"}) {
    EXPECT_FALSE(ParseProcessStat(text)) << text;
  }
}

}  // namespace
}  // namespace spanwire::hostmon
