#include "bridge/model/topic_table.h"

#include <thread>

#include <gtest/gtest.h>

namespace spanwire::model {
namespace {

TEST(TopicTable, EqualNamesAreTheSameObject) {
  TopicTable table;
  TopicPtr a = table.Intern("t", "stats");
  EXPECT_EQ(a, table.Intern("t", "stats"));
  EXPECT_NE(a, table.Intern("u", "stats"));
  EXPECT_EQ(a, table.Find("t", "stats"));
}

TEST(TopicTable, ForgetsWhatNobodyHolds) {
  TopicTable table;
  table.Intern("t", "stats").reset();
  EXPECT_EQ(table.Find("t", "stats"), nullptr);
  EXPECT_TRUE(table.List().empty());
}

TEST(TopicTable, ManyThreadsMayInternAndForgetTheSameName) {
  TopicTable table;
  auto churn = [&] {
    for (int i = 0; i < 10000; ++i) EXPECT_EQ(table.Intern("", "stats")->name, "stats");
  };
  std::thread other(churn);
  churn();
  other.join();
  EXPECT_TRUE(table.List().empty());
}

}  // namespace
}  // namespace spanwire::model
