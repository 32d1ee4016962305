#include "bridge/ingest/sequenced_publisher.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "bridge/model/error.h"

namespace spanwire::ingest {
namespace {

bool AnythingAccepted(const v1::PublishStreamResponse& response) {
  return std::any_of(response.results().begin(), response.results().end(),
                     [](const v1::PublishResult& result) { return result.has_response(); });
}

absl::Status Forgotten(std::string_view producer_id, uint64_t sequence) {
  return model::MakeError(
      absl::StatusCode::kOutOfRange,
      fmt::format("sequence {} is so far behind this producer's last that whether it was accepted is no longer known: "
                  "keep at most {} batches unanswered, or publish it under a new sequence if a repeat does no harm",
                  sequence, ProducerTable::kSequencesPerProducer),
      {.reason = "SEQUENCE_FORGOTTEN",
       .metadata = {{"producer_id", std::string(producer_id)}, {"sequence", std::to_string(sequence)}}});
}

// Producers of different tenants, or of different publishers of one, are different ones however they name themselves:
// neither can learn nor spoil what another has sent. No tenant or subject holds a zero byte.
std::string ProducerKey(const auth::Identity& identity, std::string_view producer_id) {
  constexpr std::string_view kZero("\0", 1);
  return fmt::format("{}{}{}{}{}", identity.tenant_id, kZero, identity.subject, kZero, producer_id);
}

}  // namespace

SequencedPublisher::SequencedPublisher(PublishPipeline& pipeline, observe::Metrics& metrics,
                                       const config::Limits& limits)
    : pipeline_(pipeline),
      metrics_(metrics),
      producers_(limits.producers, limits.producer_bytes, metrics.idempotency_evictions) {}

void SequencedPublisher::Publish(const CallInfo& call, std::string_view producer_id, uint64_t sequence, Events events,
                                 v1::PublishStreamResponse* response, Done done) {
  response->set_sequence(sequence);
  if (producer_id.empty()) {
    pipeline_.Publish(call, events, response->mutable_results(),
                      [done = std::move(done)]() mutable { done(absl::OkStatus()); });
    return;
  }
  std::string producer = ProducerKey(*call.caller.identity, producer_id);
  // A repeat may be told by another thread, or answered here: whichever it is calls `done`.
  auto shared_done = std::make_shared<Done>(std::move(done));
  const ProducerTable::Admission admission =
      producers_.Admit(producer, sequence, [this, response, shared_done](const std::string& results) {
        Repeat(results, response, std::move(*shared_done));
      });
  switch (admission.standing) {
    case ProducerTable::Standing::kAwaited:
      return;
    case ProducerTable::Standing::kForgotten:
      return (*shared_done)(Forgotten(producer_id, sequence));
    case ProducerTable::Standing::kKnown:
      return Repeat(admission.results, response, std::move(*shared_done));
    case ProducerTable::Standing::kNew:
      break;
  }
  pipeline_.Publish(call, events, response->mutable_results(),
                    [this, producer = std::move(producer), sequence, response, shared_done] {
                      producers_.Settle(producer, sequence, response->SerializeAsString(), AnythingAccepted(*response));
                      (*shared_done)(absl::OkStatus());
                    });
}

void SequencedPublisher::Repeat(const std::string& results, v1::PublishStreamResponse* response, Done done) {
  // Our own bytes, so they parse.
  response->ParseFromString(results);
  uint64_t duplicates = 0;
  for (v1::PublishResult& result : *response->mutable_results()) {
    if (!result.has_response()) continue;
    result.mutable_response()->set_duplicate(true);
    ++duplicates;
  }
  metrics_.events_duplicate.Add(duplicates);
  done(absl::OkStatus());
}

}  // namespace spanwire::ingest
