#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bridge/broker/broker.h"
#include "bridge/config/config.h"
#include "bridge/ingest/event_key.h"
#include "bridge/ingest/idempotency_table.h"
#include "bridge/ingest/publish_request.h"
#include "bridge/ingest/refusals.h"
#include "bridge/model/clock.h"
#include "bridge/model/topic_table.h"
#include "bridge/observe/metrics.h"
#include "bridge/rpc/caller.h"
#include "bridge/schema/event_translator.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "spanwire/v1/publisher.pb.h"

namespace spanwire::ingest {

class PublishOperation;

// What a call says of all its events.
struct CallInfo {
  std::string trace_id;  // valid (IsTraceId), for events that name none; or empty
  rpc::Caller caller;
};

using Results = google::protobuf::RepeatedPtrField<v1::PublishResult>;

// Takes events from publishers to the broker: checks, translates to the envelope's JSON, recognizes repeated ids, and
// says what became of each. Every event is judged by itself; a bad one leaves no trace but its error.
//
// Errors (docs/protocol.md and publisher.proto): what schema::EventTranslator says, BAD_TENANT, BAD_ID, BAD_TRACE_ID,
// BAD_TIMESTAMP, EVENT_TOO_LARGE, what made an event unreadable, TENANT_NOT_ALLOWED, TOPIC_NOT_ALLOWED, and whatever
// the broker answers. A repeat of an id that is still on its way gets the same answer as the first, an error too.
//
// Thread safe. Borrows all that it is made of; must outlive every Publish, so stop the broker first.
class PublishPipeline {
 public:
  PublishPipeline(const config::Config& config, const schema::EventTranslator& translator, model::TopicTable& topics,
                  broker::Broker& broker, observe::Metrics& metrics, const model::Clock& clock);

  // Publishes `events` in order and appends one result for each to `results`, which is empty. Translates before it
  // returns, so `events` may go then; `results` must stay, untouched, until `done`, which comes exactly once: from a
  // thread of the broker, or from within the call where nothing had to be stored. Two calls one after the other keep
  // their order.
  void Publish(const CallInfo& call, Events events, Results* results, absl::AnyInvocable<void()> done);

  // Where what publishers are refused is told, requests too.
  Refusals& refusals() { return refusals_; }

 private:
  friend class PublishOperation;

  // An event on its way to the broker.
  struct Composed {
    std::shared_ptr<model::Envelope> envelope;
    bool has_id = false;
    EventKey key;
  };

  // What composing one event leaves for the next of its batch, and sums up for the metrics.
  struct Scratch {
    std::string json;
    model::TopicPtr topic;  // neighbours often share theirs
    uint64_t bytes = 0;
    uint64_t unknown_fields = 0;
  };

  absl::StatusOr<Composed> Compose(const CallInfo& call, const v1::Event& event, absl::Time now,
                                   Scratch& scratch) const;
  absl::Status CheckSize(size_t json_bytes) const;
  void Refuse(std::string_view trace_id, const absl::Status& status, v1::PublishResult* result);

  const size_t max_event_bytes_;
  const schema::EventTranslator& translator_;
  model::TopicTable& topics_;
  broker::Broker& broker_;
  observe::Metrics& metrics_;
  const model::Clock& clock_;
  const EventKeyHash key_of_;
  IdempotencyTable published_ids_;
  Refusals refusals_;
};

}  // namespace spanwire::ingest
