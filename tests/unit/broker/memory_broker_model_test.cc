// Random operations against a broker so simple that it is right at sight.
#include <deque>
#include <map>
#include <random>

#include <gmock/gmock.h>

#include "bridge/broker/memory_broker.h"
#include "tests/contract/answer.h"
#include "tests/contract/unsealed_event.h"

namespace spanwire::broker {
namespace {

using ::testing::ElementsAreArray;

const config::HistoryPolicy kPolicies[] = {
    {.max_events = 5, .max_age = absl::Seconds(20), .max_bytes = 1'000'000},
    {.max_events = 1000, .max_age = absl::InfiniteDuration(), .max_bytes = 3000},
    {.max_events = 0, .max_age = absl::Seconds(20), .max_bytes = 1'000'000},
    {.max_events = 1000, .max_age = absl::Seconds(50), .max_bytes = 1'000'000},
};

// One event as the reference remembers it.
struct Kept {
  uint64_t offset;
  absl::Time at;
  size_t bytes;
};

// Everything ever published to a topic, and what its policy leaves of it.
struct ReferenceTopic {
  config::HistoryPolicy policy;
  std::vector<uint64_t> published;
  std::deque<Kept> kept;
  uint64_t lost_through = 0;
  bool wanted = false;

  void Drop() {
    lost_through = kept.front().offset;
    kept.pop_front();
  }
  void Bound(absl::Time now) {
    size_t bytes = 0;
    for (const Kept& event : kept) bytes += event.bytes;
    while (!kept.empty() && (kept.size() > policy.max_events || bytes > policy.max_bytes)) {
      bytes -= kept.front().bytes;
      Drop();
    }
    while (!kept.empty() && kept.front().at + policy.max_age <= now) Drop();
  }
};

class MemoryBrokerModelTest : public ::testing::TestWithParam<size_t> {
 protected:
  static constexpr int kTenants = 3;
  static constexpr int kTopics = 8;

  MemoryBrokerModelTest() : seed_(std::random_device()()), random_(seed_) {
    std::printf("seed %u\n", seed_);
    for (int tenant = 0; tenant < kTenants; ++tenant) {
      for (int i = 0; i < kTopics; ++i) {
        topics_.push_back(table_.Intern("tenant" + std::to_string(tenant), std::to_string(i)));
        reference_[topics_.back()].policy = PolicyOf(topics_.back()->name);
      }
    }
  }

  static config::HistoryPolicy PolicyOf(std::string_view topic) {
    return kPolicies[static_cast<size_t>(topic[0] - '0') % std::size(kPolicies)];
  }
  static std::vector<config::TopicPolicy> PolicyList() {
    std::vector<config::TopicPolicy> list;
    for (char first = '0'; first <= '9'; ++first) {
      list.push_back({.match = {first, '*'}, .history = PolicyOf({&first, 1})});
    }
    return list;
  }
  size_t Pick(size_t count) { return random_() % count; }
  model::TopicPtr PickTopic() { return topics_[Pick(topics_.size())]; }

  void Publish() {
    std::vector<std::shared_ptr<model::Envelope>> events(1 + Pick(6));
    for (auto& event : events) event = UnsealedEvent(PickTopic(), clock_.Now(), Pick(1500));
    const auto copies = events;
    Answer<std::vector<absl::StatusOr<model::Cursor>>> answer;
    broker_->Publish(std::move(events), answer.Callback());
    const auto results = answer.Get().value();
    ASSERT_EQ(results.size(), copies.size());
    for (size_t i = 0; i < copies.size(); ++i) {
      const model::TopicPtr& topic = copies[i]->topic();
      ASSERT_TRUE(results[i].ok()) << results[i].status();
      ASSERT_EQ(results[i]->offset, ++heads_[topic->tenant]);
      ReferenceTopic& reference = reference_[topic];
      reference.published.push_back(results[i]->offset);
      reference.kept.push_back({results[i]->offset, copies[i]->accepted_at(), copies[i]->memory()});
      // Age is looked at only when the topic is read.
      reference.Bound(absl::InfinitePast());
    }
  }

  Page Read(const model::TopicPtr& topic, uint64_t after, ReadLimits limits) {
    Answer<absl::StatusOr<Page>> answer;
    broker_->Read(topic, after, limits, answer.Callback());
    return answer.Get().value().value();
  }

  // Reads on to the end in pages of random limits.
  Page ReadAll(const model::TopicPtr& topic, uint64_t after) {
    Page all;
    for (uint64_t position = after;;) {
      const Page page = Read(topic, position, {.max_events = Pick(5), .max_bytes = Pick(4000)});
      all.events.insert(all.events.end(), page.events.begin(), page.events.end());
      all.head = page.head;
      all.lost_through = page.lost_through;
      if (page.events.empty() || page.through >= page.head) return all;
      EXPECT_EQ(page.through, page.events.back()->offset());
      position = page.through;
    }
  }

  // What must hold however much was discarded, and in which order.
  void CheckHonesty(const model::TopicPtr& topic) {
    const ReferenceTopic& reference = reference_[topic];
    const uint64_t after = Pick(heads_[topic->tenant] + 2);
    const Page page = ReadAll(topic, after);
    ASSERT_EQ(page.head, heads_[topic->tenant]);
    ASSERT_LE(page.lost_through, page.head);
    std::vector<uint64_t> expected;
    for (uint64_t offset : reference.published) {
      if (offset > after && offset > page.lost_through) expected.push_back(offset);
    }
    std::vector<uint64_t> offsets;
    for (const model::EnvelopePtr& event : page.events) offsets.push_back(event->offset());
    ASSERT_THAT(offsets, ElementsAreArray(expected));
  }

  void CheckExactly(const model::TopicPtr& topic) {
    ReferenceTopic& reference = reference_[topic];
    reference.Bound(clock_.Now());
    ASSERT_EQ(ReadAll(topic, 0).lost_through, reference.lost_through) << topic->name;
  }

  void ToggleInterest() {
    const model::TopicPtr topic = PickTopic();
    ReferenceTopic& reference = reference_[topic];
    reference.wanted = !reference.wanted;
    if (!reference.wanted) return broker_->RemoveInterest(topic);
    Answer<absl::StatusOr<Head>> answer;
    broker_->AddInterest(topic, answer.Callback());
    ASSERT_EQ(answer.Get().value().value().offset, heads_[topic->tenant]);
  }

  const unsigned seed_;
  std::mt19937 random_;
  const config::TopicPolicies policies_{PolicyList()};
  model::FakeClock clock_;
  model::TopicTable table_;
  std::vector<model::TopicPtr> topics_;
  std::map<model::TopicPtr, ReferenceTopic> reference_;
  std::map<std::string, uint64_t> heads_;
  std::unique_ptr<MemoryBroker> broker_;
};

TEST_P(MemoryBrokerModelTest, PoliciesAloneDecideWhatIsKeptWhileMemoryLasts) {
  broker_ = std::make_unique<MemoryBroker>(
      MemoryBroker::Options{
          .policies = &policies_, .topic_idle = absl::InfiniteDuration(), .sweep_interval = absl::InfiniteDuration()},
      clock_);
  for (int step = 0; step < 2000 && !HasFatalFailure(); ++step) {
    Publish();
    CheckHonesty(PickTopic());
    CheckExactly(PickTopic());
    if (Pick(10) == 0) clock_.Advance(absl::Seconds(Pick(15)));
    if (Pick(10) == 0) broker_->Sweep();
    if (Pick(10) == 0) ToggleInterest();
  }
}

TEST_P(MemoryBrokerModelTest, LostThroughIsHonestWhateverIsEvicted) {
  const size_t limit = 6'000 + Pick(60'000);
  broker_ = std::make_unique<MemoryBroker>(MemoryBroker::Options{.policies = &policies_,
                                                                 .memory_limit = limit,
                                                                 .topic_idle = absl::Seconds(30),
                                                                 .sweep_interval = absl::InfiniteDuration(),
                                                                 .sweep_work = 1 + Pick(40)},
                                           clock_);
  for (int step = 0; step < 2000 && !HasFatalFailure(); ++step) {
    Publish();
    ASSERT_LE(broker_->usage().history_bytes, limit);
    CheckHonesty(PickTopic());
    if (Pick(10) == 0) clock_.Advance(absl::Seconds(Pick(15)));
    if (Pick(5) == 0) broker_->Sweep();
    if (Pick(5) == 0) ToggleInterest();
    ASSERT_LE(broker_->usage().history_bytes, limit);
  }
}

INSTANTIATE_TEST_SUITE_P(Rounds, MemoryBrokerModelTest, ::testing::Range<size_t>(0, 5));

}  // namespace
}  // namespace spanwire::broker
