#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "bridge/transport/byte_sink.h"

namespace spanwire::transport {

// Bytes to send and whoever keeps them alive. For a WebSocket: a run of whole frames, many connections sharing one
// buffer (an Envelope's frame(), or the frames of one drain).
struct Slice {
  std::shared_ptr<const void> owner;
  std::string_view bytes;

  // A slice that owns `text`.
  static Slice Of(std::string text);
};

// What a connection still has to send. A connection owns one only from the first send that did not go through (EAGAIN)
// to the Flush() that empties it. It holds references, not copies. One thread; no I/O but through the sink it is given.
//
// The queue itself has no bound: the owner compares charge() with its watermarks after each Append.
class OutboundQueue {
 public:
  enum class FlushState {
    kEmpty,    // all is sent: give the queue back
    kBlocked,  // come again when the socket is writable
    kError,    // the connection is lost; `error` says why
  };
  struct FlushResult {
    FlushState state;
    int error = 0;  // errno, of kError

    friend bool operator==(const FlushResult&, const FlushResult&) = default;
  };

  OutboundQueue() = default;
  OutboundQueue(const OutboundQueue&) = delete;
  OutboundQueue& operator=(const OutboundQueue&) = delete;

  // Queues a slice after all others. Empty slices are left out.
  void Append(Slice slice);
  // Queues what a send of `slices` left over: `written` bytes of them, counted together, are sent already. Only into an
  // empty queue, since what is queued must go out first.
  void AppendUnsent(absl::Span<const Slice> slices, size_t written);

  // Sends as much as the sink takes, at most kMaxPieces slices a write.
  template <ByteSink Sink>
  FlushResult Flush(Sink&& sink);
  FlushResult Flush(int fd) { return Flush(SocketSink(fd)); }

  // Tells where in `slice`, of which `sent` bytes are sent, the message ends that is partly sent: `sent` itself where
  // none is, kGoesOn where it ends in a later slice. Which messages these are the wire format knows.
  using MessageEnd = size_t (*)(std::string_view slice, size_t sent);
  static constexpr size_t kGoesOn = std::string_view::npos;

  // Drops everything but the rest of a message that is partly sent, so that what is appended next is understood.
  // Returns the number of bytes dropped.
  size_t DropUnsent(MessageEnd message_end);
  // Drops everything.
  void Clear();

  bool empty() const { return head_ == slices_.size(); }
  // Still to be sent.
  size_t bytes() const { return bytes_; }
  // What watermarks are compared with: bytes(), and for each slice what keeping it costs, so that a flood of tiny
  // frames is bounded too. Shared buffers are charged to each connection that waits for them.
  size_t charge() const { return bytes_ + (slices_.size() - head_) * kSliceCharge; }

  // Bytes of memory that it holds beside itself and the buffers it shares.
  size_t memory() const { return slices_.capacity() * sizeof(Slice); }

 private:
  static constexpr size_t kSliceCharge = sizeof(Slice) + 32;  // and the owner's control block

  size_t Gather(absl::Span<iovec> pieces) const;
  void Consume(size_t written);
  void Compact();

  // A vector with a head index: an empty std::deque costs 600 bytes, this one 56.
  std::vector<Slice> slices_;
  size_t head_ = 0;       // slices before it are sent and released
  size_t head_sent_ = 0;  // bytes of the head slice that are sent
  size_t bytes_ = 0;
};

template <ByteSink Sink>
OutboundQueue::FlushResult OutboundQueue::Flush(Sink&& sink) {
  iovec pieces[kMaxPieces];
  // Where the queue is empty the sink has what it took to get rid of.
  do {
    const WriteResult result = sink.Write({pieces, Gather(absl::MakeSpan(pieces))});
    Consume(result.written);
    if (result.blocked()) return {FlushState::kBlocked};
    if (!result.complete()) return {FlushState::kError, result.error};
  } while (!empty());
  return {FlushState::kEmpty};
}

// Sends slices without a queue, at most kMaxPieces a write; `written` counts over all of them.
template <ByteSink Sink>
WriteResult SendNow(Sink&& sink, absl::Span<const Slice> slices) {
  WriteResult total;
  iovec pieces[kMaxPieces];
  while (!slices.empty()) {
    const auto batch = slices.first(std::min(slices.size(), kMaxPieces));
    for (size_t i = 0; i < batch.size(); ++i) {
      pieces[i] = {const_cast<char*>(batch[i].bytes.data()), batch[i].bytes.size()};
    }
    const WriteResult result = sink.Write({pieces, batch.size()});
    total.written += result.written;
    total.error = result.error;
    if (!result.complete()) break;
    slices.remove_prefix(batch.size());
  }
  return total;
}
inline WriteResult SendNow(int fd, absl::Span<const Slice> slices) {
  return SendNow(SocketSink(fd), slices);
}

// Emptied queues of one shard, kept for the next connection that blocks. Bounded in number, and in what each may keep.
// One thread.
class OutboundQueuePool {
 public:
  explicit OutboundQueuePool(size_t max_queues = 64) : max_queues_(max_queues) {}

  // An empty queue.
  std::unique_ptr<OutboundQueue> Take();
  // Takes a queue back and drops what is in it. One that is not given back is simply freed.
  void Give(std::unique_ptr<OutboundQueue> queue);

  size_t size() const { return queues_.size(); }

 private:
  static constexpr size_t kMaxKeptBytes = 2048;

  size_t max_queues_;
  std::vector<std::unique_ptr<OutboundQueue>> queues_;
};

}  // namespace spanwire::transport
