#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace spanwire::testing {

// A folder of the test's own, which goes with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = ::testing::TempDir() + "spanwire-XXXXXX";
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string PathOf(std::string_view name) const { return (path_ / name).string(); }
  // Writes a file, or writes it anew; returns its path.
  std::string Write(std::string_view name, std::string_view text) const {
    std::ofstream(path_ / name) << text;
    return PathOf(name);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace spanwire::testing
