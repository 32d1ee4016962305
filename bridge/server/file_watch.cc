#include "bridge/server/file_watch.h"

#include <sys/stat.h>

#include <utility>

namespace spanwire::server {
namespace {

int64_t Nanoseconds(const timespec& time) {
  constexpr int64_t kPerSecond = 1'000'000'000;
  return time.tv_sec * kPerSecond + time.tv_nsec;
}

}  // namespace

FileWatch::FileWatch(std::vector<std::string> paths)
    : paths_(std::move(paths)), looked_(Stamps()), accepted_(looked_) {}

bool FileWatch::Changed() {
  Look();
  return looked_ != accepted_;
}

std::vector<FileWatch::Stamp> FileWatch::Stamps() const {
  std::vector<Stamp> stamps;
  stamps.reserve(paths_.size());
  for (const std::string& path : paths_) {
    struct stat file {};
    Stamp stamp;
    if (::stat(path.c_str(), &file) == 0) {
      stamp = {.device = file.st_dev,
               .inode = file.st_ino,
               .bytes = file.st_size,
               .modified_ns = Nanoseconds(file.st_mtim),
               .changed_ns = Nanoseconds(file.st_ctim)};
    }
    stamps.push_back(stamp);
  }
  return stamps;
}

}  // namespace spanwire::server
