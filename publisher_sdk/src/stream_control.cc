#include "publisher_sdk/src/stream_control.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace spanwire::internal {

StreamControl::Action StreamControl::Next(TimePoint now, bool wanted) {
  switch (state_) {
    case State::kNone:
      if (stopping_ || !wanted || now < next_attempt_) return Action::kNone;
      state_ = State::kOpen;
      writing_ = answered_ = finishing_ = giving_up_ = cancelled_ = false;
      ++opened_;
      return Action::kOpen;
    case State::kOpen:
      return NextWhileOpen(now);
    case State::kEnded:
      state_ = State::kReleased;
      return Action::kRelease;
    case State::kReleased:
      return Action::kNone;
    case State::kClosed:
      state_ = State::kNone;
      if (answered_) backoff_.Reset();
      next_attempt_ = now + asked_wait_ + backoff_.Next();
      return Action::kDestroy;
  }
  return Action::kNone;
}

StreamControl::Action StreamControl::NextWhileOpen(TimePoint now) {
  if (cancelled_) return Action::kNone;
  if (giving_up_ || (stopping_ && now >= patience_)) {
    cancelled_ = true;
    return Action::kCancel;
  }
  if (stopping_ && !writing_ && !finishing_) {
    finishing_ = true;
    return Action::kHalfClose;
  }
  return Action::kNone;
}

TimePoint StreamControl::NextWake(bool wanted) const {
  if (absent()) return wanted && !stopping_ ? next_attempt_ : TimePoint::max();
  return stopping_ && !cancelled_ ? patience_ : TimePoint::max();
}

void StreamControl::OnClosed(const grpc::Status& status, Duration wait) {
  asked_wait_ = wait;
  state_ = State::kClosed;
  last_status_ = status;
  if (giving_up_) {
    last_disconnect_ = std::exchange(give_up_reason_, {});
  } else if (status.ok()) {
    last_disconnect_ = "the bridge ended the stream";
  } else {
    const absl::Status told(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
    last_disconnect_ = absl::StrCat("the stream to the bridge ended with ", told.ToString());
  }
}

void StreamControl::GiveUp(std::string reason) {
  if (giving_up_ || absent()) return;
  giving_up_ = true;
  give_up_reason_ = std::move(reason);
}

void StreamControl::Stop(TimePoint patience) {
  stopping_ = true;
  patience_ = patience;
}

}  // namespace spanwire::internal
