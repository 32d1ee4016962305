// The part of PublisherCore that runs on the SDK's own thread, and what gRPC's threads tell it.
#include <algorithm>
#include <exception>
#include <utility>

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include "publisher_sdk/src/answer.h"
#include "publisher_sdk/src/publisher_core.h"

namespace spanwire::internal {
namespace {

using Action = StreamControl::Action;

// These say that the message itself is wrong: sent again it would end the next stream too.
bool BlamesTheMessage(absl::StatusCode code) {
  return code == absl::StatusCode::kInvalidArgument || code == absl::StatusCode::kFailedPrecondition ||
         code == absl::StatusCode::kOutOfRange;
}

// The token or certificate: the next stream is opened with whatever the files hold then.
bool BlamesThePublisher(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::UNAUTHENTICATED ||
         status.error_code() == grpc::StatusCode::PERMISSION_DENIED;
}

// As the bridge would say it of a token or certificate, so that the events wait for better ones.
grpc::Status Unusable(const std::string& fault) {
  google::rpc::ErrorInfo info;
  info.set_reason("CREDENTIALS_UNUSABLE");
  google::rpc::Status details;
  details.add_details()->PackFrom(info);
  return {grpc::StatusCode::UNAUTHENTICATED, fault, details.SerializeAsString()};
}

Answer ReadEnd(const grpc::Status& status) {
  return ReadStreamEnd(status.error_code(), status.error_message(), status.error_details());
}

}  // namespace

void PublisherCore::Run() {
  for (bool last = false; !last;) {
    Step step = NextStep();
    Perform(step);
    Tell(std::move(step.completed));
    last = step.last;
  }
}

PublisherCore::Step PublisherCore::NextStep() {
  absl::MutexLock lock(&mutex_);
  while (true) {
    const TimePoint now = SteadyClock::now();
    Step step = TakeStep(now);
    if (!step.empty()) return step;
    wake_at_ = std::min(NextWake(), now + kForever);
    work_.WaitWithTimeout(&mutex_, absl::FromChrono(wake_at_ - now));
  }
}

PublisherCore::Step PublisherCore::TakeStep(TimePoint now) {
  std::vector<Completed> expired;
  outbox_.Expire(now, control_.last_disconnect(), expired);
  Complete(std::move(expired));
  if (outbox_.AnswerDue() <= now) control_.GiveUp("the bridge left a message unanswered for too long");

  Step step;
  step.action = control_.Next(now, outbox_.HasUnsent());
  if (step.action == Action::kDestroy) step.refused = LeaveStream();
  if (step.action == Action::kNone && control_.CanWrite()) {
    step.message = outbox_.NextMessage(now);
    if (step.message) control_.BeginWrite();
  }
  step.completed = results_.Take();
  step.last = stopped_ = stopping_ && control_.stopped() && step.action == Action::kNone;
  return step;
}

std::optional<PublishResult> PublisherCore::LeaveStream() {
  Answer end = ReadEnd(control_.last_status());
  std::vector<Completed> blamed;
  if (end.bound) {
    outbox_.OnMessageTooLarge(*end.bound, end.result, blamed);
  } else {
    if (BlamesTheMessage(end.result.status.code())) outbox_.FailOldestSent(end.result, blamed);
    outbox_.OnStreamLost();
  }
  Complete(std::move(blamed));
  if (!BlamesThePublisher(control_.last_status())) return std::nullopt;
  end.result.not_let_in = true;
  return std::move(end.result);
}

TimePoint PublisherCore::NextWake() const {
  TimePoint wake = std::min({outbox_.NextExpiry(), outbox_.AnswerDue(), control_.NextWake(outbox_.HasUnsent())});
  if (control_.CanWrite() && outbox_.queued_events() > 0 && !outbox_.WindowFull()) {
    wake = std::min(wake, outbox_.PausedUntil());
  }
  return wake;
}

void PublisherCore::Perform(Step& step) {
  switch (step.action) {
    case Action::kNone:
      break;
    case Action::kOpen:
      OpenStream();
      break;
    case Action::kHalfClose:
      stream_->HalfClose();
      break;
    case Action::kCancel:
      stream_->Cancel();
      break;
    case Action::kRelease:
      stream_->Release();
      break;
    case Action::kDestroy:
      stream_.reset();
      break;
  }
  if (step.message) stream_->Write(std::move(step.message));
  if (step.refused) reporter_->Report(*step.refused);
}

void PublisherCore::OpenStream() {
  absl::StatusOr<Credentials> credentials = LoadCredentials(options_.target, options_.security, options_.credentials);
  if (!credentials.ok()) {
    const std::string fault(credentials.status().message());
    {
      absl::MutexLock lock(&mutex_);
      control_.GiveUp("not connected to the bridge: " + fault);
    }
    OnClosed(Unusable(fault));
    return;
  }
  // NOLINTNEXTLINE(modernize-make-unique): that does not see the private base.
  stream_.reset(new PublishStream(options_.target, *credentials, *this));
  stream_->Open();
}

void PublisherCore::Tell(std::vector<Completed> completed) {
  if (completed.empty()) return;
  for (Completed& each : completed) Call(each);
  absl::MutexLock lock(&mutex_);
  results_.Told();
  told_.SignalAll();
}

void PublisherCore::Call(Completed& completed) {
  if (!completed.done) {
    if (!completed.result.ok()) reporter_->Report(completed.result);
    return;
  }
  try {
    completed.done(completed.result);
  } catch (const std::exception& error) {
    reporter_->ReportThrow(completed.result, error.what());
  } catch (...) {
    reporter_->ReportThrow(completed.result, "something that is no std::exception");
  }
}

void PublisherCore::Complete(std::vector<Completed> completed) {
  for (Completed& each : completed) {
    if (each.result.ok()) {
      ++acknowledged_;
    } else {
      CountFailure(each.result);
    }
    results_.Add(std::move(each));
  }
}

void PublisherCore::OnWritten() {
  absl::MutexLock lock(&mutex_);
  control_.OnWritten();
  work_.Signal();
}

void PublisherCore::OnAnswer(const v1::PublishStreamResponse& answer) {
  std::vector<Completed> completed;
  absl::MutexLock lock(&mutex_);
  if (const absl::Status read = outbox_.OnAnswer(answer, SteadyClock::now(), completed); read.ok()) {
    control_.OnAnswered();
  } else {
    control_.GiveUp(read.ToString());
  }
  Complete(std::move(completed));
  work_.Signal();
}

void PublisherCore::OnEnded() {
  absl::MutexLock lock(&mutex_);
  control_.OnEnded();
  work_.Signal();
}

void PublisherCore::OnClosed(const grpc::Status& status) {
  absl::MutexLock lock(&mutex_);
  control_.OnClosed(status, status.ok() ? Duration::zero() : ReadEnd(status).retry_after.value_or(Duration::zero()));
  work_.Signal();
}

}  // namespace spanwire::internal
