#pragma once

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"
#include "bridge/model/clock.h"
#include "bridge/observe/log_limiter.h"
#include "bridge/observe/metrics.h"

namespace spanwire::ingest {

// Tells operators what publishers are refused: counts the events, by reason, and logs, as far as the log may grow by
// it. Thread safe. Borrows both.
class Refusals {
 public:
  Refusals(observe::Metrics& metrics, const model::Clock& clock);

  // A call was refused before its events were known; who let nobody in has logged it.
  void Call(const absl::Status& status);

  // An event was refused by itself.
  void Event(std::string_view trace_id, const absl::Status& status);

  // A request was refused whole, and so were the `events` in it; one at least, where none could be found.
  void Request(std::string_view trace_id, const absl::Status& status, size_t events);

 private:
  observe::Metrics& metrics_;
  observe::LogLimiter events_logged_;
  observe::LogLimiter requests_logged_;
};

}  // namespace spanwire::ingest
