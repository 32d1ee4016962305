#pragma once

#include <cstdint>
#include <string>

#include <grpcpp/support/status.h>

#include "publisher_sdk/src/backoff.h"

namespace spanwire::internal {

// Decides over the life of the one stream: when to open it, when to give it up, when it may be written to. It does
// nothing itself: its owner tells it what happened and performs what Next says. Not thread safe.
class StreamControl {
 public:
  enum class Action {
    kNone,
    kOpen,
    kHalfClose,
    kCancel,
    kRelease,  // nothing more will come: let gRPC finish
    kDestroy,  // gRPC has finished; last_status() says how
  };

  explicit StreamControl(Backoff backoff) : backoff_(std::move(backoff)) {}

  // What is to be done next; to be asked until it says kNone. `wanted`: there is something to send.
  Action Next(TimePoint now, bool wanted);
  // When to ask again though nothing has happened; TimePoint::max(): then there is no need to.
  TimePoint NextWake(bool wanted) const;

  bool CanWrite() const { return state_ == State::kOpen && !writing_ && !giving_up_ && !finishing_; }
  void BeginWrite() { writing_ = true; }
  void OnWritten() { writing_ = false; }
  void OnAnswered() { answered_ = true; }
  void OnEnded() { state_ = State::kEnded; }
  // `wait`: how long the bridge asks to be left alone.
  void OnClosed(const grpc::Status& status, Duration wait = {});

  // Leaves the present stream, for a new one if something is to be sent.
  void GiveUp(std::string reason);
  // Opens no more streams, and ends the present one: in order, by `patience` at the latest.
  void Stop(TimePoint patience);

  bool absent() const { return state_ == State::kNone; }
  bool connected() const { return state_ == State::kOpen && answered_; }
  bool stopped() const { return stopping_ && absent(); }
  uint64_t opened() const { return opened_; }
  const grpc::Status& last_status() const { return last_status_; }
  const std::string& last_disconnect() const { return last_disconnect_; }

 private:
  enum class State { kNone, kOpen, kEnded, kReleased, kClosed };

  Action NextWhileOpen(TimePoint now);

  Backoff backoff_;
  State state_ = State::kNone;
  TimePoint next_attempt_ = TimePoint::min();
  TimePoint patience_ = TimePoint::max();
  bool stopping_ = false;
  uint64_t opened_ = 0;
  grpc::Status last_status_;
  Duration asked_wait_{};
  std::string last_disconnect_;

  // Of the present stream.
  bool writing_ = false;
  bool answered_ = false;
  bool finishing_ = false;  // half-closed
  bool giving_up_ = false;
  bool cancelled_ = false;
  std::string give_up_reason_;
};

}  // namespace spanwire::internal
