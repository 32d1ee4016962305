#include "bridge/server/file_watch.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace spanwire::server {
namespace {

TEST(FileWatch, NothingChangesByItself) {
  const testing::TemporaryFolder folder;
  FileWatch watch({folder.Write("a", "1"), folder.PathOf("nowhere")});
  EXPECT_FALSE(watch.Changed());
  EXPECT_FALSE(watch.Changed());
}

TEST(FileWatch, AFileWrittenAnewIsToldUntilItIsAccepted) {
  const testing::TemporaryFolder folder;
  FileWatch watch({folder.Write("a", "1")});
  folder.Write("a", "22");
  EXPECT_TRUE(watch.Changed());
  EXPECT_TRUE(watch.Changed());
  watch.Accept();
  EXPECT_FALSE(watch.Changed());
}

TEST(FileWatch, AChangeBehindTheLookIsNotAcceptedWithIt) {
  const testing::TemporaryFolder folder;
  FileWatch watch({folder.Write("a", "1")});
  folder.Write("a", "22");
  watch.Look();
  folder.Write("a", "333");
  watch.Accept();
  EXPECT_TRUE(watch.Changed());
}

TEST(FileWatch, AFileThatMayBeReadByOthersNowHasChanged) {
  const testing::TemporaryFolder folder;
  FileWatch watch({folder.Write("a", "1")});
  std::filesystem::permissions(folder.PathOf("a"), std::filesystem::perms::owner_read);
  EXPECT_TRUE(watch.Changed());
}

TEST(FileWatch, AFileThatComesOrGoesHasChanged) {
  const testing::TemporaryFolder folder;
  FileWatch watch({folder.PathOf("a")});
  folder.Write("a", "");
  EXPECT_TRUE(watch.Changed());
  watch.Accept();
  std::filesystem::remove(folder.PathOf("a"));
  EXPECT_TRUE(watch.Changed());
}

TEST(FileWatch, ALinkThatLeadsElsewhereHasChanged) {
  const testing::TemporaryFolder folder;
  folder.Write("one", "1");
  folder.Write("two", "2");
  std::filesystem::create_symlink(folder.PathOf("one"), folder.PathOf("link"));
  FileWatch watch({folder.PathOf("link")});
  std::filesystem::create_symlink(folder.PathOf("two"), folder.PathOf("next"));
  std::filesystem::rename(folder.PathOf("next"), folder.PathOf("link"));
  EXPECT_TRUE(watch.Changed());
}

}  // namespace
}  // namespace spanwire::server
