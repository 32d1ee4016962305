#include "bridge/ingest/publish_stream.h"

#include <utility>

#include <fmt/format.h>

#include "bridge/ingest/event_fields.h"
#include "bridge/ingest/publish_request.h"
#include "bridge/model/error.h"
#include "bridge/rpc/grpc_status.h"

namespace spanwire::ingest {
namespace {

absl::Status BadSequence(uint64_t sequence, uint64_t last) {
  return model::MakeError(
      absl::StatusCode::kInvalidArgument,
      fmt::format("sequence {} follows {} on this stream: with a producer_id, sequences start at 1 and only ascend; to "
                  "send batches again, open a new stream",
                  sequence, last),
      {.reason = "BAD_SEQUENCE", .metadata = {{"field", "sequence"}, {"last", std::to_string(last)}}});
}

absl::Status OtherProducer() {
  return model::MakeError(absl::StatusCode::kInvalidArgument,
                          "producer_id differs from that of the stream's first batch: open a stream for each producer",
                          {.reason = "BAD_PRODUCER_ID", .metadata = {{"field", "producer_id"}}});
}

}  // namespace

void PublishStream::Start() {
  watched_ = context_.gate.streams().Enter(call_.caller.identity, [weak = weak_from_this()](const absl::Status& why) {
    if (const auto self = weak.lock()) self->EndWith(why);
  });
  absl::MutexLock lock(&mutex_);
  Advance();
}

void PublishStream::OnReadDone(bool ok) {
  auto batch = std::make_unique<Batch>(ok ? read_bytes_.Length() : 0);
  {
    absl::MutexLock lock(&mutex_);
    reading_ = false;
    if (!ok) End(absl::OkStatus());
    if (ended_) return Advance();
    handling_ = true;
  }
  const absl::Status status = Read(*batch);
  Batch* const taken = batch.get();
  if (status.ok()) {
    {
      absl::MutexLock lock(&mutex_);
      batch_bytes_ += batch->bytes;
      batches_.push_back(std::move(batch));
    }
    Publish(taken);
  } else {
    context_.refusals.Request(call_.trace_id, status,
                              CountEvents(read_bytes_, *v1::PublishStreamRequest::descriptor()));
  }
  absl::MutexLock lock(&mutex_);
  handling_ = false;
  if (!status.ok()) End(status);
  Advance();
}

absl::Status PublishStream::Read(Batch& batch) {
  absl::StatusOr<rpc::Caller> caller = context_.gate.Readmit(call_.caller);
  if (!caller.ok()) return caller.status();
  call_.caller = *std::move(caller);
  if (absl::Status status = CheckMessageSize(batch.bytes, context_.max_message_bytes); !status.ok()) return status;
  const size_t events = CountEvents(read_bytes_, *v1::PublishStreamRequest::descriptor());
  if (absl::Status status = CheckBatch(events, context_.max_batch_events); !status.ok()) return status;
  if (absl::Status status = TakeShare(context_.budget, batch.bytes, &batch.share); !status.ok()) return status;
  batch.request = google::protobuf::Arena::CreateMessage<v1::PublishStreamRequest>(&batch.arena);
  batch.response = google::protobuf::Arena::CreateMessage<v1::PublishStreamResponse>(&batch.arena);
  if (absl::Status status = ParseRequest(read_bytes_, batch.request, &batch.unreadable); !status.ok()) return status;
  if (absl::Status status = CheckOrder(*batch.request); !status.ok()) return status;
  read_bytes_.Clear();
  return absl::OkStatus();
}

absl::Status PublishStream::CheckOrder(const v1::PublishStreamRequest& request) {
  if (std::exchange(first_, false)) {
    if (absl::Status status = CheckProducerId(request.producer_id()); !status.ok()) return status;
    producer_id_ = request.producer_id();
  } else if (!request.producer_id().empty() && request.producer_id() != producer_id_) {
    return OtherProducer();
  }
  if (producer_id_.empty()) return absl::OkStatus();
  if (request.sequence() <= last_sequence_) return BadSequence(request.sequence(), last_sequence_);
  last_sequence_ = request.sequence();
  return absl::OkStatus();
}

void PublishStream::Publish(Batch* batch) {
  const auto& events = batch->request->events();
  context_.sequenced.Publish(
      call_, producer_id_, batch->request->sequence(),
      {.all = {events.data(), static_cast<size_t>(events.size())}, .unreadable = &batch->unreadable}, batch->response,
      [self = shared_from_this(), batch](const absl::Status& failure) { self->OnSettled(batch, failure); });
}

void PublishStream::OnSettled(Batch* batch, const absl::Status& failure) {
  batch->share = InFlightBudget::Share();
  if (!failure.ok()) {
    // The trace id stays as it is while others look at the rest of `call_`.
    context_.refusals.Request(call_.trace_id, failure, static_cast<size_t>(batch->request->events_size()));
  }
  if (failure.ok()) WriteMessage(*batch->response, &batch->answer);
  absl::MutexLock lock(&mutex_);
  batch->failed = !failure.ok();
  batch->settled = true;
  if (batch->failed) End(failure);  // before anything after it is read
  Advance();
}

void PublishStream::Advance() {
  while (!writing_ && !batches_.empty() && batches_.front()->settled) {
    if (broken_ || batches_.front()->failed) {
      PopBatch();
    } else {
      writing_ = true;
      StartWrite(&batches_.front()->answer);
    }
  }
  if (!ended_ && !reading_ && !handling_ && batches_.size() < kMaxBatches && batch_bytes_ < kMaxBytes) {
    reading_ = true;
    StartRead(&read_bytes_);
  }
  if (ended_ && !handling_ && !finished_ && batches_.empty()) {
    finished_ = true;
    Finish(rpc::ToGrpcStatus(end_status_));
  }
}

void PublishStream::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  writing_ = false;
  if (!ok) broken_ = true;
  PopBatch();
  Advance();
}

void PublishStream::PopBatch() {
  batch_bytes_ -= batches_.front()->bytes;
  batches_.pop_front();
}

void PublishStream::End(const absl::Status& status) {
  if (std::exchange(ended_, true)) return;
  end_status_ = status;
}

void PublishStream::BeginDrain() {
  EndWith(Draining());
}

void PublishStream::EndWith(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  End(status);
  Advance();
}

void PublishStream::OnCancel() {
  absl::MutexLock lock(&mutex_);
  broken_ = true;
  End(absl::CancelledError("the client cancelled the stream"));
  Advance();
}

void PublishStream::OnDone() {
  watched_ = {};
  context_.calls.Leave(this);
}

}  // namespace spanwire::ingest
