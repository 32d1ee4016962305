#include "bridge/session/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/session/session_fixture.h"

namespace spanwire::session {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(SessionTest, GreetsWithConnected) {
  session_->Start();
  const auto messages = Take();
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].at("type").as_string(), "connected");
  EXPECT_EQ(messages[0].at("topic").as_string(), "$bridge");
  const auto& data = messages[0].at("data").as_object();
  EXPECT_EQ(data.at("client_id").as_string(), session_->client_id());
  EXPECT_EQ(data.at("protocol").as_int64(), 1);
  EXPECT_EQ(data.at("ping_interval_ms").as_int64(), 30000);
  EXPECT_EQ(data.at("server").as_string(), "spanwire-bridge/test");
  EXPECT_EQ(data.at("node").as_string(), "n1");
  EXPECT_FALSE(data.at("secure").as_bool());
  EXPECT_FALSE(data.contains("user_id"));
}

TEST_F(SessionTest, SubscribeAcknowledgesWithThePositionAndDeliversWhatFollows) {
  broker_.Publish("a");
  Say(R"({"action":"subscribe","topic":"a","id":7})");
  EXPECT_THAT(out_->received, IsEmpty()) << "nothing before live flow is confirmed";
  Settle();
  const auto messages = Take();
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(Word(messages[0]), "subscription a e1-1");
  EXPECT_EQ(messages[0].at("data").at("id").as_int64(), 7);
  broker_.Publish("a");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("2 a"));
}

TEST_F(SessionTest, TypeIsASynonymOfActionAndTopicsMayBeMany) {
  Say(R"({"type":"subscribe","topics":["a","b","a"],"id":"x"})");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-0", "subscription b e1-0"));
}

TEST_F(SessionTest, SinceReplaysWhatWasMissedThenGoesLive) {
  for (int i = 0; i < 3; ++i) broker_.Publish("a");
  broker_.Publish("b");
  Say(R"({"action":"subscribe","topic":"a","since":"e1-1"})");
  Settle();
  broker_.Publish("a");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-1 recovered", "2 a", "3 a", "5 a"));
}

TEST_F(SessionTest, EventsPublishedWhileAPageIsReadComeOnceAndInOrder) {
  broker_.Publish("a");
  Say(R"({"action":"subscribe","topic":"a","since":"e1-0"})");
  RunShard();
  broker_.AnswerOne();  // interest
  RunShard();           // asks for the page, which holds 1
  broker_.Publish("a");
  RunShard();  // 2 is distributed while the page is on its way
  Settle();
  broker_.Publish("a");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-0 recovered", "1 a", "2 a", "3 a"));
}

TEST_F(SessionTest, ALongReplayIsReadPageByPage) {
  broker_.page_size = 2;
  for (int i = 0; i < 5; ++i) broker_.Publish("a");
  Say(R"({"action":"subscribe","topic":"a","since":"e1-0"})");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-0 recovered", "1 a", "2 a", "3 a", "4 a", "5 a"));
}

TEST_F(SessionTest, ReplayWaitsWhileMuchIsQueued) {
  broker_.page_size = 1;
  for (int i = 0; i < 3; ++i) broker_.Publish("a");
  Say(R"({"action":"subscribe","topic":"a","since":"e1-0"})");
  RunShard();
  broker_.AnswerOne();  // interest
  RunShard();           // asks for the first page
  out_->queued = session_->low_watermark() + 1;
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-0 recovered", "1 a"))
      << "the page on its way, no further one";
  out_->queued = 0;
  session_->OnWritable();
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("2 a", "3 a"));
}

TEST_F(SessionTest, ACursorOfAnotherEpochIsNotRecovered) {
  broker_.Publish("a");
  Say(R"({"action":"subscribe","topic":"a","since":"zz-1"})");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-1 lost"));
}

TEST_F(SessionTest, ACursorBeyondTheHeadIsNotRecovered) {
  broker_.Publish("a");
  Say(R"({"action":"subscribe","topic":"a","since":"e1-2"})");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-1 lost"));
}

TEST_F(SessionTest, ADiscardedEventAfterTheCursorIsNotRecovered) {
  for (int i = 0; i < 4; ++i) broker_.Publish("a");
  broker_.Discard("a", 2);
  Say(R"({"action":"subscribe","topic":"a","since":"e1-1"})");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-4 lost"));
  NewSession();
  Say(R"({"action":"subscribe","topic":"a","since":"e1-2"})");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-2 recovered", "3 a", "4 a"));
}

TEST_F(SessionTest, HistoryGivesTheLastEventsWhereNothingCanBeRecovered) {
  for (int i = 0; i < 4; ++i) broker_.Publish("a");
  Say(R"({"action":"subscribe","topic":"a","since":"zz-1","history":2})");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-2 lost", "3 a", "4 a"));
  NewSession();
  Say(R"({"action":"subscribe","topic":"a","history":1})");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-3", "4 a"));
}

TEST_F(SessionTest, HistoryOfManyBytesComesWholePageByPage) {
  const std::string value(100 * 1024, 'x');
  for (int i = 0; i < 6; ++i) broker_.Publish("a", value);
  Say(R"({"action":"subscribe","topic":"a","history":5})");
  for (int i = 0; i < 3; ++i) {
    RunShard();
    broker_.AnswerOne();  // interest, where the five begin, the first page
  }
  out_->queued = session_->low_watermark() + 1;
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-1", "2 a", "3 a")) << "a page of at most 256 KiB";
  out_->queued = 0;
  session_->OnWritable();
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("4 a", "5 a", "6 a"));
}

TEST_F(SessionTest, HistoryOfOverAThousandEventsComesWhole) {
  for (int i = 0; i < 1500; ++i) broker_.Publish("a");
  Say(R"({"action":"subscribe","topic":"a","history":1200})");
  Settle();
  const std::vector<std::string> words = TakeWords();
  ASSERT_EQ(words.size(), 1201u);
  EXPECT_EQ(words[0], "subscription a e1-300");
  EXPECT_EQ(words[1], "301 a");
  EXPECT_EQ(words.back(), "1500 a");
}

TEST_F(SessionTest, HistoryDiscardedAfterItWasCountedBeginsBehindIt) {
  for (int i = 0; i < 4; ++i) broker_.Publish("a");
  Say(R"({"action":"subscribe","topic":"a","history":3})");
  RunShard();
  broker_.AnswerOne();  // interest
  RunShard();           // asks where the three begin
  broker_.Discard("a", 3);
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-3", "4 a"));
}

TEST_F(SessionTest, APageAheadOfTheInboxRepeatsNothing) {
  broker_.page_size = 1;
  broker_.PublishAll({{"a", "x"}, {"a", "x"}});
  Say(R"({"action":"subscribe","topic":"a","since":"e1-0"})");
  RunShard();
  broker_.AnswerOne();  // interest
  RunShard();           // asks for the first page
  out_->queued = session_->low_watermark() + 1;
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-0 recovered", "1 a"));
  // More than the shard distributes in a turn, so the page is there before it has got to the end.
  broker_.page_size = 1000;
  broker_.PublishAll(std::vector<std::pair<std::string, std::string>>(600, {"a", "x"}));
  out_->queued = 0;
  session_->OnWritable();
  broker_.AnswerOne();
  Settle();
  broker_.Publish("a");
  Settle();
  const std::vector<std::string> words = TakeWords();
  ASSERT_EQ(words.size(), 602u);
  for (size_t i = 0; i < words.size(); ++i) EXPECT_EQ(words[i], fmt::format("{} a", i + 2));
}

TEST_F(SessionTest, HistoryLostBetweenPagesIsSaid) {
  broker_.page_size = 1;
  for (int i = 0; i < 4; ++i) broker_.Publish("a");
  Say(R"({"action":"subscribe","topic":"a","since":"e1-0"})");
  RunShard();
  broker_.AnswerOne();  // interest
  RunShard();           // asks for the first page
  out_->queued = session_->low_watermark() + 1;
  Settle();
  broker_.Discard("a", 3);
  out_->queued = 0;
  session_->OnWritable();
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-0 recovered", "1 a", "subscription a e1-4 lost"));
}

TEST_F(SessionTest, SubscribingAgainChangesNothingAndIsAcknowledged) {
  Say(R"({"action":"subscribe","topic":"a"})");
  Settle();
  broker_.Publish("a");
  Settle();
  Say(R"({"action":"subscribe","topic":"a","id":1})");
  broker_.Publish("a");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-0", "1 a", "subscription a e1-1", "2 a"));
}

TEST_F(SessionTest, SubscribingAgainBeforeTheFirstIsAcknowledgedAnswersBoth) {
  Say(R"({"action":"subscribe","topic":"a","id":1})");
  Say(R"({"action":"subscribe","topic":"a","id":2})");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-0", "subscription a e1-0"));
  broker_.Publish("a");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("1 a"));
}

TEST_F(SessionTest, SubscribingAgainWithSinceStartsThere) {
  Say(R"({"action":"subscribe","topic":"a"})");
  Settle();
  broker_.Publish("a");
  broker_.Publish("a");
  Settle();
  TakeWords();
  Say(R"({"action":"subscribe","topic":"a","since":"e1-1"})");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-1 recovered", "2 a"));
}

TEST_F(SessionTest, SinceMayBePerTopic) {
  broker_.Publish("a");
  broker_.Publish("b");
  Say(R"({"action":"subscribe","topics":["a","b"],"since":{"a":"e1-0"}})");
  Settle();
  EXPECT_THAT(TakeWords(),
              ::testing::UnorderedElementsAre("subscription a e1-0 recovered", "1 a", "subscription b e1-2"));
}

TEST_F(SessionTest, NothingFollowsAnUnsubscription) {
  Say(R"({"action":"subscribe","topic":"a"})");
  Settle();
  Say(R"({"action":"unsubscribe","topics":["a","never"],"id":"u"})");
  broker_.Publish("a");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-0", "unsubscription a", "unsubscription never"));
}

TEST_F(SessionTest, UnsubscribingBeforeTheAcknowledgementIsAnsweredAfterIt) {
  broker_.Publish("a");
  Say(R"({"action":"subscribe","topic":"a","since":"e1-0"})");
  Say(R"({"action":"unsubscribe","topic":"a"})");
  Settle();
  broker_.Publish("a");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-0 recovered", "unsubscription a"));
}

TEST_F(SessionTest, SubscribingAfterUnsubscribingBeforeTheAcknowledgementSubscribes) {
  Say(R"({"action":"subscribe","topic":"a"})");
  Say(R"({"action":"unsubscribe","topic":"a"})");
  Say(R"({"action":"subscribe","topic":"a"})");
  Settle();
  broker_.Publish("a");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-0", "unsubscription a", "subscription a e1-0", "1 a"));
}

TEST_F(SessionTest, ATopicThatWaitsToBeReadMayBeginAnew) {
  Say(R"({"action":"subscribe","topics":["a","b"]})");
  Settle();
  broker_.PublishAll({{"a", "x"}, {"b", "x"}});
  Settle();
  TakeWords();
  Say(R"({"action":"subscribe","topics":["a","b"],"since":"e1-0"})");  // a is being read, b waits for its turn
  Say(R"({"action":"subscribe","topic":"b","since":"zz-1"})");         // and is live at once
  Settle();
  broker_.Publish("b");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription b e1-2 lost", "subscription b e1-2 lost",
                                       "subscription a e1-0 recovered", "1 a", "3 b"));
  Say(R"({"action":"unsubscribe","topic":"b"})");
  broker_.Publish("b");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("unsubscription b"));
}

TEST_F(SessionTest, PongCarriesThePosition) {
  Say(R"({"action":"subscribe","topic":"a"})");
  Settle();
  broker_.Publish("a");
  Settle();
  Take();
  Say(R"({"action":"ping","id":"p1"})");
  const auto messages = Take();
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].at("data").at("cursor").as_string(), "e1-1");
  EXPECT_EQ(messages[0].at("data").at("id").as_string(), "p1");
}

TEST_F(SessionTest, PongWithoutTopicsCarriesTheHead) {
  broker_.Publish("a");
  Say(R"({"action":"ping"})");
  Settle();
  EXPECT_EQ(Take().at(0).at("data").at("cursor").as_string(), "e1-1");
}

TEST_F(SessionTest, BadMessagesAreAnsweredAndChangeNothing) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"", "bad_request"},
      {"nonsense", "bad_request"},
      {"[]", "bad_request"},
      {"42", "bad_request"},
      {R"({"action":"subscribe"})", "bad_request"},
      {R"({"action":"subscribe","topic":5})", "bad_request"},
      {R"({"action":"subscribe","topics":"a"})", "bad_request"},
      {R"({"action":"subscribe","topics":[]})", "bad_request"},
      {R"({"action":"subscribe","topics":["a",1]})", "bad_request"},
      {R"({"action":"subscribe","topic":"a","since":5})", "bad_request"},
      {R"({"action":"subscribe","topic":"a","since":{"a":5}})", "bad_request"},
      {R"({"action":"subscribe","topic":"a","history":-1})", "bad_request"},
      {R"({"action":"subscribe","topic":"a","history":1.5})", "bad_request"},
      {R"({"action":"subscribe","topic":"a","id":{}})", "bad_request"},
      {R"({"topic":"a"})", "bad_request"},
      {R"({"action":5})", "bad_request"},
      {R"({"action":"dance"})", "unknown_action"},
      {R"({"action":"subscribe","topic":""})", "bad_topic"},
      {R"({"action":"subscribe","topic":"a b"})", "bad_topic"},
      {R"({"action":"subscribe","topic":"$bridge"})", "bad_topic"},
      {R"({"action":"unsubscribe","topic":"a b"})", "bad_topic"},
      {R"({"action":"subscribe","topic":"a","since":"nope"})", "bad_cursor"},
      {R"({"action":"auth","token":"x"})", "unauthorized"},
      {R"([[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]])", "bad_request"},
  };
  for (const auto& [text, code] : table) {
    Say(text);
    Settle();
    EXPECT_THAT(TakeWords(), ElementsAre("error " + code)) << text;
  }
  EXPECT_THAT(session_->Subscriptions(), IsEmpty());
  EXPECT_FALSE(out_->closed);
}

TEST_F(SessionTest, AnIdHasSoManyBytesAsItsClientCountsThem) {
  const auto ping = [](const std::string& id) { return R"({"action":"ping","id":")" + id + "\"}"; };
  const std::string longest(128, 'i');
  Say(ping(longest));
  Settle();
  EXPECT_EQ(Take().at(0).at("data").at("id").as_string(), longest);
  std::string escaped;
  for (int i = 0; i < 128; ++i) escaped += "\\u0001";
  Say(ping(escaped));
  Settle();
  EXPECT_EQ(Take().at(0).at("data").at("id").as_string(), std::string(128, '\1'));
  Say(ping(longest + "i"));
  EXPECT_EQ(Take().at(0).at("data").at("message").as_string(), "id has over 128 bytes: choose a shorter one");
}

TEST_F(SessionTest, WhatIsNestedTooDeepIsSaidToBeSo) {
  const auto nested = [](int levels) {
    return R"({"action":"ping","x":)" + std::string(levels, '[') + std::string(levels, ']') + "}";
  };
  Say(nested(7));  // the message itself is the first of eight
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("pong"));
  Say(nested(8));
  const auto error = Take().at(0);
  EXPECT_EQ(error.at("data").at("code").as_string(), "bad_request");
  EXPECT_EQ(error.at("data").at("message").as_string(),
            "nested too deep: at most 8 objects and arrays within each other");
}

TEST_F(SessionTest, WhoIsToldOfALossIsCountedByTransport) {
  for (const auto transport : {observe::Transport::kWebSocket, observe::Transport::kSse}) {
    NewSession({.transport = transport});
    Say(R"({"action":"subscribe","topic":"a","since":"old-1"})");
    Say(R"({"action":"subscribe","topic":"b"})");
    Settle();
    EXPECT_EQ(shard_.metrics().not_recovered[static_cast<size_t>(transport)].Value(), 1u);
  }
  EXPECT_EQ(shard_.metrics().not_recovered[static_cast<size_t>(observe::Transport::kPoll)].Value(), 0u);
}

TEST_F(SessionTest, AnErrorNamesTheTopicTheActionAndTheId) {
  Say(R"({"action":"subscribe","topic":"a b","id":"i"})");
  const auto message = Take().at(0);
  EXPECT_EQ(message.at("topic").as_string(), "a b");
  EXPECT_EQ(message.at("data").at("action").as_string(), "subscribe");
  EXPECT_EQ(message.at("data").at("id").as_string(), "i");
}

TEST_F(SessionTest, EachTopicGetsItsOwnAnswer) {
  Say(R"({"action":"subscribe","topics":["a","b b","c"]})");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("error bad_topic", "subscription a e1-0", "subscription c e1-0"));
}

TEST_F(SessionTest, TopicsOverTheLimitAreRefusedAndTheOthersStand) {
  settings_.limits.topics_per_connection = 2;
  Say(R"({"action":"subscribe","topics":["a","b","c","d"]})");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("error too_many_topics", "error too_many_topics", "subscription a e1-0",
                                       "subscription b e1-0"));
  Say(R"({"action":"unsubscribe","topic":"a"})");
  Say(R"({"action":"subscribe","topic":"c"})");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("unsubscription a", "subscription c e1-0"));
}

class FullShardTest : public SessionTest {
 protected:
  FullShardTest() : SessionTest(/*inbox_events=*/65536, /*max_subscriptions=*/2) {}
};

TEST_F(FullShardTest, TopicsBeyondWhatTheBridgeHoldsAreRefusedAndThoseThatAreThereStand) {
  Say(R"({"action":"subscribe","topics":["a","b","c"]})");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("error overloaded", "subscription a e1-0", "subscription b e1-0"));
  Say(R"({"action":"subscribe","topic":"a","since":"e1-0"})");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-0 recovered"));
  Say(R"({"action":"unsubscribe","topic":"a"})");
  Say(R"({"action":"subscribe","topic":"c"})");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("unsubscription a", "subscription c e1-0"));
}

TEST_F(SessionTest, MessagesOverTheRateAreRefusedAndTwiceTheBurstOfThemCloses) {
  settings_.limits.client_message_burst = 3;
  settings_.limits.client_messages_per_second = 1;
  NewSession();
  for (int i = 0; i < 3; ++i) Say(R"({"action":"pong"})");
  EXPECT_THAT(TakeWords(), IsEmpty());
  Say(R"({"action":"pong"})");
  EXPECT_THAT(TakeWords(), ElementsAre("error rate_limited"));
  clock_.Advance(absl::Seconds(2));
  Say(R"({"action":"pong"})");
  EXPECT_THAT(TakeWords(), IsEmpty());
  for (int i = 0; i < 5; ++i) Say(R"({"action":"pong"})");
  EXPECT_FALSE(out_->closed);
  Say(R"({"action":"pong"})");
  EXPECT_EQ(out_->closed, CloseCode::kTooManyMessages);
  EXPECT_EQ(shard_.metrics().messages_refused.Value(), 7u);
}

TEST_F(SessionTest, ARefusalOverTheRateEchoesTheId) {
  settings_.limits.client_message_burst = 2;
  settings_.limits.client_messages_per_second = 0.001;
  NewSession();
  for (int i = 0; i < 2; ++i) Say(R"({"action":"pong"})");
  Say(R"({"action":"subscribe","topics":["a"],"id":"x\"y"})");
  Say(R"({"id":17,"action":"ping"})");
  const auto messages = Take();
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].at("data").at("id").as_string(), "x\"y");
  EXPECT_EQ(messages[1].at("data").at("id").as_int64(), 17);
}

TEST_F(SessionTest, OnlyAnIdThatMayBeEchoedIs) {
  for (const std::string& text :
       {std::string(R"({"id":[1]})"), std::string(R"({"id":null})"), std::string("{\"id\":tru"), std::string("no JSON"),
        std::string(R"({"data":{"id":1}})"), fmt::format(R"({{"id":"{}"}})", std::string(200, 'x'))}) {
    EXPECT_EQ(PeekReplyId(text), "") << text;
  }
}

TEST_F(SessionTest, ALogThatIsReplacedIsAnnouncedByANewSubscription) {
  Say(R"({"action":"subscribe","topic":"a"})");
  Settle();
  broker_.Publish("a");
  Settle();
  TakeWords();
  broker_.Reset("e2");
  broker_.Publish("a");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e2-0 lost", "1 a"));
}

TEST_F(SessionTest, ALogThatIsReplacedWhileATopicCatchesUpIsNotTakenForTheOldOne) {
  fanout::Fanout fanout(1, broker_, metrics_, {.inbox_events = 2});
  out_ = std::make_unique<RecordingOutbound>();
  session_->Shutdown();
  session_ = std::make_shared<Session>(fanout.shard(0), settings_, *out_, Admission{});
  const auto settle = [&] {
    do {
      fanout.shard(0).io().restart();
      fanout.shard(0).io().poll();
    } while (broker_.AnswerOne());
  };
  Say(R"({"action":"subscribe","topic":"a"})");
  settle();
  broker_.Publish("a");
  settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-0", "1 a"));
  // Live flow is interrupted, and while it is the log is replaced: nobody is told of that but by the answer.
  broker_.PublishAll({{"a", "x"}, {"a", "x"}, {"a", "x"}});
  fanout.shard(0).io().restart();
  fanout.shard(0).io().poll();
  broker_.ReplaceSilently("e2");
  broker_.PublishAll({{"a", "x"}, {"a", "x"}, {"a", "x"}});
  broker_.PublishAll({{"a", "x"}, {"a", "x"}, {"a", "x"}});
  settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e2-6 lost"));
  broker_.Publish("a");
  settle();
  EXPECT_THAT(TakeWords(), ElementsAre("7 a"));
  session_->Shutdown();
}

TEST_F(SessionTest, APageOfAnotherLogIsALoss) {
  broker_.page_size = 1;
  for (int i = 0; i < 3; ++i) broker_.Publish("a");
  Say(R"({"action":"subscribe","topic":"a","since":"e1-0"})");
  RunShard();
  broker_.AnswerOne();  // interest
  RunShard();           // asks for the first page
  out_->queued = session_->low_watermark() + 1;
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("subscription a e1-0 recovered", "1 a"));
  broker_.ReplaceSilently("e2");
  for (int i = 0; i < 3; ++i) broker_.Publish("b");
  out_->queued = 0;
  session_->OnWritable();
  Settle();
  const std::vector<std::string> words = TakeWords();
  ASSERT_EQ(words.size(), 1u);
  EXPECT_THAT(words[0], ::testing::EndsWith("lost"));
}

TEST_F(SessionTest, ABrokerThatCannotServeATopicIsSaid) {
  broker_.FailWith(absl::UnavailableError("away"));
  Say(R"({"action":"subscribe","topic":"a","id":1})");
  Settle();
  EXPECT_THAT(TakeWords(), ElementsAre("error overloaded"));
  EXPECT_THAT(session_->Subscriptions(), IsEmpty());
}

TEST_F(SessionTest, DisconnectTellsWhyAndWhetherToComeBack) {
  session_->Disconnect(CloseCode::kRestart, "drain", absl::Milliseconds(250));
  const auto message = Take().at(0);
  EXPECT_EQ(message.at("type").as_string(), "disconnect");
  EXPECT_EQ(message.at("data").at("code").as_int64(), 1012);
  EXPECT_TRUE(message.at("data").at("reconnect").as_bool());
  EXPECT_EQ(message.at("data").at("after_ms").as_int64(), 250);
  EXPECT_EQ(out_->closed, CloseCode::kRestart);
}

TEST_F(SessionTest, ProtocolErrorsAreNotAnnounced) {
  session_->Disconnect(CloseCode::kProtocolError, "bad frame");
  EXPECT_THAT(Take(), IsEmpty());
  EXPECT_EQ(out_->closed, CloseCode::kProtocolError);
}

TEST_F(SessionTest, ItsTopicsAreToldAsTheyComeAndGoAndKeptAtTheEnd) {
  Say(R"({"action":"subscribe","topics":["a","b"]})");
  Say(R"({"action":"subscribe","topic":"a"})");
  Settle();
  Say(R"({"action":"unsubscribe","topic":"a"})");
  EXPECT_THAT(out_->topics, ElementsAre("+a", "+b", "-a"));
  broker_.Publish("b");
  Settle();
  session_->Disconnect(CloseCode::kRestart, "drain");
  EXPECT_THAT(out_->topics, ElementsAre("+a", "+b", "-a")) << "those at the end are not told";
  ASSERT_EQ(session_->Subscriptions().size(), 1u);
  EXPECT_EQ(session_->Subscriptions()[0].topic, "b");
  EXPECT_EQ(session_->Subscriptions()[0].position, 1u);
}

TEST_F(SessionTest, EachDeliveredEventIsCounted) {
  for (int i = 0; i < 2; ++i) broker_.Publish("a");
  Say(R"({"action":"subscribe","topic":"a","since":"e1-0"})");
  Settle();
  broker_.Publish("a");
  Settle();
  EXPECT_EQ(shard_.metrics().deliveries.Value(), 3u) << "replayed and live ones";
  EXPECT_EQ(session_->messages_sent(), 4u);
}

TEST_F(SessionTest, AnAnswerThatComesAfterTheEndIsDropped) {
  Say(R"({"action":"subscribe","topic":"a","since":"e1-0"})");
  RunShard();
  session_->Shutdown();
  session_.reset();
  Settle();
  EXPECT_THAT(Take(), IsEmpty());
}

}  // namespace
}  // namespace spanwire::session
