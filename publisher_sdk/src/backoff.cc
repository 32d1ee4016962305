#include "publisher_sdk/src/backoff.h"

#include <algorithm>
#include <random>
#include <utility>

namespace spanwire::internal {
namespace {

std::function<double()> SystemSeeded() {
  return [engine = std::mt19937_64(std::random_device{}())]() mutable {
    return std::uniform_real_distribution<double>()(engine);
  };
}

}  // namespace

Backoff::Backoff(Duration initial, Duration max, std::function<double()> uniform)
    : initial_(std::clamp(initial, Duration(1), std::max(max, Duration(1)))),
      max_(std::max(max, Duration(1))),
      ceiling_(initial_),
      uniform_(uniform ? std::move(uniform) : SystemSeeded()) {}

Duration Backoff::Next() {
  const Duration wait(static_cast<Duration::rep>(static_cast<double>(ceiling_.count()) * uniform_()));
  ceiling_ = std::min(ceiling_ * 2, max_);
  return wait;
}

}  // namespace spanwire::internal
