#include "publisher_sdk/src/outbox.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "publisher_sdk/src/answer.h"

namespace spanwire::internal {
namespace {

// Tag and length of an event inside its message.
constexpr size_t kFramingBytes = 6;
// What else a message holds beside its producer: the tag and length of that, and its sequence.
constexpr size_t kNumberBytes = 16;

absl::Status TooLate(const std::string& hint) {
  return absl::DeadlineExceededError(
      absl::StrCat("the bridge did not confirm the event in time, so it may or may not be published",
                   hint.empty() ? "" : ": ", hint));
}

}  // namespace

Outbox::Outbox(Limits limits, std::string producer_id, Backoff retry_backoff)
    : limits_(limits), producer_id_(std::move(producer_id)), retry_backoff_(std::move(retry_backoff)) {}

void Outbox::Add(HeldEvent event) {
  bytes_ += event.bytes;
  next_expiry_ = std::min(next_expiry_, event.deadline);
  queue_.push_back(std::move(event));
}

Outbox::Message Outbox::NextMessage(TimePoint now) {
  auto next = std::find_if(in_flight_.begin(), in_flight_.end(), [](const InFlight& m) { return !m.sent; });
  if (next == in_flight_.end()) {
    if (WindowFull() || queued_events() == 0 || now < paused_until_) return nullptr;
    FormMessage();
    next = std::prev(in_flight_.end());
  }
  next->sent = true;
  next->sent_at = now;
  return next->message;
}

void Outbox::FormMessage() {
  auto request = std::make_shared<v1::PublishStreamRequest>();
  request->set_sequence(next_sequence_++);
  request->set_producer_id(producer_id_);
  InFlight& in_flight = in_flight_.emplace_back();
  size_t bytes = 0;
  HeldEvent held;
  const size_t max_events = std::min(limits_.batch_events, bound_.events);
  const size_t max_bytes = BytesForEvents();
  while (in_flight.slots.size() < max_events &&
         TakeOldest(max_bytes - std::min(bytes, max_bytes), in_flight.slots.empty(), held)) {
    bytes += held.bytes + kFramingBytes;
    *request->add_events() = std::move(held.event);
    in_flight.slots.push_back(Slot{std::move(held)});
  }
  in_flight_events_ += in_flight.slots.size();
  in_flight.message = std::move(request);
}

size_t Outbox::BytesForEvents() const {
  const size_t others = producer_id_.size() + kNumberBytes;
  return std::min(limits_.batch_bytes, bound_.bytes - std::min(bound_.bytes, others));
}

bool Outbox::TakeOldest(size_t bytes_left, bool required, HeldEvent& held) {
  const auto fits = [&](const HeldEvent& event) { return required || event.bytes + kFramingBytes <= bytes_left; };
  if (!refused_.empty()) {
    if (!fits(refused_.begin()->second)) return false;
    held = std::move(refused_.begin()->second);
    refused_.erase(refused_.begin());
    return true;
  }
  if (queue_.empty() || !fits(queue_.front())) return false;
  held = std::move(queue_.front());
  queue_.pop_front();
  return true;
}

absl::Status Outbox::OnAnswer(const v1::PublishStreamResponse& answer, TimePoint now,
                              std::vector<Completed>& completed) {
  const auto answered = std::find_if(in_flight_.begin(), in_flight_.end(), [&](const InFlight& in_flight) {
    return in_flight.message->sequence() == answer.sequence();
  });
  if (answered == in_flight_.end()) {
    if (answer.sequence() == 0 || answer.sequence() >= next_sequence_) {
      return absl::InternalError(absl::StrCat("the bridge answered message ", answer.sequence(), ", never sent"));
    }
    last_answer_at_ = now;  // every event of it was too late and has been told so
    return absl::OkStatus();
  }
  if (answered != in_flight_.begin() || !answered->sent) {
    return absl::InternalError(absl::StrCat("the bridge answered message ", answer.sequence(), " out of turn"));
  }
  if (static_cast<size_t>(answer.results_size()) != answered->slots.size()) {
    return absl::InternalError(
        absl::StrCat("the bridge gave ", answer.results_size(), " results for ", answered->slots.size(), " events"));
  }
  last_answer_at_ = now;

  std::optional<Duration> pause;
  for (size_t i = 0; i < answered->slots.size(); ++i) {
    Slot& slot = answered->slots[i];
    if (slot.finished) continue;
    const v1::Event& event = answered->message->events(static_cast<int>(i));
    Answer word = ReadAnswer(answer.results(static_cast<int>(i)));
    if (word.retry_after) {
      pause = std::max(pause.value_or(Duration::zero()), *word.retry_after);
      ++retried_;
      PutBack(slot, event, absl::StrCat("the bridge last said ", word.result.status.ToString()));
    } else {
      Finish(slot.held, event, std::move(word.result), completed);
    }
  }
  Retire(answered);
  if (pause) {
    paused_until_ = std::max(paused_until_, now + *pause + retry_backoff_.Next());
  } else {
    retry_backoff_.Reset();
  }
  return absl::OkStatus();
}

void Outbox::PutBack(Slot& slot, const v1::Event& event, std::string last_refusal) {
  HeldEvent held = std::move(slot.held);
  held.event = event;
  held.last_refusal = std::move(last_refusal);
  refused_.emplace(held.ordinal, std::move(held));
}

void Outbox::OnStreamLost() {
  bound_ = {};
  for (InFlight& in_flight : in_flight_) in_flight.sent = false;
}

void Outbox::OnMessageTooLarge(const MessageBound& bound, const PublishResult& failure,
                               std::vector<Completed>& completed) {
  const auto blamed = std::find_if(in_flight_.begin(), in_flight_.end(),
                                   [&](const InFlight& m) { return m.sent && Exceeds(m, bound); });
  if (blamed == in_flight_.end()) {
    FailOldestSent(failure, completed);
  } else if (blamed->slots.size() == 1) {
    FinishSlots(*blamed, failure, completed);
    Retire(blamed);
  }
  bound_.events = std::max<size_t>(std::min(bound_.events, bound.events), 1);
  bound_.bytes = std::min(bound_.bytes, bound.bytes);
  TakeBackAll();
}

bool Outbox::Exceeds(const InFlight& in_flight, const MessageBound& bound) const {
  return in_flight.slots.size() > bound.events || in_flight.message->ByteSizeLong() > bound.bytes;
}

void Outbox::TakeBackAll() {
  while (!in_flight_.empty()) {
    InFlight& oldest = in_flight_.front();
    for (size_t i = 0; i < oldest.slots.size(); ++i) {
      Slot& slot = oldest.slots[i];
      if (!slot.finished) PutBack(slot, oldest.message->events(static_cast<int>(i)), {});
    }
    Retire(in_flight_.begin());
  }
}

void Outbox::FailOldestSent(const PublishResult& failure, std::vector<Completed>& completed) {
  if (in_flight_.empty() || !in_flight_.front().sent) return;
  FinishSlots(in_flight_.front(), failure, completed);
  Retire(in_flight_.begin());
}

void Outbox::Expire(TimePoint now, const std::string& hint, std::vector<Completed>& completed) {
  if (now < next_expiry_) return;
  next_expiry_ = TimePoint::max();
  ExpireInFlight(now, hint, completed);
  const auto expired = [&](HeldEvent& held) {
    if (now < held.deadline) {
      next_expiry_ = std::min(next_expiry_, held.deadline);
      return false;
    }
    Finish(held, held.event, Failure(TooLate(held.last_refusal.empty() ? hint : held.last_refusal)), completed);
    return true;
  };
  for (auto entry = refused_.begin(); entry != refused_.end();) {
    entry = expired(entry->second) ? refused_.erase(entry) : std::next(entry);
  }
  std::deque<HeldEvent> kept;
  for (HeldEvent& held : queue_) {
    if (!expired(held)) kept.push_back(std::move(held));
  }
  queue_ = std::move(kept);
}

void Outbox::ExpireInFlight(TimePoint now, const std::string& hint, std::vector<Completed>& completed) {
  for (auto in_flight = in_flight_.begin(); in_flight != in_flight_.end();) {
    bool any_left = false;
    for (size_t i = 0; i < in_flight->slots.size(); ++i) {
      Slot& slot = in_flight->slots[i];
      if (slot.finished) continue;
      if (now < slot.held.deadline) {
        any_left = true;
        next_expiry_ = std::min(next_expiry_, slot.held.deadline);
        continue;
      }
      slot.finished = true;
      Finish(slot.held, in_flight->message->events(static_cast<int>(i)), Failure(TooLate(hint)), completed);
    }
    // A message with events still wanted stays as it is, the late ones in it: a resend must equal what was sent.
    if (any_left) {
      ++in_flight;
    } else {
      const auto index = in_flight - in_flight_.begin();
      Retire(in_flight);
      in_flight = in_flight_.begin() + index;
    }
  }
}

void Outbox::FailAll(const absl::Status& status, std::vector<Completed>& completed) {
  while (!in_flight_.empty()) {
    FinishSlots(in_flight_.front(), Failure(status), completed);
    Retire(in_flight_.begin());
  }
  for (auto& [ordinal, held] : refused_) Finish(held, held.event, Failure(status), completed);
  refused_.clear();
  for (HeldEvent& held : queue_) Finish(held, held.event, Failure(status), completed);
  queue_.clear();
  next_expiry_ = TimePoint::max();
}

void Outbox::FinishSlots(InFlight& in_flight, const PublishResult& failure, std::vector<Completed>& completed) {
  for (size_t i = 0; i < in_flight.slots.size(); ++i) {
    Slot& slot = in_flight.slots[i];
    if (slot.finished) continue;
    slot.finished = true;
    Finish(slot.held, in_flight.message->events(static_cast<int>(i)), failure, completed);
  }
}

void Outbox::Finish(HeldEvent& held, const v1::Event& event, PublishResult result, std::vector<Completed>& completed) {
  if (!result.ok()) result.topic = event.topic();
  bytes_ -= held.bytes;
  completed.push_back(Completed{held.ordinal, std::move(held.done), std::move(result)});
}

void Outbox::Retire(std::deque<InFlight>::iterator in_flight) {
  in_flight_events_ -= in_flight->slots.size();
  in_flight_.erase(in_flight);
}

bool Outbox::HasUnsent() const {
  return queued_events() > 0 ||
         std::any_of(in_flight_.begin(), in_flight_.end(), [](const InFlight& m) { return !m.sent; });
}

TimePoint Outbox::AnswerDue() const {
  if (in_flight_.empty() || !in_flight_.front().sent) return TimePoint::max();
  return std::max(in_flight_.front().sent_at, last_answer_at_) + limits_.answer_timeout;
}

uint64_t Outbox::OldestOrdinal() const {
  uint64_t oldest = std::numeric_limits<uint64_t>::max();
  if (!queue_.empty()) oldest = queue_.front().ordinal;
  if (!refused_.empty()) oldest = std::min(oldest, refused_.begin()->first);
  for (const InFlight& in_flight : in_flight_) {
    const auto first =
        std::find_if(in_flight.slots.begin(), in_flight.slots.end(), [](auto& s) { return !s.finished; });
    if (first != in_flight.slots.end()) oldest = std::min(oldest, first->held.ordinal);
  }
  return oldest;
}

}  // namespace spanwire::internal
