// What TLS costs a connection: CPU per frame that goes out, by how many go at once, with records put together and with
// one each; memory of an idle one, with buffers given back and kept; and handshakes. One thread and TCP on loopback;
// the other end is drained by a thread that does not decrypt.
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "bridge/transport/tls_channel.h"
#include "tests/support/test_certificates.h"

namespace {

using spanwire::tls::ServerContext;
using spanwire::tls::SslPtr;
using spanwire::transport::RecordBuffer;
using spanwire::transport::TlsChannel;

constexpr size_t kFrameBytes = 211;  // a typical typed event

std::shared_ptr<const ServerContext> NewContext(bool release_buffers) {
  static const spanwire::tls::TestAuthority authority;
  const spanwire::tls::TestFolder folder;
  auto context = ServerContext::Load(folder.WriteServerFiles(authority.Certify("localhost")),
                                     {.release_buffers = release_buffers});
  if (!context.ok()) std::abort();
  return *context;
}

SSL_CTX* ClientContext() {
  static SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  return context;
}

// Two ends of a connection on loopback, which do not wait.
class Connected {
 public:
  Connected() {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* name = reinterpret_cast<sockaddr*>(&address);
    far_ = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::bind(listener, name, size) != 0 || ::listen(listener, 1) != 0 || ::getsockname(listener, name, &size) != 0 ||
        ::connect(far_, name, size) != 0) {
      std::abort();
    }
    near_ = ::accept(listener, nullptr, nullptr);
    ::close(listener);
    for (const int fd : {near_, far_}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
  }
  ~Connected() {
    ::close(near_);
    ::close(far_);
  }
  Connected(const Connected&) = delete;
  Connected& operator=(const Connected&) = delete;

  int near() const { return near_; }
  int far() const { return far_; }

 private:
  int near_;
  int far_;
};

struct Secured {
  Secured(const ServerContext& context, RecordBuffer& records)
      : channel(std::make_unique<TlsChannel>(context.NewSession(), sockets.near(), records)),
        client(SSL_new(ClientContext())) {
    SSL_set_fd(client.get(), sockets.far());
    SSL_set_connect_state(client.get());
    char room[16384];
    while (SSL_do_handshake(client.get()) != 1) channel->Read(absl::MakeSpan(room));
    while (!channel->agreed()) channel->Read(absl::MakeSpan(room));
  }
  // A frame each way, as an idle connection has had.
  void Exchange() {
    char room[16384];
    const std::string frame(kFrameBytes, 'x');
    SSL_write(client.get(), frame.data(), static_cast<int>(frame.size()));
    while (!channel->Read(absl::MakeSpan(room)).data()) continue;
    while (!SendNow(*channel, frame).complete()) continue;
    while (SSL_read(client.get(), room, sizeof(room)) <= 0) continue;
  }

  Connected sockets;
  std::unique_ptr<TlsChannel> channel;
  SslPtr client;
};

// Reads and throws away until the other end is closed.
class Drain {
 public:
  explicit Drain(int fd)
      : thread_([fd] {
          ::fcntl(fd, F_SETFL, 0);
          std::vector<char> room(1 << 20);
          while (::recv(fd, room.data(), room.size(), 0) > 0) continue;
        }) {}
  void Join() { thread_.join(); }

 private:
  std::thread thread_;
};

std::vector<iovec> Frames(size_t count) {
  static std::string frame(kFrameBytes, 'x');
  return std::vector<iovec>(count, iovec{frame.data(), frame.size()});
}

template <typename Sink>
void WriteAll(Sink& sink, absl::Span<const iovec> pieces) {
  std::vector<iovec> rest(pieces.begin(), pieces.end());
  size_t first = 0;
  while (true) {
    const auto result = sink.Write(absl::MakeSpan(rest).subspan(first));
    size_t written = result.written;
    while (first < rest.size() && written >= rest[first].iov_len) written -= rest[first++].iov_len;
    if (first < rest.size()) {
      rest[first].iov_base = static_cast<char*>(rest[first].iov_base) + written;
      rest[first].iov_len -= written;
    }
    if (result.complete()) return;
    std::this_thread::yield();
  }
}

void BM_Plain(benchmark::State& state) {
  const Connected sockets;
  Drain drain(sockets.far());
  const spanwire::transport::SocketSink sink(sockets.near());
  const std::vector<iovec> frames = Frames(static_cast<size_t>(state.range(0)));
  for (auto _ : state) WriteAll(sink, frames);
  state.SetItemsProcessed(state.iterations() * state.range(0));
  ::shutdown(sockets.near(), SHUT_RDWR);
  drain.Join();
}
BENCHMARK(BM_Plain)->Arg(1)->Arg(16)->Arg(64);

// The second argument: whether idle connections give buffers back.
void BM_Tls(benchmark::State& state) {
  RecordBuffer records;
  Secured secured(*NewContext(state.range(1) != 0), records);
  Drain drain(secured.sockets.far());
  const std::vector<iovec> frames = Frames(static_cast<size_t>(state.range(0)));
  for (auto _ : state) WriteAll(*secured.channel, frames);
  state.SetItemsProcessed(state.iterations() * state.range(0));
  ::shutdown(secured.sockets.near(), SHUT_RDWR);
  drain.Join();
}
BENCHMARK(BM_Tls)->Args({1, 1})->Args({1, 0})->Args({16, 1})->Args({16, 0})->Args({64, 1})->Args({64, 0});

void BM_TlsARecordForEachFrame(benchmark::State& state) {
  RecordBuffer records;
  Secured secured(*NewContext(true), records);
  Drain drain(secured.sockets.far());
  const std::vector<iovec> frames = Frames(static_cast<size_t>(state.range(0)));
  for (auto _ : state) {
    for (const iovec& frame : frames) WriteAll(*secured.channel, {&frame, 1});
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  ::shutdown(secured.sockets.near(), SHUT_RDWR);
  drain.Join();
}
BENCHMARK(BM_TlsARecordForEachFrame)->Arg(16)->Arg(64);

// Heap of a connection's TLS, after a frame each way.
void BM_IdleHeap(benchmark::State& state) {
  constexpr int kConnections = 200;
  const auto context = NewContext(state.range(0) != 0);
  RecordBuffer records;
  for (auto _ : state) {
    std::vector<std::unique_ptr<Secured>> all;
    for (int i = 0; i < kConnections; ++i) {
      all.push_back(std::make_unique<Secured>(*context, records));
      all.back()->Exchange();
    }
    const size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    for (const auto& each : all) each->channel.reset();
    const size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
    state.counters["bytes"] = static_cast<double>(before - after) / kConnections;
  }
}
BENCHMARK(BM_IdleHeap)->Arg(1)->Arg(0)->Iterations(3)->Unit(benchmark::kMillisecond);

// Both ends of it.
void BM_Handshake(benchmark::State& state) {
  const auto context = NewContext(true);
  RecordBuffer records;
  for (auto _ : state) benchmark::DoNotOptimize(std::make_unique<Secured>(*context, records));
}
BENCHMARK(BM_Handshake)->Unit(benchmark::kMicrosecond);

}  // namespace
