#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace spanwire::fanout {

// Sends what it gathered while its shard was corked. Shard thread only.
class Corked {
 public:
  virtual ~Corked() = default;
  virtual void Uncork() = 0;
};

// While it is in, connections gather what they send and are called once when it is pulled: one system call for all of
// it. Nests. One thread.
class Cork {
 public:
  bool in() const { return depth_ > 0; }
  void PutIn() { ++depth_; }
  void Pull() {
    if (depth_ > 1) {
      --depth_;
      return;
    }
    // Still in while the list is walked, so that what an Uncork() causes is gathered as well: it may grow.
    // NOLINTNEXTLINE(modernize-loop-convert)
    for (size_t i = 0; i < corked_.size(); ++i) {
      if (corked_[i] != nullptr) std::exchange(corked_[i], nullptr)->Uncork();
    }
    corked_.clear();
    depth_ = 0;
  }

  // Asks for one Uncork() call. Only while it is in. Whoever asks must take it back (Forget) before it is destroyed.
  void Later(Corked& corked) { corked_.push_back(&corked); }
  void Forget(Corked& corked) { std::replace(corked_.begin(), corked_.end(), &corked, static_cast<Corked*>(nullptr)); }

 private:
  std::vector<Corked*> corked_;
  int depth_ = 0;
};

}  // namespace spanwire::fanout
