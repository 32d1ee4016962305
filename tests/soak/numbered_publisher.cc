// numbered_publisher TARGET: publishes by the SDK what stdin says, a line `<n> <topic>` for each event, and says on
// stdout what became of it: `<n> <topic> <epoch> <offset>`, or `<n> failed: <status>`. After the end of stdin it waits
// for what is still under way, and exits with 0 where nothing is.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <string>

#include <fmt/format.h>

#include "spanwire/publisher.h"

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// One write a line: results come from the publisher's thread.
void Say(const std::string& line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
}

void Tell(uint64_t n, const spanwire::PublishResult& result) {
  Say(result.ok() ? fmt::format("{} {} {} {}\n", n, result.topic, result.epoch, result.offset)
                  : fmt::format("{} failed: {}\n", n, result.status.ToString()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: numbered_publisher HOST:PORT\n", stderr);
    return 2;
  }
  spanwire::Publisher publisher({.target = argv[1],
                                 .max_in_flight_messages = 4,
                                 .overflow_wait = seconds(60),
                                 .delivery_deadline = seconds(60),
                                 .initial_backoff = milliseconds(20),
                                 .max_backoff = milliseconds(200)});
  uint64_t n = 0;
  std::string topic;
  while (std::cin >> n >> topic) {
    publisher.Publish(spanwire::JsonText{fmt::format("{{\"n\":{}}}", n)}, {.topic = topic, .type = "numbered"},
                      [n](const spanwire::PublishResult& result) { Tell(n, result); });
  }
  return publisher.Close(seconds(60)).ok() ? 0 : 1;
}
