#include "bridge/schema/schema_dir.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "every_kind.pb.h"
#include "orders.pb.h"
#include "tests/unit/schema/descriptor_sets.h"

namespace spanwire::schema {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class SchemaDirTest : public testing::Test {
 protected:
  SchemaDirTest() {
    std::string pattern = (fs::temp_directory_path() / "schema_dir_test.XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~SchemaDirTest() override { fs::remove_all(folder_); }

  void Put(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }
  std::string Path(const std::string& name) const { return (folder_ / name).string(); }

  fs::path folder_;
};

TEST_F(SchemaDirTest, EveryDescriptorSetInTheFolderIsLoaded) {
  Put("orders.binpb", SetOf<shop::v1::Plain>("").bytes);
  Put("kinds.protoset", SetOf<test::EveryKind>("").bytes);
  Put("README.md", "not a descriptor set");
  fs::create_directory(folder_ / "folder.pb");
  const auto loaded = LoadSchemaDir(folder_.string());
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->registry->Find("shop.v1.Plain")->source(), Path("orders.binpb"));
  EXPECT_EQ(loaded->registry->Find("spanwire.test.EveryKind")->source(), Path("kinds.protoset"));
  EXPECT_EQ(loaded->files, 2U);
  EXPECT_GE(loaded->types, 2U);
}

TEST_F(SchemaDirTest, AFolderWithoutDescriptorSetsBringsNothing) {
  Put("orders.descriptor", SetOf<shop::v1::Plain>("").bytes);
  const auto loaded = LoadSchemaDir(folder_.string());
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->files, 0U);
  EXPECT_EQ(loaded->types, 0U);
  EXPECT_EQ(DescriptorSetEndings(), ".binpb, .pb, .desc, .protoset");
}

TEST_F(SchemaDirTest, SetsAreReadInTheOrderOfTheirNames) {
  for (const char* name : {"c.desc", "a.pb", "b.binpb"}) Put(name, "x");
  const auto sets = ReadSchemaDir(folder_.string());
  ASSERT_TRUE(sets.ok()) << sets.status();
  EXPECT_THAT(*sets, testing::ElementsAre(testing::Field(&DescriptorSet::source, Path("a.pb")),
                                          testing::Field(&DescriptorSet::source, Path("b.binpb")),
                                          testing::Field(&DescriptorSet::source, Path("c.desc"))));
}

TEST_F(SchemaDirTest, NoFolderMeansBuiltInTypesOnlyAndSoDoesAnEmptyOne) {
  EXPECT_NE(LoadSchemaDir("")->registry->Find("spanwire.v1.Log"), nullptr);
  EXPECT_NE(LoadSchemaDir(folder_.string())->registry->Find("spanwire.v1.Log"), nullptr);
}

TEST_F(SchemaDirTest, AFolderThatIsNotThereIsNamed) {
  const absl::Status status = LoadSchemaDir(Path("none")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr(Path("none")));
}

TEST_F(SchemaDirTest, AFileInPlaceOfTheFolderIsNamed) {
  Put("orders.binpb", "x");
  EXPECT_THAT(std::string(LoadSchemaDir(Path("orders.binpb")).status().message()), HasSubstr(Path("orders.binpb")));
}

TEST_F(SchemaDirTest, AFileThatCannotBeReadIsNamed) {
  fs::create_symlink(folder_ / "none", folder_ / "link.pb");
  const absl::Status status = LoadSchemaDir(folder_.string()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr(Path("link.pb")));
}

TEST_F(SchemaDirTest, ABrokenSetIsNamed) {
  Put("broken.pb", "\xff\xff");
  EXPECT_THAT(std::string(LoadSchemaDir(folder_.string()).status().message()), HasSubstr(Path("broken.pb")));
}

}  // namespace
}  // namespace spanwire::schema
