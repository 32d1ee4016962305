#include "bridge/ingest/publish_pipeline.h"

#include <utility>

#include <fmt/format.h>

#include "bridge/ingest/envelope_json.h"
#include "bridge/ingest/event_fields.h"
#include "bridge/ingest/publish_operation.h"
#include "bridge/model/error.h"
#include "bridge/model/tenant_id.h"
#include "bridge/rpc/rpc_status.h"

namespace spanwire::ingest {
namespace {

absl::Status CheckFields(const v1::Event& event) {
  if (absl::Status status = model::ValidateTenantId(event.tenant_id()); !status.ok()) return status;
  if (absl::Status status = CheckEventId(event.id()); !status.ok()) return status;
  return CheckTraceId(event.trace_id());
}

std::string_view TraceIdFor(const CallInfo& call, const v1::Event& event) {
  return event.trace_id().empty() ? call.trace_id : event.trace_id();
}

}  // namespace

PublishPipeline::PublishPipeline(const config::Config& config, const schema::EventTranslator& translator,
                                 model::TopicTable& topics, broker::Broker& broker, observe::Metrics& metrics,
                                 const model::Clock& clock)
    : max_event_bytes_(config.limits.event_bytes),
      translator_(translator),
      topics_(topics),
      broker_(broker),
      metrics_(metrics),
      clock_(clock),
      published_ids_(config.idempotency_window, config.idempotency_memory, metrics.idempotency_evictions),
      refusals_(metrics, clock) {}

void PublishPipeline::Publish(const CallInfo& call, Events events, Results* results, absl::AnyInvocable<void()> done) {
  const absl::Time now = clock_.Now();
  auto* operation = new PublishOperation(*this, results, now, std::move(done));
  Scratch scratch;
  results->Reserve(static_cast<int>(events.all.size()));
  for (size_t i = 0; i < events.all.size(); ++i) {
    v1::PublishResult* result = results->Add();
    const v1::Event& event = *events.all[i];
    const absl::Status readable = events.StatusOf(i);
    absl::StatusOr<Composed> composed = readable.ok() ? Compose(call, event, now, scratch) : readable;
    if (!composed.ok()) {
      Refuse(TraceIdFor(call, event), composed.status(), result);
      continue;
    }
    const model::Topic& topic = *composed->envelope->topic();
    result->mutable_response()->set_topic(topic.name);
    result->mutable_response()->set_local_subscribers(topic.subscribers.load(std::memory_order_relaxed));
    operation->Add(i, *std::move(composed));
  }
  metrics_.translated_bytes.Add(scratch.bytes);
  metrics_.unknown_fields.Add(scratch.unknown_fields);
  operation->Run();
}

absl::StatusOr<PublishPipeline::Composed> PublishPipeline::Compose(const CallInfo& call, const v1::Event& event,
                                                                   absl::Time now, Scratch& scratch) const {
  if (absl::Status status = CheckFields(event); !status.ok()) return status;
  const std::string_view tenant = auth::TenantOfEvent(*call.caller.identity, event.tenant_id());
  if (absl::Status status = call.caller.CheckTenant(tenant); !status.ok()) return status;
  EnvelopeFields fields{now, tenant, event.id(), TraceIdFor(call, event)};
  if (event.has_timestamp()) {
    absl::StatusOr<absl::Time> timestamp = ReadTimestamp(event.timestamp());
    if (!timestamp.ok()) return timestamp.status();
    fields.timestamp = *timestamp;
  }
  absl::StatusOr<schema::OpenedEvent> opened = translator_.Open(event);
  if (!opened.ok()) return opened.status();
  const bool as_before =
      scratch.topic != nullptr && scratch.topic->name == opened->topic() && scratch.topic->tenant == tenant;
  if (!as_before) {
    if (absl::Status status = call.caller.CheckPublish(opened->topic(), tenant); !status.ok()) return status;
  }

  // Written aside first, so that the buffer that history will hold is exactly as large as it must be.
  scratch.json.clear();
  if (absl::Status status = AppendEnvelope(*opened, fields, &scratch.json); !status.ok()) return status;
  if (absl::Status status = CheckSize(scratch.json.size()); !status.ok()) return status;
  scratch.bytes += scratch.json.size();
  scratch.unknown_fields += opened->unknown_fields();

  if (!as_before) scratch.topic = topics_.Intern(tenant, opened->topic());
  std::string buffer = model::Envelope::NewBuffer(scratch.json.size());
  buffer.append(scratch.json);
  Composed composed{std::make_shared<model::Envelope>(scratch.topic, now, std::move(buffer)), !event.id().empty(), {}};
  if (composed.has_id) composed.key = key_of_(tenant, opened->topic(), event.id());
  return composed;
}

absl::Status PublishPipeline::CheckSize(size_t json_bytes) const {
  const size_t bytes = json_bytes + model::Envelope::kTailRoom;
  if (bytes <= max_event_bytes_) return absl::OkStatus();
  return model::MakeError(
      absl::StatusCode::kInvalidArgument,
      fmt::format(
          "the event's envelope has {} bytes of JSON: at most {} are allowed; publish less, or a reference to it",
          bytes, max_event_bytes_),
      {.reason = "EVENT_TOO_LARGE",
       .metadata = {{"bytes", std::to_string(bytes)}, {"limit", std::to_string(max_event_bytes_)}}});
}

void PublishPipeline::Refuse(std::string_view trace_id, const absl::Status& status, v1::PublishResult* result) {
  *result->mutable_error() = rpc::ToRpcStatus(status);
  refusals_.Event(trace_id, status);
}

}  // namespace spanwire::ingest
