#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

#include "bridge/model/topic_table.h"

namespace spanwire::fanout {

// When the windows of a shard's throttled topics end: one timer serves them all. One thread.
class WindowQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void Add(Time ends, model::TopicPtr topic) { windows_.push({.ends = ends, .topic = std::move(topic)}); }
  // When the next one ends.
  std::optional<Time> next() const {
    if (windows_.empty()) return std::nullopt;
    return windows_.top().ends;
  }
  // A topic whose window has ended by `now`; null where there is none.
  model::TopicPtr TakeEnded(Time now) {
    if (windows_.empty() || windows_.top().ends > now) return nullptr;
    model::TopicPtr topic = windows_.top().topic;
    windows_.pop();
    return topic;
  }

 private:
  struct Window {
    Time ends;
    model::TopicPtr topic;
    friend bool operator>(const Window& a, const Window& b) { return a.ends > b.ends; }
  };

  std::priority_queue<Window, std::vector<Window>, std::greater<>> windows_;
};

}  // namespace spanwire::fanout
