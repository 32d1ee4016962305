#pragma once

#include <cstddef>
#include <cstdint>

namespace spanwire::transport {

// What became of a read that does not wait.
struct ReadResult {
  enum class State : uint8_t {
    kData,       // `count` bytes came, at least one
    kBlocked,    // nothing now: come again when there is something to read
    kEnd,        // the peer sends no more
    kLost,       // the connection failed
    kPlainHttp,  // TLS was due and plain HTTP came: what was read is lost, what is written from here on goes out plain
  };
  State state;
  size_t count = 0;

  bool data() const { return state == State::kData; }
  bool blocked() const { return state == State::kBlocked; }
};

}  // namespace spanwire::transport
