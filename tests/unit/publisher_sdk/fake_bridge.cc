#include "tests/unit/publisher_sdk/fake_bridge.h"

#include <chrono>
#include <cstdlib>
#include <utility>

#include <google/rpc/error_details.pb.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

namespace spanwire::testing {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);

std::filesystem::path NewFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "fake_bridge.XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) std::abort();
  return name;
}

template <typename Predicate>
bool Await(absl::Mutex& mutex, Predicate predicate) {
  absl::MutexLock lock(&mutex);
  return mutex.AwaitWithTimeout(absl::Condition(&predicate), kPatience);
}

}  // namespace

FakeBridge::FakeBridge() : folder_(NewFolder()) {
  Start();
}

FakeBridge::~FakeBridge() {
  Stop();
  std::filesystem::remove_all(folder_);
}

std::string FakeBridge::target() const {
  return "unix:" + (folder_ / "bridge").string();
}

void FakeBridge::Start() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = false;
  }
  grpc::ServerBuilder builder;
  builder.AddListeningPort(target(), grpc::InsecureServerCredentials());
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  if (!server_) std::abort();
}

void FakeBridge::Stop() {
  if (!server_) return;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
  server_.reset();
}

void FakeBridge::Forget() {
  absl::MutexLock lock(&mutex_);
  memory_.clear();
}

void FakeBridge::RefuseNextEvents(int count, google::rpc::Status error) {
  absl::MutexLock lock(&mutex_);
  refuse_ = count;
  refusal_ = std::move(error);
}

void FakeBridge::CutBeforeAccepting() {
  absl::MutexLock lock(&mutex_);
  cut_before_ = true;
}

void FakeBridge::CutAfterAccepting() {
  absl::MutexLock lock(&mutex_);
  cut_after_ = true;
}

void FakeBridge::EndStreamOverMessage(grpc::Status status) {
  absl::MutexLock lock(&mutex_);
  end_with_ = std::move(status);
}

void FakeBridge::AnswerWithTooFewResults() {
  absl::MutexLock lock(&mutex_);
  too_few_ = true;
}

void FakeBridge::LimitBatch(int events) {
  absl::MutexLock lock(&mutex_);
  batch_limit_ = events;
}

void FakeBridge::RequireToken(const std::string& token) {
  absl::MutexLock lock(&mutex_);
  required_ = token;
}

void FakeBridge::Hold() {
  absl::MutexLock lock(&mutex_);
  held_ = true;
}

void FakeBridge::Release() {
  absl::MutexLock lock(&mutex_);
  held_ = false;
}

std::vector<FakeBridge::Received> FakeBridge::received() const {
  absl::MutexLock lock(&mutex_);
  return received_;
}

std::vector<v1::Event> FakeBridge::accepted() const {
  absl::MutexLock lock(&mutex_);
  return accepted_;
}

int FakeBridge::streams_opened() const {
  absl::MutexLock lock(&mutex_);
  return streams_;
}

bool FakeBridge::AwaitAccepted(size_t count) const {
  return Await(mutex_, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return accepted_.size() >= count; });
}

bool FakeBridge::AwaitReceived(size_t messages) const {
  return Await(mutex_, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return received_.size() >= messages; });
}

bool FakeBridge::AwaitStreams(int count) const {
  return Await(mutex_, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return streams_ >= count; });
}

grpc::Status FakeBridge::PublishStream(grpc::ServerContext* context, Stream* stream) {
  {
    absl::MutexLock lock(&mutex_);
    ++streams_;
    const auto shown = context->client_metadata().find("authorization");
    const bool let_in =
        required_.empty() || (shown != context->client_metadata().end() && shown->second == "Bearer " + required_);
    if (!let_in) return {grpc::StatusCode::UNAUTHENTICATED, "the token has expired", ""};
  }
  v1::PublishStreamRequest request;
  while (stream->Read(&request)) {
    v1::PublishStreamResponse answer;
    if (const std::optional<grpc::Status> end = Take(request, answer)) return *end;
    stream->Write(answer);
  }
  return grpc::Status::OK;
}

std::optional<grpc::Status> FakeBridge::Take(const v1::PublishStreamRequest& request,
                                             v1::PublishStreamResponse& answer) {
  absl::MutexLock lock(&mutex_);
  received_.push_back({request.sequence(), request.producer_id(), {request.events().begin(), request.events().end()}});
  const auto go_on = [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !held_ || stopping_; };
  mutex_.Await(absl::Condition(&go_on));
  if (end_with_) return std::exchange(end_with_, std::nullopt);
  if (stopping_ || std::exchange(cut_before_, false)) return grpc::Status(grpc::StatusCode::UNAVAILABLE, "cut");

  if (request.events_size() > batch_limit_) {
    const google::rpc::Status refusal =
        Refusal(grpc::StatusCode::INVALID_ARGUMENT, "BATCH_TOO_LARGE", {}, {{"limit", std::to_string(batch_limit_)}});
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, refusal.message(), refusal.SerializeAsString());
  }
  auto [known, fresh] = memory_[request.producer_id()].try_emplace(request.sequence());
  if (fresh) {
    known->second.set_sequence(request.sequence());
    for (const v1::Event& event : request.events()) *known->second.add_results() = TakeEvent(event);
  }
  answer = known->second;
  for (v1::PublishResult& result : *answer.mutable_results()) {
    if (!fresh && result.has_response()) result.mutable_response()->set_duplicate(true);
  }
  if (std::exchange(cut_after_, false)) return grpc::Status(grpc::StatusCode::UNAVAILABLE, "cut");
  if (std::exchange(too_few_, false)) answer.mutable_results()->RemoveLast();
  return std::nullopt;
}

v1::PublishResult FakeBridge::TakeEvent(const v1::Event& event) {
  v1::PublishResult result;
  if (refuse_ > 0) {
    --refuse_;
    *result.mutable_error() = refusal_;
    return result;
  }
  accepted_.push_back(event);
  result.mutable_response()->set_topic(event.topic().empty() ? "derived" : event.topic());
  result.mutable_response()->set_epoch("fake");
  result.mutable_response()->set_offset(accepted_.size());
  return result;
}

google::rpc::Status Refusal(grpc::StatusCode code, const std::string& reason, std::optional<absl::Duration> retry_after,
                            const std::map<std::string, std::string>& metadata) {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message("refused: " + reason);
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("spanwire");
  info.mutable_metadata()->insert(metadata.begin(), metadata.end());
  status.add_details()->PackFrom(info);
  if (retry_after) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(*retry_after)));
    status.add_details()->PackFrom(retry);
  }
  return status;
}

}  // namespace spanwire::testing
