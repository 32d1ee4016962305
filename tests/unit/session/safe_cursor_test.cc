// The cursor that a transport puts beside what it sends, so that its client can resume all topics from there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/session/session_fixture.h"

namespace spanwire::session {
namespace {

using ::testing::ElementsAre;

class SafeCursorTest : public SessionTest {
 protected:
  SafeCursorTest() { Watch(); }
  void Watch() {
    out_->on_send = [this] {
      const std::vector<boost::json::object> messages = Take();
      words_.push_back(Word(messages.back()) + " @" + session_->SafeCursor().value_or("none"));
    };
  }
  // Another session has a topic already; `session_` is a new one.
  void LetAnotherHave(const std::string& topic) {
    session_->SubscribeFromUrl({topic}, std::nullopt, 0);
    Settle();
    other_out_ = std::move(out_);
    other_ = std::exchange(session_, nullptr);
    NewSession();
    Watch();
    TakeSent();
  }
  ~SafeCursorTest() override {
    if (other_ != nullptr) other_->Shutdown();
  }
  // `42 a @e1-42`: what was sent and the cursor asked for from within.
  std::vector<std::string> TakeSent() { return std::exchange(words_, {}); }

  std::vector<std::string> words_;
  std::unique_ptr<RecordingOutbound> other_out_;
  std::shared_ptr<Session> other_;
};

TEST_F(SafeCursorTest, IncludesWhatIsBeingSentAndNothingMore) {
  session_->Start();
  for (int i = 0; i < 3; ++i) broker_.Publish("a");
  session_->SubscribeFromUrl({"a"}, "e1-1", 0);
  Settle();
  broker_.Publish("a");
  Settle();
  EXPECT_THAT(TakeSent(), ElementsAre("connected @none", "subscription a e1-1 recovered @e1-1", "2 a @e1-2",
                                      "3 a @e1-3", "4 a @e1-4"));
}

TEST_F(SafeCursorTest, IsHeldBackByTheTopicThatIsFurthestBehind) {
  broker_.page_size = 1;
  broker_.PublishAll({{"a", "x"}, {"b", "x"}, {"a", "x"}, {"b", "x"}});
  session_->SubscribeFromUrl({"a", "b"}, "e1-0", 0);
  Settle();
  broker_.Publish("a");
  Settle();
  const std::vector<std::string> sent = TakeSent();
  uint64_t a = 0;
  uint64_t b = 0;
  for (const std::string& word : sent) {
    uint64_t offset = 0;
    if (std::sscanf(word.c_str(), "%lu", &offset) == 1) (word.find(" a ") != std::string::npos ? a : b) = offset;
    const auto cursor = model::ParseCursor(word.substr(word.find('@') + 1));
    ASSERT_TRUE(cursor.ok()) << word;
    // The topics' events are 1, 3, 5 and 2, 4.
    const uint64_t a_through = a == 5 ? 100 : a == 3 ? 4 : a == 1 ? 2 : 0;
    const uint64_t b_through = b == 4 ? 100 : b == 2 ? 3 : 1;
    EXPECT_LE(cursor->offset, std::min(a_through, b_through)) << word;
  }
  EXPECT_EQ(sent.back(), "5 a @e1-5");
}

TEST_F(SafeCursorTest, ThereIsNoneUntilATopicWithoutSinceHasBegun) {
  broker_.Publish("a");
  session_->SubscribeFromUrl({"a", "b"}, std::nullopt, 1);
  Settle();
  EXPECT_THAT(TakeSent(), ElementsAre("subscription a e1-0 @none", "1 a @none", "subscription b e1-1 @e1-1"));
}

// A client that is cut between the two would else come back with a cursor that skips what b lost.
TEST_F(SafeCursorTest, ATopicThatIsReadyAtOnceDoesNotSpeakForThoseBehindIt) {
  LetAnotherHave("a");
  session_->SubscribeFromUrl({"a", "b"}, "old-7", 0);
  EXPECT_THAT(TakeSent(), ElementsAre("subscription a e1-0 lost @old-7"));
  Settle();
  EXPECT_THAT(TakeSent(), ElementsAre("subscription b e1-0 lost @e1-0"));
}

TEST_F(SafeCursorTest, NorDoesOneThatTheSessionHadBeforeTheUrlWasRead) {
  LetAnotherHave("a");
  session_->GatherTopics();
  Say(R"({"action":"subscribe","topic":"a","since":"old-7"})");
  EXPECT_THAT(TakeSent(), ElementsAre());
  session_->SubscribeFromUrl({"b"}, "old-7", 0);
  EXPECT_THAT(TakeSent(), ElementsAre("subscription a e1-0 lost @old-7"));
  Settle();
  EXPECT_THAT(TakeSent(), ElementsAre("subscription b e1-0 lost @e1-0"));
}

TEST_F(SafeCursorTest, OfAnotherLogItNeverSpeaksForThisOne) {
  session_->SubscribeFromUrl({"a", "b"}, "old-7", 0);
  Settle();
  broker_.Reset("e2");
  Settle();
  const std::vector<std::string> sent = TakeSent();
  EXPECT_THAT(sent, ElementsAre("subscription a e1-0 lost @old-7", "subscription b e1-0 lost @e1-0",
                                ::testing::MatchesRegex("subscription [ab] e2-0 lost @e1-0"),
                                ::testing::MatchesRegex("subscription [ab] e2-0 lost @e2-0")));
}

TEST_F(SafeCursorTest, EventsHandedOverAtTheTurnToLiveAreCountedOneByOne) {
  broker_.Publish("a");
  session_->SubscribeFromUrl({"a"}, "e1-0", 0);
  RunShard();
  broker_.AnswerOne();  // interest
  RunShard();           // asks for the page
  broker_.PublishAll({{"a", "x"}, {"a", "x"}});
  Settle();
  EXPECT_THAT(TakeSent(), ElementsAre("subscription a e1-0 recovered @e1-0", "1 a @e1-1", "2 a @e1-2", "3 a @e1-3"));
}

TEST_F(SafeCursorTest, SubscribingFromTheUrlAnswersAsAMessageWouldAndIsNotOne) {
  session_->SubscribeFromUrl({"a b", "a"}, "nope", 0);
  EXPECT_THAT(TakeSent(), ElementsAre("error bad_topic @none", "error bad_cursor @none"));
  EXPECT_EQ(session_->messages_received(), 0u);
}

}  // namespace
}  // namespace spanwire::session
