#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "publisher_sdk/src/answer.h"
#include "publisher_sdk/src/backoff.h"
#include "spanwire/publish_result.h"
#include "spanwire/v1/publisher.pb.h"

namespace spanwire::internal {

// One event from Publish until its result is known. `ordinal` is its place in the order of the Publish calls.
struct HeldEvent {
  uint64_t ordinal = 0;
  v1::Event event;  // moved into the message when it is sent
  size_t bytes = 0;
  TimePoint deadline;
  PublishCallback done;      // empty: nobody asked
  std::string last_refusal;  // why it was put back, where it was
};

// An event whose result is known and not yet told.
struct Completed {
  uint64_t ordinal = 0;
  PublishCallback done;
  PublishResult result;
};

// What a publisher holds: events waiting, and messages under way in the order of their sequences. It decides what is
// sent next, what an answer means, and when waiting is over. No threads, no I/O, no clock of its own: not thread safe,
// and every time is handed in. Completed events are appended to the vector that a method is given.
class Outbox {
 public:
  using Message = std::shared_ptr<const v1::PublishStreamRequest>;

  struct Limits {
    size_t batch_events = 500;
    size_t batch_bytes = 1 << 20;
    size_t in_flight_messages = 8;
    Duration answer_timeout = std::chrono::seconds(30);
  };

  Outbox(Limits limits, std::string producer_id, Backoff retry_backoff);

  // Takes an event; ordinals ascend. Room is the caller's business.
  void Add(HeldEvent event);

  // The next message for the live stream, or null: nothing to send, the window is full, or the bridge asked for a
  // pause. Messages of a lost stream come first, unchanged.
  Message NextMessage(TimePoint now);

  // The bridge's answer. An answer to a message that is no longer held changes nothing. Not OK where it breaks the
  // contract (out of turn, or the wrong number of results): then nothing has changed and the stream is to be given up.
  absl::Status OnAnswer(const v1::PublishStreamResponse& answer, TimePoint now, std::vector<Completed>& completed);

  // The stream is gone: every message under way is to be sent again. The next may lead to a bridge with other bounds.
  void OnStreamLost();

  // The stream is gone since a message was over `bound`, by the bridge's word: what is under way is to be sent again in
  // messages within it, until a stream is lost for another reason. Their sequences are new ones: the bridge did not
  // take these (had it done so on an earlier stream, with a larger bound, it would publish twice). A message of one
  // event cannot be made smaller, and one within the bound is refused without sense: that fails, with `failure`.
  void OnMessageTooLarge(const MessageBound& bound, const PublishResult& failure, std::vector<Completed>& completed);

  // Fails the oldest message that was sent: the bridge ended the stream over it.
  void FailOldestSent(const PublishResult& failure, std::vector<Completed>& completed);

  // Fails with DEADLINE_EXCEEDED what has waited too long; `hint` (why the bridge is away) goes into the sentence.
  void Expire(TimePoint now, const std::string& hint, std::vector<Completed>& completed);
  void FailAll(const absl::Status& status, std::vector<Completed>& completed);

  bool empty() const { return queued_events() == 0 && in_flight_.empty(); }
  bool HasUnsent() const;  // there is something that a new stream would send, now or after a pause
  bool WindowFull() const { return in_flight_.size() >= limits_.in_flight_messages; }
  // When the bridge is to be given up: so long after its last answer, or after the oldest unanswered message was sent.
  // TimePoint::max() where no message is sent and unanswered.
  TimePoint AnswerDue() const;
  TimePoint NextExpiry() const { return next_expiry_; }  // no event expires before it
  TimePoint PausedUntil() const { return paused_until_; }
  // The ordinal of the oldest event held; UINT64_MAX where there is none.
  uint64_t OldestOrdinal() const;

  size_t queued_events() const { return queue_.size() + refused_.size(); }
  size_t in_flight_events() const { return in_flight_events_; }
  size_t bytes() const { return bytes_; }
  uint64_t retried() const { return retried_; }

 private:
  // What remains of an event while it is in a message; `finished` once its result is known (it was too late).
  struct Slot {
    HeldEvent held;
    bool finished = false;
  };
  struct InFlight {
    Message message;
    std::vector<Slot> slots;  // one per event of the message, in order
    bool sent = false;        // on the present stream
    TimePoint sent_at;
  };

  void FormMessage();
  bool Exceeds(const InFlight& in_flight, const MessageBound& bound) const;
  // Makes events that wait of what is under way.
  void TakeBackAll();
  size_t BytesForEvents() const;  // of a message
  // Takes the oldest waiting event where it fits in what is left of a message.
  bool TakeOldest(size_t bytes_left, bool required, HeldEvent& held);
  void PutBack(Slot& slot, const v1::Event& event, std::string last_refusal);
  void Finish(HeldEvent& held, const v1::Event& event, PublishResult result, std::vector<Completed>& completed);
  void FinishSlots(InFlight& in_flight, const PublishResult& failure, std::vector<Completed>& completed);
  void Retire(std::deque<InFlight>::iterator in_flight);
  void ExpireInFlight(TimePoint now, const std::string& hint, std::vector<Completed>& completed);

  const Limits limits_;
  const std::string producer_id_;
  Backoff retry_backoff_;
  MessageBound bound_;                     // that the bridge named on this connection
  std::map<uint64_t, HeldEvent> refused_;  // put back, by ordinal; all older than anything in queue_
  std::deque<HeldEvent> queue_;
  std::deque<InFlight> in_flight_;  // sequences ascend; the sent ones come first
  uint64_t next_sequence_ = 1;
  size_t in_flight_events_ = 0;
  size_t bytes_ = 0;
  uint64_t retried_ = 0;
  TimePoint last_answer_at_ = TimePoint::min();
  TimePoint paused_until_ = TimePoint::min();
  TimePoint next_expiry_ = TimePoint::max();
};

}  // namespace spanwire::internal
