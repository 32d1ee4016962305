#pragma once

#include <atomic>
#include <cstdint>

namespace spanwire::transport {

// Whether the bridge wants new clients, as /readyz tells load balancers. Any thread.
class Readiness {
 public:
  enum class State : uint8_t { kStarting, kReady, kDraining };

  void Set(State state) { state_.store(state, std::memory_order_relaxed); }
  State Get() const { return state_.load(std::memory_order_relaxed); }

 private:
  std::atomic<State> state_{State::kStarting};
};

}  // namespace spanwire::transport
