#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace spanwire::hostmon {

// Follows a log file by its name, as `tail -F` does: it begins at the end, goes on with the new file when the old one
// was renamed or removed (after the rest of the old one), and from the start when the file was cut short. A file that
// is cut and grows past the old length between two polls cannot be told from one that grew. One thread.
class LogFollower {
 public:
  explicit LogFollower(std::filesystem::path path);
  ~LogFollower();
  LogFollower(const LogFollower&) = delete;
  LogFollower& operator=(const LogFollower&) = delete;

  // The whole lines since the last poll, without their ends and without empty ones; at most kPollBytes of them, the
  // rest comes next time. A line longer than kLineBytes is told in pieces.
  std::vector<std::string> Poll();

  // Why the file cannot be read now, such as "No such file or directory"; empty where it can.
  const std::string& trouble() const { return trouble_; }
  const std::filesystem::path& path() const { return path_; }

  static constexpr size_t kPollBytes = 256 << 10;
  static constexpr size_t kLineBytes = 16 << 10;

 private:
  void Open(bool at_end);
  void Close();
  // False where there is nothing (more) to read.
  bool ReadSome(std::vector<std::string>& lines);
  void TakeLines(std::string_view bytes, std::vector<std::string>& lines);
  bool NameMeansAnotherFile() const;

  const std::filesystem::path path_;
  int fd_ = -1;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  off_t offset_ = 0;
  std::string partial_;  // a line without its end so far
  std::string trouble_;
};

}  // namespace spanwire::hostmon
