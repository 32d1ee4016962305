#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <typeindex>
#include <typeinfo>
#include <utility>

#include "spanwire/publisher.h"

namespace spanwire {

namespace internal {
class EventBusState;
class Handler;
}  // namespace internal

// Ends a subscription when it is destroyed. Once the destructor has returned the handler is not running and never will,
// except where the handler itself destroys it. May outlive its bus. A subscription is for one thread at a time.
class [[nodiscard]] Subscription {
 public:
  Subscription() = default;
  Subscription(std::weak_ptr<internal::EventBusState> bus, std::shared_ptr<internal::Handler> handler);
  ~Subscription();
  Subscription(Subscription&&) noexcept = default;
  Subscription& operator=(Subscription&& other) noexcept;

  void End();

 private:
  std::weak_ptr<internal::EventBusState> bus_;
  std::shared_ptr<internal::Handler> handler_;
};

// A protobuf message with the options to publish it with: what a mapping returns that says more than the message.
template <Publishable M>
struct Outgoing {
  M payload;
  PublishOptions options = {};
};

// Publish and subscribe inside one service, by the C++ type of the event.
//
//   spanwire::EventBus bus;
//   auto subscription = bus.Subscribe<OrderPaid>([](const OrderPaid& paid) { ... });
//   auto forwarding = bus.Forward<OrderPaid>(publisher, [](const OrderPaid& paid) { return ToProto(paid); });
//   bus.Publish(OrderPaid{42});
//
// Publish calls the handlers of exactly this type, in the order of their subscriptions, on the caller's thread and
// under no lock; handlers may publish, subscribe and end subscriptions. A handler that throws is reported and does not
// stop the others. Handlers run on several threads at once where several publish. Thread safe.
class EventBus {
 public:
  // Hears what a handler threw; default: a line on stderr. May be called from several threads at once.
  using OnException = std::function<void(std::type_index event, const char* what)>;

  explicit EventBus(OnException on_exception = {});
  ~EventBus();
  EventBus(const EventBus&) = delete;
  EventBus& operator=(const EventBus&) = delete;

  template <typename T>
  Subscription Subscribe(std::function<void(const T&)> handler) {
    return Add(typeid(T),
               [handler = std::move(handler)](const void* event) { handler(*static_cast<const T*>(event)); });
  }

  template <typename T>
  void Publish(const T& event) const {
    Dispatch(typeid(T), &event);
  }

  // Publishes each T on `publisher`, which must outlive the subscription, as what `mapping` makes of it: a protobuf
  // message, an Outgoing with options, or std::nullopt to leave the event out. Failures go to the publisher's on_error.
  template <typename T, std::invocable<const T&> Mapping>
  Subscription Forward(Publisher& publisher, Mapping mapping) {
    return Subscribe<T>(
        [&publisher, mapping = std::move(mapping)](const T& event) { Send(publisher, mapping(event)); });
  }

 private:
  template <Publishable M>
  static void Send(Publisher& publisher, const M& message) {
    publisher.Publish(message);
  }
  template <Publishable M>
  static void Send(Publisher& publisher, const Outgoing<M>& outgoing) {
    publisher.Publish(outgoing.payload, outgoing.options);
  }
  template <typename M>
  static void Send(Publisher& publisher, const std::optional<M>& message) {
    if (message) Send(publisher, *message);
  }

  Subscription Add(std::type_index type, std::function<void(const void*)> handler);
  void Dispatch(std::type_index type, const void* event) const;

  std::shared_ptr<internal::EventBusState> state_;
};

}  // namespace spanwire
