#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spanwire::server {

// Tells when one of a few files is another than the one that was read: written anew, replaced, given to somebody else,
// or reached by a link that now leads elsewhere, as mounted secrets are. By looking at what the file system says of
// them, not at their bytes: cheap enough for every few seconds. One thread.
//
// Make it before the files are read, and again call Look() before each reading: a change in between is then not missed.
class FileWatch {
 public:
  explicit FileWatch(std::vector<std::string> paths);

  void Look() { looked_ = Stamps(); }
  // What the last look saw has been read. Until then it counts as a change, so that a file which cannot be read is
  // tried again.
  void Accept() { accepted_ = looked_; }
  // Looks, and tells whether anything differs from what was accepted last (or was there at the beginning).
  bool Changed();

 private:
  struct Stamp {
    uint64_t device = 0;
    uint64_t inode = 0;
    int64_t bytes = -1;  // there is no such file
    int64_t modified_ns = 0;
    int64_t changed_ns = 0;  // its owner or mode, too

    friend bool operator==(const Stamp&, const Stamp&) = default;
  };

  std::vector<Stamp> Stamps() const;

  const std::vector<std::string> paths_;
  std::vector<Stamp> looked_;
  std::vector<Stamp> accepted_;
};

}  // namespace spanwire::server
