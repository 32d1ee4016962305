#include "spanwire/event_bus.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace spanwire {
namespace internal {

// One subscribed handler: knows who is inside, so that its end can wait for them.
class Handler {
 public:
  Handler(std::type_index type, std::function<void(const void*)> call) : type_(type), call_(std::move(call)) {}

  std::type_index type() const { return type_; }

  void Call(const void* event) {
    if (!Enter()) return;
    const Exit exit{*this};
    call_(event);
  }

  // No call begins any more; waits until no other thread is inside.
  void End() {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
    while (AnotherThreadIsInside()) left_.Wait(&mutex_);
  }

 private:
  // Leaves also when the handler throws.
  struct Exit {
    Handler& handler;
    ~Exit() {
      absl::MutexLock lock(&handler.mutex_);
      handler.inside_.erase(std::find(handler.inside_.begin(), handler.inside_.end(), std::this_thread::get_id()));
      handler.left_.SignalAll();
    }
  };

  bool Enter() {
    absl::MutexLock lock(&mutex_);
    if (ended_) return false;
    inside_.push_back(std::this_thread::get_id());
    return true;
  }

  bool AnotherThreadIsInside() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return std::any_of(inside_.begin(), inside_.end(), [](auto id) { return id != std::this_thread::get_id(); });
  }

  const std::type_index type_;
  const std::function<void(const void*)> call_;
  absl::Mutex mutex_;
  absl::CondVar left_;
  std::vector<std::thread::id> inside_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

using Handlers = std::vector<std::shared_ptr<Handler>>;

// The handlers by type; each list is replaced, never changed, so that a publisher can walk its copy without the lock.
class EventBusState {
 public:
  void Add(const std::shared_ptr<Handler>& handler) {
    absl::MutexLock lock(&mutex_);
    std::shared_ptr<const Handlers>& handlers = handlers_[handler->type()];
    Handlers longer = handlers ? *handlers : Handlers{};
    longer.push_back(handler);
    handlers = std::make_shared<const Handlers>(std::move(longer));
  }

  void Remove(const Handler& handler) {
    absl::MutexLock lock(&mutex_);
    std::shared_ptr<const Handlers>& handlers = handlers_[handler.type()];
    Handlers shorter = *handlers;
    std::erase_if(shorter, [&](const auto& each) { return each.get() == &handler; });
    handlers = std::make_shared<const Handlers>(std::move(shorter));
  }

  std::shared_ptr<const Handlers> Of(std::type_index type) const {
    absl::MutexLock lock(&mutex_);
    const auto found = handlers_.find(type);
    return found == handlers_.end() ? nullptr : found->second;
  }

  EventBus::OnException on_exception;

 private:
  mutable absl::Mutex mutex_;
  std::unordered_map<std::type_index, std::shared_ptr<const Handlers>> handlers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace internal

Subscription::Subscription(std::weak_ptr<internal::EventBusState> bus, std::shared_ptr<internal::Handler> handler)
    : bus_(std::move(bus)), handler_(std::move(handler)) {}

Subscription::~Subscription() {
  End();
}

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  if (this == &other) return *this;
  End();
  bus_ = std::move(other.bus_);
  handler_ = std::move(other.handler_);
  return *this;
}

void Subscription::End() {
  const std::shared_ptr<internal::Handler> handler = std::exchange(handler_, nullptr);
  if (!handler) return;
  if (const auto bus = bus_.lock()) bus->Remove(*handler);
  handler->End();
}

EventBus::EventBus(OnException on_exception) : state_(std::make_shared<internal::EventBusState>()) {
  state_->on_exception = on_exception ? std::move(on_exception) : [](std::type_index event, const char* what) {
    std::fprintf(stderr, "spanwire: a handler of %s threw: %s\n", event.name(), what);
  };
}

EventBus::~EventBus() = default;

Subscription EventBus::Add(std::type_index type, std::function<void(const void*)> handler) {
  auto added = std::make_shared<internal::Handler>(type, std::move(handler));
  state_->Add(added);
  return Subscription(state_, std::move(added));
}

void EventBus::Dispatch(std::type_index type, const void* event) const {
  const auto handlers = state_->Of(type);
  if (!handlers) return;
  for (const auto& handler : *handlers) {
    try {
      handler->Call(event);
    } catch (const std::exception& error) {
      state_->on_exception(type, error.what());
    } catch (...) {
      state_->on_exception(type, "something that is no std::exception");
    }
  }
}

}  // namespace spanwire
