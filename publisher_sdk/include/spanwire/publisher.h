#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <google/protobuf/struct.pb.h>

#include "absl/status/status.h"
#include "spanwire/event.h"
#include "spanwire/publish_result.h"
#include "spanwire/publisher_options.h"

namespace spanwire {

namespace internal {
class PublisherCore;
}

// Publishes events to a bridge.
//
//   spanwire::Publisher publisher({.target = "127.0.0.1:50051"});
//   publisher.Publish(order_shipped);                          // topic and type come from the message's options
//   publisher.Publish(message, {.topic = "orders:42"}, [](const spanwire::PublishResult& result) { ... });
//
// All methods may be called from any thread. Nothing blocks but Flush, Close, the destructor, and Publish where
// `overflow_wait` says so or where callbacks cannot keep up with refusals.
//
// Delivery is at least once. Events travel in batches on one stream; when it breaks they are sent again under the same
// sequence, which a bridge that knows them answers without publishing twice. A bridge that has lost its memory (a new
// process with the memory broker) publishes them again.
//
// Order: events reach the bridge in the order of the Publish calls. The one exception is an event that the bridge
// could not take just then (RESOURCE_EXHAUSTED, UNAVAILABLE): it is sent again before anything newer, but events
// already under way, of its own message or of the next ones, may have overtaken it.
class Publisher {
 public:
  explicit Publisher(PublisherOptions options);
  // Closes with PublisherOptions::close_deadline. Not in a callback of this publisher.
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  template <Publishable T>
  PublishFuture Publish(const T& payload, const PublishOptions& options = {}) {
    return Send(MakeEvent(payload, options, std::chrono::system_clock::now()), options.deadline);
  }
  template <Publishable T>
  void Publish(const T& payload, const PublishOptions& options, PublishCallback done) {
    Send(MakeEvent(payload, options, std::chrono::system_clock::now()), options.deadline, std::move(done));
  }

  // To one user's own topic, which reaches that user's connections only. It wins over `options.topic`.
  template <Publishable T>
  PublishFuture SendToUser(std::string_view user, const T& payload, PublishOptions options = {}) {
    options.topic = UserTopic(user);
    return Publish(payload, options);
  }

  // The built-in events (spanwire/v1/builtin_events.proto says what the words may be), on their own topics.
  PublishFuture BroadcastStats(const std::map<std::string, double>& metrics);
  PublishFuture BroadcastRuleChange(uint32_t rule_id, std::string_view action,
                                    const google::protobuf::Struct& details = {});
  PublishFuture BroadcastSystemEvent(std::string_view name, std::string_view message,
                                     const google::protobuf::Struct& details = {});
  PublishFuture BroadcastLog(std::string_view level, std::string_view message, std::string_view source = {},
                             const google::protobuf::Struct& fields = {});
  PublishFuture BroadcastAlert(std::string_view severity, std::string_view title, std::string_view message,
                               const std::map<std::string, std::string>& labels = {});
  PublishFuture BroadcastNotification(std::string_view notification_id, std::string_view title, std::string_view body,
                                      std::string_view level = "info", std::string_view link = {});
  PublishFuture BroadcastTaskUpdate(std::string_view task_id, std::string_view action, std::string_view state,
                                    double progress, std::string_view message = {},
                                    const google::protobuf::Struct& details = {});

  // Waits until everything published before has its result told. OK: the bridge has accepted all of it that the Flush
  // before had not answered for. ABORTED: some failed, and are not sent again; the sentence counts them and has the
  // first reason. They are answered for by this then, so the next Flush is about what comes after. DEADLINE_EXCEEDED:
  // the results took longer, and failures are left to the next Flush. FAILED_PRECONDITION in a callback of this
  // publisher.
  absl::Status Flush(std::chrono::milliseconds deadline);

  // Refuses new events (FAILED_PRECONDITION, reason PUBLISHER_CLOSED), waits and answers like Flush, then fails what
  // is left with CANCELLED. Every result has been told when it returns. Later calls change nothing and return OK.
  absl::Status Close(std::chrono::milliseconds deadline);

  PublisherStats Stats() const;

 private:
  PublishFuture Send(v1::Event event, std::chrono::milliseconds deadline);
  void Send(v1::Event event, std::chrono::milliseconds deadline, PublishCallback done);

  std::unique_ptr<internal::PublisherCore> core_;
};

}  // namespace spanwire
