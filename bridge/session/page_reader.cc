#include "bridge/session/page_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace spanwire::session {
namespace {

// A page must leave room for live events of other topics in the queue.
broker::ReadLimits PageLimits(size_t queue_bytes) {
  broker::ReadLimits limits;
  limits.max_bytes = std::min(limits.max_bytes, queue_bytes / 4);
  return limits;
}

}  // namespace

PageReader::PageReader(PageConsumer& consumer, fanout::Shard& shard, const Outbound& queue, size_t queue_bytes)
    : consumer_(consumer), shard_(shard), queue_(queue), queue_bytes_(queue_bytes) {}

void PageReader::Want(TopicFeed& feed) {
  if (std::find(waiting_.begin(), waiting_.end(), &feed) == waiting_.end()) waiting_.push_back(&feed);
  Go();
}

void PageReader::Forget(TopicFeed& feed) {
  feed.generation = ++generations_;
  std::erase(waiting_, &feed);
}

void PageReader::Go() {
  if (reading_ || waiting_.empty() || queue_.queued_bytes() > low_watermark()) return;
  const TopicFeed& feed = *waiting_.front();
  waiting_.erase(waiting_.begin());
  reading_ = true;
  Read(feed);
}

void PageReader::Read(const TopicFeed& feed) {
  auto done = [this, weak = consumer_.weak_from_this(),
               generation = feed.generation](absl::StatusOr<broker::Page> page) {
    const std::shared_ptr<PageConsumer> owner = weak.lock();
    if (owner == nullptr) return;
    reading_ = false;
    owner->OnPage(generation, std::move(page));
    Go();
  };
  if (feed.start != nullptr && feed.start->page == FeedStart::Page::kFindFirst) {
    // Only the first event's offset counts, so however many bytes they are: what is held is references, for a moment.
    const size_t count = feed.start->history;
    shard_.ReadLast(feed.topic, count, {.max_events = count, .max_bytes = std::numeric_limits<size_t>::max()},
                    std::move(done));
  } else {
    shard_.Read(feed.topic, feed.position, PageLimits(queue_bytes_), std::move(done));
  }
}

}  // namespace spanwire::session
