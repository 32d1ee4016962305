#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fuzz/websocket_beast_oracle.h"
#include "tests/unit/transport/client_frame.h"

// Boost.Beast's reader as the oracle of ours: on random streams, right and wrong ones, cut at random places, both must
// give the same messages and refuse at the same place with the same code.
namespace spanwire::transport::websocket {
namespace {

constexpr size_t kMaxMessageBytes = 600;

// A new seed every run, printed; SPANWIRE_TEST_SEED repeats one.
uint64_t Seed() {
  const char* given = std::getenv("SPANWIRE_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

class StreamMaker {
 public:
  explicit StreamMaker(uint64_t seed) : random_(seed) {}

  std::string Stream() {
    std::string stream;
    for (int frames = UpTo(6) + 1; frames > 0; --frames) stream += OneIn(4) ? Control() : Data();
    if (OneIn(4)) Spoil(stream);
    if (OneIn(8)) stream.resize(static_cast<size_t>(UpTo(static_cast<int>(stream.size()))));
    return stream;
  }

  std::vector<size_t> PieceSizes() {
    std::vector<size_t> sizes;
    for (int count = UpTo(4); count > 0; --count) sizes.push_back(static_cast<size_t>(UpTo(OneIn(2) ? 3 : 100)) + 1);
    return sizes;
  }

 private:
  int UpTo(int most) { return std::uniform_int_distribution<int>(0, most)(random_); }
  bool OneIn(int count) { return UpTo(count - 1) == 0; }

  std::string Key() {
    std::string key;
    for (int i = 0; i < 4; ++i) key.push_back(static_cast<char>(UpTo(255)));
    return key;
  }

  std::string Text() {
    static constexpr std::string_view kParts[] = {"a",
                                                  "\xC3\xA9",
                                                  "\xE2\x82\xAC",
                                                  "\xF0\x9F\x98\x80",
                                                  "a run of ascii over eight bytes",
                                                  "\xEF\xBF\xBF",
                                                  "\xED\x9F\xBF"};
    static constexpr std::string_view kFaults[] = {"\xFF", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"};
    std::string text;
    for (int parts = UpTo(OneIn(10) ? 60 : 5); parts > 0; --parts) text += kParts[UpTo(std::size(kParts) - 1)];
    if (OneIn(12)) text += kFaults[UpTo(std::size(kFaults) - 1)];
    if (OneIn(12)) text += kParts[UpTo(std::size(kParts) - 1)];
    return text;
  }

  // A whole message, in one or more fragments that cut characters, with control frames between them.
  std::string Data() {
    const std::string text = Text();
    std::string stream;
    size_t from = 0;
    for (bool first = true, fin = false; !fin; first = false) {
      const size_t left = text.size() - from;
      fin = OneIn(2);
      const size_t size = fin ? left : static_cast<size_t>(UpTo(static_cast<int>(left)));
      const Opcode opcode = !first ? Opcode::kContinuation : OneIn(40) ? Opcode::kBinary : Opcode::kText;
      const std::string key = Key();
      stream +=
          ClientFrame{.opcode = opcode, .payload = std::string_view(text).substr(from, size), .fin = fin, .key = key}
              .Encode();
      from += size;
      if (!fin && OneIn(4)) stream += Control();
    }
    return stream;
  }

  std::string Control() {
    const std::string key = Key();
    if (!OneIn(6)) {
      const std::string payload = Text().substr(0, OneIn(20) ? 200 : 125);
      return ClientFrame{.opcode = OneIn(2) ? Opcode::kPing : Opcode::kPong, .payload = payload, .key = key}.Encode();
    }
    static constexpr int kCodes[] = {1000, 1001, 1004, 1005, 1006, 1011, 1014, 1015,
                                     2999, 3000, 4008, 4999, 5000, 999,  0};
    const int code = OneIn(2) ? 1000 : kCodes[UpTo(std::size(kCodes) - 1)];
    std::string payload = {static_cast<char>(code >> 8), static_cast<char>(code)};
    payload += Text().substr(0, 123);
    if (OneIn(6)) payload.resize(static_cast<size_t>(UpTo(2)));
    return ClientFrame{.opcode = Opcode::kClose, .payload = payload, .key = key}.Encode();
  }

  void Spoil(std::string& stream) {
    for (int times = UpTo(2) + 1; times > 0 && !stream.empty(); --times) {
      const auto at = static_cast<size_t>(UpTo(static_cast<int>(stream.size()) - 1));
      switch (UpTo(3)) {
        case 0:
          stream[at] = static_cast<char>(UpTo(255));
          break;
        case 1:
          stream[at] = static_cast<char>(stream[at] ^ (1 << UpTo(7)));
          break;
        case 2:
          stream.erase(at, static_cast<size_t>(UpTo(3)));
          break;
        case 3:
          stream.insert(at, stream.substr(static_cast<size_t>(UpTo(static_cast<int>(at))), 8));
          break;
      }
    }
  }

  std::mt19937_64 random_;
};

std::string Hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    text += {kDigits[static_cast<uint8_t>(byte) >> 4], kDigits[byte & 0xF], ' '};
  }
  return text;
}

TEST(FrameReaderAndBeast, AgreeOnRandomStreamsCutAnywhere) {
  const uint64_t seed = Seed();
  std::cout << "SPANWIRE_TEST_SEED=" << seed << "\n";
  StreamMaker maker(seed);
  int refused = 0, closed = 0, messages = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string stream = maker.Stream();
    const Arrival arrival{stream, maker.PieceSizes(), kMaxMessageBytes};
    const ReaderTrace ours = ReadWithSpanwire(arrival);
    const std::string difference = Disagreement(ours, ReadWithBeast(arrival));
    ASSERT_EQ(difference, "") << "SPANWIRE_TEST_SEED=" << seed << " round " << round << "\n" << Hex(stream);
    refused += ours.refused_with != 0;
    for (const auto& item : ours.items) {
      closed += item.kind == ReaderTrace::Kind::kClose;
      messages += item.kind == ReaderTrace::Kind::kText;
    }
  }
  // The streams are of every sort, or agreeing on them says little.
  EXPECT_GT(refused, 1000);
  EXPECT_GT(closed, 200);
  EXPECT_GT(messages, 10'000);
}

}  // namespace
}  // namespace spanwire::transport::websocket
