#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spanwire::server {

// Tells when one of a few files is another than before: written anew, replaced, or reached by a link that now leads
// elsewhere, as mounted secrets are. By looking at what the file system says of them, not at their bytes: cheap enough
// for every few seconds. One thread.
class FileWatch {
 public:
  explicit FileWatch(std::vector<std::string> paths);

  // Whether one has changed since this was last asked, or since the beginning. A file that is gone has changed once.
  bool Changed();

 private:
  struct Stamp {
    uint64_t device = 0;
    uint64_t inode = 0;
    int64_t bytes = -1;  // there is no such file
    int64_t modified_ns = 0;

    friend bool operator==(const Stamp&, const Stamp&) = default;
  };

  std::vector<Stamp> Look() const;

  const std::vector<std::string> paths_;
  std::vector<Stamp> seen_;
};

}  // namespace spanwire::server
