#include "bridge/ingest/refusals.h"

#include <algorithm>
#include <string>

#include "bridge/ingest/trace_context.h"
#include "bridge/model/error.h"
#include "bridge/observe/logging.h"
#include "bridge/rpc/rpc_status.h"

namespace spanwire::ingest {
namespace {

// Lines at once, and the time for one more.
constexpr uint32_t kBurst = 10;
constexpr absl::Duration kRefill = absl::Seconds(10);

std::string ReasonOf(const absl::Status& status) {
  std::string reason = model::DetailOf(status).reason;
  return reason.empty() ? absl::StatusCodeToString(status.code()) : reason;
}

// As the publisher is told, and so no longer than that: what a publisher has sent may be part of it.
std::string SentenceOf(const absl::Status& status) {
  return rpc::ToRpcStatus(status).message();
}

std::string_view Shown(std::string_view trace_id) {
  return IsTraceId(trace_id) ? trace_id : "";
}

std::string Shown(uint64_t left_out) {
  return left_out == 0 ? "" : std::to_string(left_out);
}

}  // namespace

Refusals::Refusals(observe::Metrics& metrics, const model::Clock& clock)
    : metrics_(metrics), events_logged_(kBurst, kRefill, clock), requests_logged_(kBurst, kRefill, clock) {}

void Refusals::Call(const absl::Status& status) {
  metrics_.events_rejected.Add(ReasonOf(status));
}

void Refusals::Event(std::string_view trace_id, const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  metrics_.events_rejected.Add(reason);
  if (const auto left_out = events_logged_.Admit()) {
    observe::Log(spdlog::level::warn, "event refused",
                 {{"reason", reason},
                  {"error", SentenceOf(status)},
                  {"trace_id", Shown(trace_id)},
                  {"left_out", Shown(*left_out)}});
  }
}

void Refusals::Request(std::string_view trace_id, const absl::Status& status, size_t events) {
  const std::string reason = ReasonOf(status);
  metrics_.events_rejected.Add(reason, std::max<size_t>(events, 1));
  if (const auto left_out = requests_logged_.Admit()) {
    observe::Log(spdlog::level::warn, "publish request refused",
                 {{"reason", reason},
                  {"error", SentenceOf(status)},
                  {"events", std::to_string(events)},
                  {"trace_id", Shown(trace_id)},
                  {"left_out", Shown(*left_out)}});
  }
}

}  // namespace spanwire::ingest
