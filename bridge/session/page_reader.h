#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "bridge/broker/broker.h"
#include "bridge/fanout/shard.h"
#include "bridge/session/outbound.h"
#include "bridge/session/topic_feed.h"

namespace spanwire::session {

// Who gets the pages that a PageReader reads, and owns it.
class PageConsumer : public std::enable_shared_from_this<PageConsumer> {
 public:
  virtual ~PageConsumer() = default;
  // The answer to the read of the feed that had this generation. It may have been asked to be forgotten since.
  virtual void OnPage(uint32_t generation, absl::StatusOr<broker::Page> page) = 0;
};

// Reads the pages that a session's topics need to catch up: one at a time for all of them, each in its turn, and only
// while little is queued, so that a replay however long is never taken for a slow consumer. Shard thread only.
class PageReader {
 public:
  // Belongs to `consumer`. `queue` is the session's outbound queue of at most `queue_bytes`.
  PageReader(PageConsumer& consumer, fanout::Shard& shard, const Outbound& queue, size_t queue_bytes);
  PageReader(const PageReader&) = delete;
  PageReader& operator=(const PageReader&) = delete;

  // Reads the feed's next page when its turn comes: the one after its position, or what its start needs.
  void Want(TopicFeed& feed);
  // Whatever was wanted for the feed no longer counts: it gets a new generation. Call it before a feed is destroyed.
  void Forget(TopicFeed& feed);
  void ForgetAll() { waiting_.clear(); }
  // Goes on if it may. To be called when the queue has become short, and after each page.
  void Go();

  // Queued bytes under which it reads.
  size_t low_watermark() const { return queue_bytes_ / 4; }

 private:
  void Read(const TopicFeed& feed);

  PageConsumer& consumer_;
  fanout::Shard& shard_;
  const Outbound& queue_;
  const size_t queue_bytes_;
  std::vector<TopicFeed*> waiting_;  // for their turn
  uint32_t generations_ = 0;         // the last that a feed was given
  bool reading_ = false;
};

}  // namespace spanwire::session
