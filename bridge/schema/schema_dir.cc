#include "bridge/schema/schema_dir.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

namespace spanwire::schema {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> kExtensions = {".binpb", ".pb", ".desc", ".protoset"};
constexpr size_t kMaxFileBytes = 64 * 1024 * 1024;

absl::Status CannotRead(const fs::path& path, const std::error_code& error) {
  const std::string sentence = fmt::format("cannot read {}: {}", path.string(), error.message());
  if (error == std::errc::no_such_file_or_directory) return absl::NotFoundError(sentence);
  if (error == std::errc::permission_denied) return absl::PermissionDeniedError(sentence);
  return absl::InvalidArgumentError(sentence);
}

bool IsDescriptorSetName(const fs::path& path) {
  const std::string extension = path.extension().string();
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

// The descriptor sets of a folder, by name. A link that leads nowhere is listed, so that reading it fails.
absl::StatusOr<std::vector<fs::path>> ListSets(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code ignored;  // reading tells
    if (IsDescriptorSetName(entry->path()) && !entry->is_directory(ignored)) paths.push_back(entry->path());
  }
  if (error) return CannotRead(folder, error);
  std::sort(paths.begin(), paths.end());
  return paths;
}

absl::StatusOr<std::string> ReadFile(const fs::path& path) {
  std::error_code error;
  const uintmax_t size = fs::file_size(path, error);
  if (error) return CannotRead(path, error);
  if (size > kMaxFileBytes) {
    return absl::InvalidArgumentError(
        fmt::format("{} has {} bytes: a descriptor set may have {}", path.string(), size, kMaxFileBytes));
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string bytes(size, '\0');
  if (file) file.read(bytes.data(), static_cast<std::streamsize>(size));
  if (!file) return CannotRead(path, std::error_code(errno != 0 ? errno : EIO, std::generic_category()));
  return bytes;
}

}  // namespace

absl::StatusOr<std::vector<DescriptorSet>> ReadSchemaDir(const std::string& path) {
  absl::StatusOr<std::vector<fs::path>> paths = ListSets(path);
  if (!paths.ok()) return paths.status();
  std::vector<DescriptorSet> sets;
  for (const fs::path& file : *paths) {
    absl::StatusOr<std::string> bytes = ReadFile(file);
    if (!bytes.ok()) return bytes.status();
    sets.push_back({file.string(), *std::move(bytes)});
  }
  return sets;
}

std::string DescriptorSetEndings() {
  return fmt::format("{}", fmt::join(kExtensions, ", "));
}

absl::StatusOr<SchemaDir> LoadSchemaDir(const std::string& path) {
  if (path.empty()) return SchemaDir{.registry = SchemaRegistry::BuiltIn()};
  absl::StatusOr<std::vector<DescriptorSet>> sets = ReadSchemaDir(path);
  if (!sets.ok()) return sets.status();
  auto registry = SchemaRegistry::Load(*sets);
  if (!registry.ok()) return registry.status();
  const std::vector<const MessageType*> types = (*registry)->ListTypes();
  const auto brought = std::count_if(types.begin(), types.end(),
                                     [](const MessageType* type) { return type->source() != kBuiltinSource; });
  return SchemaDir{.registry = *std::move(registry), .files = sets->size(), .types = static_cast<size_t>(brought)};
}

}  // namespace spanwire::schema
