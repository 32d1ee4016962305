#include "bridge/openssl/key_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>

namespace spanwire::openssl {
namespace {

constexpr size_t kMaxBytes = 1024 * 1024;

struct FileCloser {
  void operator()(std::FILE* file) const {
    static_cast<void>(std::fclose(file));  // only read: nothing can be lost
  }
};

}  // namespace

absl::StatusOr<std::string> ReadKeyFile(const std::string& path) {
  const std::unique_ptr<std::FILE, FileCloser> file(std::fopen(path.c_str(), "rbe"));
  if (file == nullptr) return absl::InvalidArgumentError(fmt::format("cannot be opened: {}", std::strerror(errno)));
  std::string text(kMaxBytes + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) {
    return absl::InvalidArgumentError(fmt::format("cannot be read: {}", std::strerror(errno)));
  }
  if (text.size() > kMaxBytes) return absl::InvalidArgumentError("is over 1 MiB, which no key or certificate is");
  return text;
}

bool OpenToOthers(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && (info.st_mode & (S_IROTH | S_IWOTH)) != 0;
}

}  // namespace spanwire::openssl
