#include "bridge/openssl/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace spanwire::openssl {
namespace {

constexpr size_t kMaxBytes = 1024 * 1024;

// Closes it. Only read: nothing can be lost.
class File {
 public:
  // Opening a pipe would otherwise wait for somebody to write to it.
  explicit File(const std::string& path)
      : number_(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) {}
  ~File() {
    if (number_ >= 0) ::close(number_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int number() const { return number_; }

 private:
  const int number_;
};

absl::Status SystemFault(std::string_view what) {
  return absl::InvalidArgumentError(fmt::format("cannot be {}: {}", what, std::strerror(errno)));
}

}  // namespace

absl::StatusOr<std::string> ReadKeyFile(const std::string& path) {
  const File file(path);
  if (file.number() < 0) return SystemFault("opened");
  struct stat info {};
  if (::fstat(file.number(), &info) != 0) return SystemFault("read");
  if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) {
    return absl::InvalidArgumentError("is no regular file but a pipe, socket or device: it is read again on changes");
  }
  std::string text(kMaxBytes + 1, '\0');
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(file.number(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemFault("read");
    if (count == 0) break;
    size += static_cast<size_t>(count);
  }
  if (size > kMaxBytes) return absl::InvalidArgumentError("is over 1 MiB, which no key or certificate is");
  text.resize(size);
  return text;
}

bool OpenToOthers(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && (info.st_mode & (S_IROTH | S_IWOTH)) != 0;
}

}  // namespace spanwire::openssl
