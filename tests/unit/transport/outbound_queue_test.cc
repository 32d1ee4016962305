#include "bridge/transport/outbound_queue.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/transport/client_frame.h"

namespace spanwire::transport {
namespace {

using FlushResult = OutboundQueue::FlushResult;
using FlushState = OutboundQueue::FlushState;

std::string ServerFrame(std::string_view payload) {
  return websocket::ClientFrame{.payload = payload, .masked = false}.Encode();
}

// Takes what a script allows: at most so many bytes a write, then it blocks.
class ScriptedSink {
 public:
  explicit ScriptedSink(size_t room) : room_(room) {}

  WriteResult Write(absl::Span<const iovec> pieces) {
    WriteResult result;
    most_pieces_ = std::max(most_pieces_, pieces.size());
    for (const iovec& piece : pieces) {
      const size_t taken = std::min(piece.iov_len, room_);
      taken_.append(static_cast<const char*>(piece.iov_base), taken);
      result.written += taken;
      room_ -= taken;
      if (taken < piece.iov_len) result.error = EAGAIN;
    }
    return result;
  }

  void Allow(size_t room) { room_ = room; }
  const std::string& taken() const { return taken_; }
  size_t most_pieces() const { return most_pieces_; }

 private:
  size_t room_;
  size_t most_pieces_ = 0;
  std::string taken_;
};

constexpr size_t kNoBound = 1 << 30;

class SocketPair {
 public:
  SocketPair() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds_), 0);
    const int small = 4096;
    ::setsockopt(near(), SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
  }
  ~SocketPair() {
    ::close(near());
    CloseFar();
  }

  int near() const { return fds_[0]; }
  void CloseFar() {
    if (fds_[1] >= 0) ::close(fds_[1]);
    fds_[1] = -1;
  }
  // What has arrived.
  std::string Receive() {
    std::string all;
    char buffer[65536];
    ssize_t size;
    while ((size = ::recv(fds_[1], buffer, sizeof(buffer), MSG_DONTWAIT)) > 0) {
      all.append(buffer, static_cast<size_t>(size));
    }
    return all;
  }

 private:
  int fds_[2] = {-1, -1};
};

TEST(OutboundQueue, SendsInOrderThroughShortWritesAndBlockedSockets) {
  SocketPair sockets;
  OutboundQueue queue;
  std::string expected;
  for (int i = 0; i < 500; ++i) {
    const std::string frame = ServerFrame(std::to_string(i) + std::string(static_cast<size_t>(i), '.'));
    expected += frame;
    queue.Append(Slice::Of(frame));
  }
  EXPECT_EQ(queue.bytes(), expected.size());

  std::string received;
  int blocked = 0;
  while (true) {
    const FlushResult result = queue.Flush(sockets.near());
    received += sockets.Receive();
    EXPECT_EQ(queue.bytes(), expected.size() - received.size());
    if (result.state == FlushState::kEmpty) break;
    ASSERT_EQ(result.state, FlushState::kBlocked);
    ASSERT_LT(++blocked, 10'000);
  }
  EXPECT_GT(blocked, 1);
  EXPECT_EQ(received, expected);
  EXPECT_TRUE(queue.empty());
}

TEST(OutboundQueue, APeerThatWentAwayIsAnErrorAndNoSignal) {
  SocketPair sockets;
  sockets.CloseFar();
  EXPECT_EQ(SendNow(sockets.near(), "x").error, EPIPE);
  OutboundQueue queue;
  queue.Append(Slice::Of("x"));
  EXPECT_EQ(queue.Flush(sockets.near()), (FlushResult{FlushState::kError, EPIPE}));
  EXPECT_EQ(queue.bytes(), 1u);
}

TEST(OutboundQueue, SendNowSaysHowMuchAFullSocketTook) {
  SocketPair sockets;
  const std::string bytes(1 << 20, 'x');
  const WriteResult first = SendNow(sockets.near(), bytes);
  EXPECT_TRUE(first.blocked());
  EXPECT_GT(first.written, 0u);
  EXPECT_LT(first.written, bytes.size());
  const WriteResult second = SendNow(sockets.near(), bytes);
  EXPECT_TRUE(second.blocked());
  EXPECT_EQ(second.written, 0u);
  EXPECT_EQ(sockets.Receive().size(), first.written);
  EXPECT_TRUE(SendNow(sockets.near(), "x").complete());
}

TEST(OutboundQueue, GivesAWriteAtMostSixtyFourSlices) {
  std::vector<Slice> slices;
  std::string expected;
  for (int i = 0; i < 200; ++i) {
    slices.push_back(Slice::Of(ServerFrame(std::to_string(i))));
    expected += slices.back().bytes;
  }
  ScriptedSink sink(kNoBound);
  OutboundQueue queue;
  for (const Slice& slice : slices) queue.Append(slice);
  EXPECT_EQ(queue.Flush(sink).state, FlushState::kEmpty);
  EXPECT_EQ(sink.taken(), expected);
  EXPECT_EQ(sink.most_pieces(), kMaxPieces);

  ScriptedSink direct(kNoBound);
  EXPECT_EQ(SendNow(direct, absl::MakeConstSpan(slices)).written, expected.size());
  EXPECT_EQ(direct.taken(), expected);
  EXPECT_EQ(direct.most_pieces(), kMaxPieces);
}

TEST(OutboundQueue, TakesOverWhatADirectSendLeftAtEveryPlace) {
  std::vector<Slice> slices;
  std::string expected;
  for (const std::string_view payload : {"a", "bcd", "", "efghij"}) {
    slices.push_back(Slice::Of(ServerFrame(payload)));
    expected += slices.back().bytes;
  }
  slices.insert(slices.begin() + 1, Slice{});
  for (size_t room = 0; room < expected.size(); ++room) {
    ScriptedSink sink(room);
    const WriteResult result = SendNow(sink, absl::MakeConstSpan(slices));
    ASSERT_TRUE(result.blocked());
    ASSERT_EQ(result.written, room);
    OutboundQueue queue;
    queue.AppendUnsent(slices, result.written);
    ASSERT_EQ(queue.bytes(), expected.size() - room);
    sink.Allow(kNoBound);
    ASSERT_EQ(queue.Flush(sink).state, FlushState::kEmpty);
    ASSERT_EQ(sink.taken(), expected);
  }
}

TEST(OutboundQueue, ReleasesABufferAsSoonAsItIsSent) {
  OutboundQueue queue;
  const Slice first = Slice::Of("first");
  const Slice second = Slice::Of("second");
  queue.Append(first);
  queue.Append(second);
  ScriptedSink sink(7);
  queue.Flush(sink);
  EXPECT_EQ(first.owner.use_count(), 1);
  EXPECT_EQ(second.owner.use_count(), 2);
  queue.Clear();
  EXPECT_EQ(second.owner.use_count(), 1);
}

// The cut falls at every byte of a run of three frames in one shared buffer, with a slice before and one after: what
// remains after the drop is the rest of the frame that was cut, so a close frame appended next is understood.
TEST(OutboundQueue, DropUnsentKeepsOnlyTheRestOfAPartlySentFrame) {
  const std::vector<std::string> frames = {ServerFrame("before"), ServerFrame(""), ServerFrame("some text"),
                                           ServerFrame(std::string(130, 'x')), ServerFrame("after")};
  const std::string run = frames[1] + frames[2] + frames[3];
  const std::string all = frames[0] + run + frames[4];
  const std::string close = "\x88\x02\x0f\xa8";

  std::string whole_frames;  // the shortest run of whole frames that holds what is sent
  size_t next = 0;
  for (size_t room = 0; room <= all.size(); ++room) {
    while (whole_frames.size() < room) whole_frames += frames[next++];
    OutboundQueue queue;
    for (const std::string& slice : {frames[0], run, frames[4]}) queue.Append(Slice::Of(slice));
    ScriptedSink sink(room);
    queue.Flush(sink);
    ASSERT_EQ(sink.taken(), all.substr(0, room));

    EXPECT_EQ(queue.DropUnsent(websocket::FrameEndFrom), all.size() - whole_frames.size());
    EXPECT_EQ(queue.bytes(), whole_frames.size() - room);
    EXPECT_EQ(queue.empty(), queue.bytes() == 0);
    queue.Append(Slice::Of(close));
    sink.Allow(kNoBound);
    EXPECT_EQ(queue.Flush(sink).state, FlushState::kEmpty);
    EXPECT_EQ(sink.taken(), whole_frames + close) << "cut at " << room;
  }
}

TEST(OutboundQueue, DropUnsentReleasesWhatItDrops) {
  OutboundQueue queue;
  const Slice slice = Slice::Of(ServerFrame("x"));
  queue.Append(slice);
  queue.Append(slice);
  ScriptedSink sink(1);
  queue.Flush(sink);
  queue.DropUnsent(websocket::FrameEndFrom);
  EXPECT_EQ(slice.owner.use_count(), 2);
  EXPECT_EQ(queue.bytes(), 2u);
}

TEST(OutboundQueue, ChargeCountsWhatManySmallSlicesCost) {
  OutboundQueue queue;
  EXPECT_EQ(queue.charge(), 0u);
  const Slice pong = Slice::Of(ServerFrame(""));
  for (int i = 0; i < 100; ++i) queue.Append(pong);
  EXPECT_EQ(queue.bytes(), 200u);
  EXPECT_GE(queue.charge(), 200u + 100 * sizeof(Slice));
  const size_t charge = queue.charge();
  queue.Append(Slice{});
  EXPECT_EQ(queue.charge(), charge) << "an empty slice is not queued";
}

TEST(OutboundQueue, AQueueThatIsNeverEmptyDoesNotGrow) {
  OutboundQueue queue;
  ScriptedSink sink(0);
  const Slice slice = Slice::Of("0123456789");
  for (int i = 0; i < 10; ++i) queue.Append(slice);
  for (int i = 0; i < 10'000; ++i) {
    queue.Append(slice);
    sink.Allow(10);
    ASSERT_EQ(queue.Flush(sink).state, FlushState::kBlocked);
    ASSERT_EQ(queue.bytes(), 100u);
  }
  EXPECT_EQ(slice.owner.use_count(), 11);
  EXPECT_LT(queue.memory(), 100 * sizeof(Slice));
}

TEST(OutboundQueuePool, GivesBackWhatItWasGivenEmptied) {
  OutboundQueuePool pool;
  auto queue = pool.Take();
  const Slice slice = Slice::Of("x");
  queue->Append(slice);
  const OutboundQueue* const same = queue.get();
  pool.Give(std::move(queue));
  EXPECT_EQ(slice.owner.use_count(), 1);
  queue = pool.Take();
  EXPECT_EQ(queue.get(), same);
  EXPECT_TRUE(queue->empty());
}

TEST(OutboundQueuePool, KeepsNoMoreThanItsBoundAndNoLargeQueue) {
  OutboundQueuePool pool(2);
  for (int i = 0; i < 3; ++i) pool.Give(std::make_unique<OutboundQueue>());
  EXPECT_EQ(pool.size(), 2u);
  OutboundQueuePool empty;
  auto large = empty.Take();
  for (int i = 0; i < 1000; ++i) large->Append(Slice::Of("x"));
  empty.Give(std::move(large));
  EXPECT_EQ(empty.size(), 0u);
}

}  // namespace
}  // namespace spanwire::transport
