#include "bridge/auth/revocation_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include "bridge/auth/strict_json.h"
#include "bridge/model/absl_view.h"
#include "bridge/model/error.h"

namespace spanwire::auth {
namespace {

namespace json = boost::json;

constexpr uintmax_t kMaxFileBytes = 256 * 1024 * 1024;
// A small file need not be written anew for every few orders.
constexpr size_t kSlackLines = 1024;

absl::Status Fault(const std::string& path, std::string_view sentence) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", path, sentence));
}

absl::Status DiskFault(const std::string& path, std::string_view what) {
  return Fault(path, fmt::format("revocations cannot be {}: {}", what, std::strerror(errno)));
}

json::string_view Json(std::string_view text) {
  return {text.data(), text.size()};
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone());
}

absl::Status ReadText(const json::object& line, const char* name, std::string* text) {
  const json::value* found = line.if_contains(name);
  if (found == nullptr) return absl::OkStatus();
  if (!found->is_string()) return absl::InvalidArgumentError(fmt::format("{} is no string", name));
  *text = TextOf(found->get_string());
  return absl::OkStatus();
}

absl::Status ReadTime(const json::object& line, const char* name, absl::Time* time) {
  std::string text;
  if (absl::Status status = ReadText(line, name, &text); !status.ok() || text.empty()) return status;
  if (std::string error; !absl::ParseTime(absl::RFC3339_full, text, time, &error)) {
    return absl::InvalidArgumentError(fmt::format("{} is no time of RFC 3339", name));
  }
  return absl::OkStatus();
}

absl::Status ReadInto(const std::string& path, RevocationList& list, std::string* note) {
  std::error_code error;
  const auto kind = std::filesystem::status(path, error).type();
  if (kind == std::filesystem::file_type::not_found) return absl::OkStatus();
  if (kind != std::filesystem::file_type::regular) return Fault(path, "is no file that revocations can be read from");
  if (std::filesystem::file_size(path, error) > kMaxFileBytes || error) return Fault(path, "is larger than 256 MiB");
  std::ifstream file(path, std::ios::binary);
  std::string line;
  size_t number = 0;
  while (std::getline(file, line)) {
    ++number;
    // Without an end it may be whole all the same, written by hand. What a crash cut off is no JSON.
    if (file.eof() && !ParseStrictObject(line).ok()) {
      *note = fmt::format("{}:{}: the last line is not whole, as a crash leaves it: dropped", path, number);
      break;
    }
    const absl::StatusOr<Revocation> revocation = ReadRevocation(line);
    const absl::Status status = revocation.ok() ? list.Add(*revocation) : revocation.status();
    if (!status.ok()) return Fault(fmt::format("{}:{}", path, number), model::ToStd(status.message()));
  }
  if (!file.is_open() || file.bad()) return DiskFault(path, "read");
  return absl::OkStatus();
}

bool WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return fsync(file) == 0;
}

std::string FolderOf(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

// So that a rename or a new name is there after a power cut too.
bool SyncFolderOf(const std::string& path) {
  const int folder = open(FolderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return false;
  const bool synced = fsync(folder) == 0;
  close(folder);
  return synced;
}

}  // namespace

std::string WriteRevocation(const Revocation& revocation) {
  json::object line{{"tenant_id", Json(revocation.tenant_id)}};
  if (!revocation.token_id.empty()) line["token_id"] = Json(revocation.token_id);
  if (!revocation.subject.empty()) {
    line["user_id"] = Json(revocation.subject);
    line["issued_until"] = TimeText(revocation.issued_until);
  }
  if (revocation.until != absl::InfiniteFuture()) line["until"] = TimeText(revocation.until);
  return json::serialize(line);
}

absl::StatusOr<Revocation> ReadRevocation(std::string_view line) {
  const absl::StatusOr<json::object> object = ParseStrictObject(line);
  if (!object.ok()) return object.status();
  Revocation revocation;
  absl::Status status = ReadText(*object, "tenant_id", &revocation.tenant_id);
  if (status.ok()) status = ReadText(*object, "token_id", &revocation.token_id);
  if (status.ok()) status = ReadText(*object, "user_id", &revocation.subject);
  if (status.ok()) status = ReadTime(*object, "issued_until", &revocation.issued_until);
  if (status.ok()) status = ReadTime(*object, "until", &revocation.until);
  if (!status.ok()) return status;
  if (revocation.token_id.empty() == revocation.subject.empty()) {
    return absl::InvalidArgumentError("names not exactly one of token_id and user_id");
  }
  // Nothing was issued up to no time at all: the line would revoke nothing.
  if (!revocation.subject.empty() && revocation.issued_until == absl::InfinitePast()) {
    return absl::InvalidArgumentError(
        "names a user_id without issued_until: give the time up to which tokens of that user no longer count");
  }
  return revocation;
}

absl::StatusOr<std::unique_ptr<RevocationFile>> RevocationFile::Open(const std::string& path, RevocationList& list) {
  std::unique_ptr<RevocationFile> file(new RevocationFile(path, list));
  if (absl::Status status = ReadInto(path, list, &file->note_); !status.ok()) return status;
  absl::MutexLock lock(&file->mutex_);
  if (absl::Status status = file->WriteAnew(); !status.ok()) return status;
  return file;
}

absl::Status RevocationFile::Check(const std::string& path, RevocationList& list) {
  std::string note;  // what a start would drop is not dropped here
  if (absl::Status status = ReadInto(path, list, &note); !status.ok()) return status;
  if (access(FolderOf(path).c_str(), W_OK | X_OK) != 0) return DiskFault(path, "written");
  return absl::OkStatus();
}

RevocationFile::~RevocationFile() {
  absl::MutexLock lock(&mutex_);
  if (file_ >= 0) close(file_);
}

absl::Status RevocationFile::Append(const Revocation& revocation) {
  absl::MutexLock lock(&mutex_);
  absl::Status status;
  if (lines_ >= lines_at_most_) {
    status = WriteAnew();  // which has this one too
  } else {
    const off_t end = lseek(file_, 0, SEEK_END);
    if (WriteAll(file_, WriteRevocation(revocation) + "\n")) {
      ++lines_;
      return absl::OkStatus();
    }
    status = DiskFault(path_, "written");
    // What is there of it must not become the beginning of the next.
    if (ftruncate(file_, end) != 0) lines_ = lines_at_most_;
  }
  if (status.ok()) return status;
  return model::MakeError(absl::StatusCode::kUnavailable,
                          fmt::format("revoked, but only until this bridge restarts: {}; mend that and revoke again",
                                      model::ToStd(status.message())),
                          {.reason = "REVOCATION_NOT_KEPT", .metadata = {}});
}

absl::Status RevocationFile::WriteAnew() {
  const std::string fresh = path_ + ".new";
  const int file = open(fresh.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return DiskFault(path_, "written");
  std::string text;
  const std::vector<Revocation> kept = list_.InForce();
  for (const Revocation& revocation : kept) text.append(WriteRevocation(revocation)).push_back('\n');
  if (!WriteAll(file, text) || rename(fresh.c_str(), path_.c_str()) != 0 || !SyncFolderOf(path_)) {
    absl::Status status = DiskFault(path_, "written");
    close(file);
    return status;
  }
  if (file_ >= 0) close(file_);
  file_ = file;
  lines_ = kept.size();
  lines_at_most_ = 2 * kept.size() + kSlackLines;
  return absl::OkStatus();
}

}  // namespace spanwire::auth
