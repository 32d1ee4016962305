#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "bridge/config/config.h"
#include "bridge/ingest/producer_table.h"
#include "bridge/ingest/publish_pipeline.h"
#include "spanwire/v1/publisher.pb.h"

namespace spanwire::ingest {

// Publishes the batches of publish streams and sees to it that one resent by a named producer is published once: a
// sequence of which something was accepted is answered with its results, marked duplicate; one still on its way (from
// a stream that broke, usually) is waited for and shares its results. A sequence of which nothing was accepted is not
// remembered, so sending it again tries again. A producer is known by its id, its caller's tenant and its caller.
//
// Thread safe. Borrows `pipeline` and `metrics`; must outlive every Publish.
class SequencedPublisher {
 public:
  // OK, or OUT_OF_RANGE (reason SEQUENCE_FORGOTTEN) for a sequence so far back that nobody knows any more; then there
  // are no results and nothing was published.
  using Done = absl::AnyInvocable<void(absl::Status)>;

  // Remembers as many producers as `limits` say.
  SequencedPublisher(PublishPipeline& pipeline, observe::Metrics& metrics, const config::Limits& limits = {});

  // Publishes `events` as batch `sequence` of `producer_id`; an empty producer_id has no memory. `response` gets the
  // sequence and the results and must stay, untouched, until `done`, which comes as from PublishPipeline::Publish.
  void Publish(const CallInfo& call, std::string_view producer_id, uint64_t sequence, Events events,
               v1::PublishStreamResponse* response, Done done);

 private:
  void Repeat(const std::string& results, v1::PublishStreamResponse* response, Done done);

  PublishPipeline& pipeline_;
  observe::Metrics& metrics_;
  ProducerTable producers_;
};

}  // namespace spanwire::ingest
