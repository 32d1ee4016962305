#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spanwire::transport::websocket {

// What a frame reader made of a stream.
struct ReaderTrace {
  enum class Kind : uint8_t { kText, kBinary, kPing, kPong, kClose };
  struct Item {
    Kind kind;
    std::string payload;      // of kClose: the reason
    uint16_t close_code = 0;  // of kClose

    friend bool operator==(const Item&, const Item&) = default;
  };

  std::vector<Item> items;
  uint16_t refused_with = 0;  // the close code that it would answer with; 0: it refused nothing

  friend bool operator==(const ReaderTrace&, const ReaderTrace&) = default;
};

// One item a line.
std::string Print(const ReaderTrace& trace);

// A stream and how it comes.
struct Arrival {
  std::string_view stream;
  // Of the pieces in which the stream comes, used in turn, again and again; none is 0. Empty: all at once.
  std::vector<size_t> piece_bytes;
  size_t max_message_bytes = 4096;

  // What a fuzzer's input stands for: a count of 0 to 4, as many piece sizes less one, and the stream.
  static Arrival FromFuzzer(std::string_view input);
};

// The pieces of an arrival, one after the other.
class Pieces {
 public:
  explicit Pieces(const Arrival& arrival) : left_(arrival.stream), sizes_(arrival.piece_bytes) {}

  // The next piece, or as much of it as `most`.
  std::string_view Next(size_t most = std::string_view::npos);
  bool ended() const { return left_.empty(); }

 private:
  std::string_view left_;
  const std::vector<size_t>& sizes_;
  size_t index_ = 0;
};

// Our reader. Aborts where it breaks a promise of its own: leaves input over, or keeps memory for more than it may.
ReaderTrace ReadWithSpanwire(const Arrival& arrival);

}  // namespace spanwire::transport::websocket
