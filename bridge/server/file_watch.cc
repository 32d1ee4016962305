#include "bridge/server/file_watch.h"

#include <sys/stat.h>

#include <utility>

namespace spanwire::server {

FileWatch::FileWatch(std::vector<std::string> paths) : paths_(std::move(paths)), seen_(Look()) {}

bool FileWatch::Changed() {
  std::vector<Stamp> now = Look();
  const bool changed = now != seen_;
  seen_ = std::move(now);
  return changed;
}

std::vector<FileWatch::Stamp> FileWatch::Look() const {
  constexpr int64_t kNanoseconds = 1'000'000'000;
  std::vector<Stamp> stamps;
  stamps.reserve(paths_.size());
  for (const std::string& path : paths_) {
    struct stat file {};
    Stamp stamp;
    if (::stat(path.c_str(), &file) == 0) {
      stamp = {.device = file.st_dev,
               .inode = file.st_ino,
               .bytes = file.st_size,
               .modified_ns = file.st_mtim.tv_sec * kNanoseconds + file.st_mtim.tv_nsec};
    }
    stamps.push_back(stamp);
  }
  return stamps;
}

}  // namespace spanwire::server
