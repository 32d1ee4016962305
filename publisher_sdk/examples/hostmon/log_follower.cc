#include "publisher_sdk/examples/hostmon/log_follower.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace spanwire::hostmon {
namespace {

std::string LastError() {
  return std::generic_category().message(errno);
}

}  // namespace

LogFollower::LogFollower(std::filesystem::path path) : path_(std::move(path)) {
  Open(true);
}

LogFollower::~LogFollower() {
  Close();
}

void LogFollower::Open(bool at_end) {
  // Non-blocking, so that a FIFO given by mistake does not hang the service.
  fd_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status {};
  if (fd_ < 0 || fstat(fd_, &status) != 0) {
    trouble_ = LastError();
    Close();
    return;
  }
  if (!S_ISREG(status.st_mode)) {
    trouble_ = "not a regular file";
    Close();
    return;
  }
  trouble_.clear();
  device_ = status.st_dev;
  inode_ = status.st_ino;
  offset_ = at_end ? status.st_size : 0;
}

void LogFollower::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

std::vector<std::string> LogFollower::Poll() {
  std::vector<std::string> lines;
  // One that was not there before is all new.
  if (fd_ < 0) Open(false);
  if (fd_ < 0) return lines;

  struct stat status {};
  if (fstat(fd_, &status) == 0 && status.st_size < offset_) {
    offset_ = 0;
    partial_.clear();
  }
  auto before = static_cast<size_t>(offset_);
  bool more = true;
  while (more && static_cast<size_t>(offset_) - before < kPollBytes) more = ReadSome(lines);
  if (more || !NameMeansAnotherFile()) return lines;

  if (!partial_.empty()) lines.push_back(std::exchange(partial_, {}));
  Close();
  Open(false);
  if (fd_ < 0) return lines;
  before = 0;
  while (static_cast<size_t>(offset_) - before < kPollBytes && ReadSome(lines)) {
  }
  return lines;
}

bool LogFollower::ReadSome(std::vector<std::string>& lines) {
  std::array<char, 16 << 10> buffer;
  const ssize_t got = pread(fd_, buffer.data(), buffer.size(), offset_);
  trouble_ = got < 0 ? LastError() : std::string();
  if (got <= 0) return false;
  offset_ += got;
  TakeLines({buffer.data(), static_cast<size_t>(got)}, lines);
  return true;
}

void LogFollower::TakeLines(std::string_view bytes, std::vector<std::string>& lines) {
  while (!bytes.empty()) {
    const size_t end = bytes.find('\n');
    const size_t room = kLineBytes - partial_.size();
    const size_t taken = std::min(std::min(end, bytes.size()), room);
    partial_ += bytes.substr(0, taken);
    const bool ended = taken == end;
    bytes.remove_prefix(ended ? taken + 1 : taken);
    if (!ended && partial_.size() < kLineBytes) return;
    if (partial_.ends_with('\r')) partial_.pop_back();
    if (!partial_.empty()) lines.push_back(std::exchange(partial_, {}));
  }
}

bool LogFollower::NameMeansAnotherFile() const {
  struct stat status {};
  // Removed and not yet there again: the old file may still be written to.
  if (stat(path_.c_str(), &status) != 0) return false;
  return status.st_dev != device_ || status.st_ino != inode_;
}

}  // namespace spanwire::hostmon
