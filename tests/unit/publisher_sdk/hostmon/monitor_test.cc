#include "publisher_sdk/examples/hostmon/monitor.h"

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "tests/unit/publisher_sdk/fake_bridge.h"

namespace spanwire::hostmon {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A machine of files, watched at made-up times, and a bridge in this process.
class MonitorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "monitor.XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    proc_ = name;
    fs::create_directories(proc_ / "net");
    Cpu(0, 0);
    Write("meminfo", "MemTotal: 1000 kB\nMemAvailable: 500 kB\n");
    Write("loadavg", "0.1 0.2 0.3 1/5 1\n");
    Write("diskstats", "");
    Write("net/dev", "");
    options_ = {.top = 0, .mem_alert = 0, .host = "h", .proc = proc_};
  }
  void TearDown() override { fs::remove_all(proc_); }

  void Write(const fs::path& file, const std::string& text) {
    fs::create_directories((proc_ / file).parent_path());
    std::ofstream(proc_ / file) << text;
  }
  void Cpu(int busy, int idle) {
    Write("stat", "cpu " + std::to_string(busy) + " 0 0 " + std::to_string(idle) + " 0 0 0 0\n");
  }

  // What has been published since the last call: the type and a word of each event.
  std::vector<std::string> Published() {
    EXPECT_TRUE(publisher_.Flush(20s).ok());
    std::vector<std::string> shown;
    const auto events = bridge_.accepted();
    for (; seen_ < events.size(); ++seen_) shown.push_back(Shown(events[seen_]));
    return shown;
  }

  static std::string Shown(const v1::Event& event) {
    v1::StatsUpdate stats;
    v1::TaskUpdate task;
    v1::Log log;
    v1::Alert alert;
    if (event.message().UnpackTo(&stats)) return "stats cpu " + std::to_string(int(stats.metrics().at("cpu_pct")));
    if (event.message().UnpackTo(&task)) return task.action() + " " + task.task_id();
    if (event.message().UnpackTo(&log)) return log.level() + " " + log.message() + " of " + log.source();
    if (event.message().UnpackTo(&alert)) return alert.severity() + " " + alert.labels().at("metric");
    return "?";
  }

  fs::path proc_;
  MonitorOptions options_;
  testing::FakeBridge bridge_;
  Publisher publisher_{{.target = bridge_.target()}};
  size_t seen_ = 0;
  Monitor::TimePoint now_{1000h};
};

TEST_F(MonitorTest, FiguresComeAtTheirInterval) {
  Monitor monitor(publisher_, options_, now_);
  EXPECT_EQ(monitor.Due(), now_ + 500ms);
  monitor.Tick(now_ + 499ms);
  EXPECT_THAT(Published(), IsEmpty());
  Cpu(30, 70);
  monitor.Tick(now_ + 500ms);
  EXPECT_THAT(Published(), ElementsAre("stats cpu 30"));
  EXPECT_EQ(monitor.Due(), now_ + 1s);
  EXPECT_THAT(monitor.TakeNotices(), IsEmpty());
}

TEST_F(MonitorTest, AMachineThatSleptDoesNotCatchUp) {
  Monitor monitor(publisher_, options_, now_);
  monitor.Tick(now_ + 1h);
  EXPECT_EQ(Published().size(), 1u);
  EXPECT_EQ(monitor.Due(), now_ + 1h);
}

TEST_F(MonitorTest, AHighFigureAlertsAndResolves) {
  options_.cpu_alert = 90;
  options_.alert_after = 1000ms;
  Monitor monitor(publisher_, options_, now_);
  std::vector<std::string> alerts;
  for (int i = 1; i <= 10; ++i) {
    const bool high = i <= 5;
    Cpu(high ? 100 * i : 500, high ? 0 : 100 * (i - 5));
    monitor.Tick(now_ + i * 500ms);
    for (const std::string& each : Published()) {
      if (!each.starts_with("stats")) alerts.push_back(std::to_string(i) + " " + each);
    }
  }
  EXPECT_THAT(alerts, ElementsAre("3 critical cpu_pct", "8 resolved cpu_pct"));
}

TEST_F(MonitorTest, ProcessesComeAsTasks) {
  options_.top = 5;
  const std::string rest = " S 1 1 1 0 -1 0 0 0 0 0 7 0 0 0 20 0 1 0 5 0 10 0\n";
  Write("17/stat", "17 (sh)" + rest);
  Write("18/stat", "18 (vi)" + rest);
  Monitor monitor(publisher_, options_, now_);
  monitor.Tick(now_);
  EXPECT_THAT(Published(), ElementsAre("created proc-17", "created proc-18"));
  fs::remove_all(proc_ / "17");
  monitor.Tick(now_ + 400ms);
  EXPECT_THAT(Published(), IsEmpty());
  monitor.Tick(now_ + 2s);
  EXPECT_THAT(Published(), ElementsAre("stats cpu 0", "deleted proc-17"));
}

TEST_F(MonitorTest, FollowedLinesComeAsLogs) {
  const fs::path log = proc_ / "app.log";
  std::ofstream(log) << "old\n";
  options_.follow = {log};
  Monitor monitor(publisher_, options_, now_);
  std::ofstream(log, std::ios::app) << "ERROR: no \xff disk\n";
  monitor.Tick(now_ + 200ms);
  EXPECT_THAT(Published(), ElementsAre("error ERROR: no \xEF\xBF\xBD disk of app.log"));
}

TEST_F(MonitorTest, AnUnreadableFileIsToldOnceAndItsReturnToo) {
  fs::remove(proc_ / "diskstats");
  const fs::path log = proc_ / "app.log";
  options_.follow = {log};
  Monitor monitor(publisher_, options_, now_);
  monitor.Tick(now_);
  EXPECT_THAT(monitor.TakeNotices(), ElementsAre(HasSubstr("diskstats cannot be read"), HasSubstr("No such file")));
  monitor.Tick(now_ + 200ms);
  EXPECT_THAT(monitor.TakeNotices(), IsEmpty());
  std::ofstream(log) << "here\n";
  monitor.Tick(now_ + 400ms);
  EXPECT_THAT(monitor.TakeNotices(), ElementsAre(HasSubstr("can be read again")));
}

}  // namespace
}  // namespace spanwire::hostmon
