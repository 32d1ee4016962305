#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

#include "benchmark/benchmark.h"
#include "bridge/model/utf8.h"
#include "bridge/transport/websocket/frame_reader.h"
#include "bridge/transport/websocket/unmask.h"

// What reading costs a shard: frames from clients, small ones foremost, whole and cut.
namespace spanwire::transport::websocket {
namespace {

constexpr std::string_view kKey = "\x37\xfa\x21\x3d";

std::string MaskedText(std::string_view payload) {
  std::string frame = "\x81";
  const size_t size = payload.size();
  if (size < 126) {
    frame.push_back(static_cast<char>(0x80 | size));
  } else {
    frame.push_back(static_cast<char>(0x80 | 126));
    frame.push_back(static_cast<char>(size >> 8));
    frame.push_back(static_cast<char>(size));
  }
  frame.append(kKey);
  for (size_t i = 0; i < size; ++i) frame.push_back(static_cast<char>(payload[i] ^ kKey[i % 4]));
  return frame;
}

std::string Ascii(size_t size) {
  return std::string(size, 'x');
}
std::string TwoByteText(size_t size) {
  std::string text;
  while (text.size() < size) text += "\xD0\xB6";
  return text;
}

// Reads `stream` in pieces. The reader unmasks in place, so each round starts with a fresh copy, as the kernel's is.
void ReadStream(benchmark::State& state, const std::string& stream, size_t piece_bytes) {
  FrameReader reader({});
  std::string received = stream;
  size_t messages = 0;
  for (auto _ : state) {
    std::memcpy(received.data(), stream.data(), stream.size());
    for (size_t at = 0; at < received.size(); at += piece_bytes) {
      absl::Span<char> input = absl::MakeSpan(received).subspan(at, piece_bytes);
      while (reader.Next(input) != FrameReader::Event::kNeedMore) {
        benchmark::DoNotOptimize(reader.payload().data());
        ++messages;
      }
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(messages));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * stream.size()));
}

void BM_WholeMessage(benchmark::State& state) {
  const std::string frame = MaskedText(Ascii(static_cast<size_t>(state.range(0))));
  ReadStream(state, frame, frame.size());
}
BENCHMARK(BM_WholeMessage)->Arg(16)->Arg(64)->Arg(256)->Arg(4096)->Arg(60'000);

void BM_ManyMessagesInOneRead(benchmark::State& state) {
  std::string stream;
  for (int i = 0; i < 100; ++i) stream += MaskedText(Ascii(64));
  ReadStream(state, stream, stream.size());
}
BENCHMARK(BM_ManyMessagesInOneRead);

void BM_CutMessage(benchmark::State& state) {
  const std::string frame = MaskedText(Ascii(4096));
  ReadStream(state, frame, 1460);
}
BENCHMARK(BM_CutMessage);

void BM_NonAsciiMessage(benchmark::State& state) {
  const std::string frame = MaskedText(TwoByteText(4096));
  ReadStream(state, frame, frame.size());
}
BENCHMARK(BM_NonAsciiMessage);

void BM_Unmask(benchmark::State& state) {
  std::string bytes(static_cast<size_t>(state.range(0)), 'x');
  for (auto _ : state) {
    benchmark::DoNotOptimize(Unmask(absl::MakeSpan(bytes), 0x3d21fa37));
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Unmask)->Arg(64)->Arg(4096);

void BM_Utf8(benchmark::State& state, const std::string& text) {
  for (auto _ : state) benchmark::DoNotOptimize(model::IsUtf8(text));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}
BENCHMARK_CAPTURE(BM_Utf8, ascii, Ascii(4096));
BENCHMARK_CAPTURE(BM_Utf8, two_byte, TwoByteText(4096));

}  // namespace
}  // namespace spanwire::transport::websocket
