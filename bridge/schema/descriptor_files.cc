#include "bridge/schema/descriptor_files.h"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "bridge/schema/message_type.h"
#include "google/protobuf/descriptor.pb.h"

namespace spanwire::schema {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorProto;
using google::protobuf::FileDescriptorSet;

constexpr size_t kMaxFiles = 10'000;

// One file as it stands in a set.
struct SourceFile {
  FileDescriptorProto proto;
  std::string source;
  enum { kUntouched, kWaitingForImports, kBuilt } progress = kUntouched;
  int next_import = 0;
};

absl::Status Fault(std::string_view source, std::string_view fault) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", source, fault));
}

absl::Status ParseSet(const DescriptorSet& set, FileDescriptorSet& parsed) {
  if (!parsed.ParsePartialFromString(set.bytes) || !parsed.IsInitialized()) {
    return Fault(
        set.source,
        "is no FileDescriptorSet, or is cut short: make it with protoc --include_imports --descriptor_set_out");
  }
  if (parsed.file().empty()) return Fault(set.source, "holds no files: make it with protoc --descriptor_set_out");
  return absl::OkStatus();
}

// Keeps the first error that the pool reports.
class FirstError : public DescriptorPool::ErrorCollector {
 public:
  void AddError(const std::string& file_name, const std::string& element, const google::protobuf::Message*,
                ErrorLocation, const std::string& message) override {
    if (text_.empty()) text_ = fmt::format("{}: {}: {}", file_name, element, message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// Builds merged files, imports first.
class FileBuilder {
 public:
  absl::Status Add(FileDescriptorProto proto, const std::string& source);
  absl::StatusOr<DescriptorFiles> Build();

 private:
  absl::Status BuildWithImports(SourceFile& file);
  absl::StatusOr<SourceFile*> FindImport(const SourceFile& file, const std::string& name);
  absl::Status BuildOne(SourceFile& file);

  std::map<std::string, SourceFile> files_;  // ordered, so that the same fault is reported every time
  DescriptorFiles built_;
};

absl::Status FileBuilder::Add(FileDescriptorProto proto, const std::string& source) {
  if (IsCompiledIn(proto.name())) return absl::OkStatus();
  proto.clear_source_code_info();  // comments and positions: copies may differ in these
  const auto found = files_.find(proto.name());
  if (found == files_.end()) {
    if (files_.size() == kMaxFiles) return Fault(source, fmt::format("more than {} files in all", kMaxFiles));
    SourceFile file{.proto = std::move(proto), .source = source};
    std::string name = file.proto.name();
    files_.emplace(std::move(name), std::move(file));
    return absl::OkStatus();
  }
  if (found->second.proto.SerializePartialAsString() == proto.SerializePartialAsString()) return absl::OkStatus();
  return Fault(source, fmt::format("its copy of {} differs from that in {}: make both from the same sources",
                                   proto.name(), found->second.source));
}

absl::StatusOr<DescriptorFiles> FileBuilder::Build() {
  built_.pool = std::make_unique<DescriptorPool>();
  std::vector<SourceFile*> given;
  for (auto& [name, file] : files_) given.push_back(&file);  // imports that are compiled in join files_ meanwhile
  for (SourceFile* file : given) {
    if (absl::Status status = BuildWithImports(*file); !status.ok()) return status;
  }
  return std::move(built_);
}

absl::Status FileBuilder::BuildWithImports(SourceFile& file) {
  // A stack of our own: chains of imports can be longer than the thread's.
  std::vector<SourceFile*> waiting = {&file};
  while (!waiting.empty()) {
    SourceFile& top = *waiting.back();
    if (top.progress == SourceFile::kBuilt || top.next_import == top.proto.dependency_size()) {
      if (absl::Status status = BuildOne(top); !status.ok()) return status;
      waiting.pop_back();
      continue;
    }
    top.progress = SourceFile::kWaitingForImports;
    absl::StatusOr<SourceFile*> import = FindImport(top, top.proto.dependency(top.next_import++));
    if (!import.ok()) return import.status();
    if ((*import)->progress == SourceFile::kWaitingForImports) {
      return Fault(top.source, fmt::format("{} and {} import each other", top.proto.name(), (*import)->proto.name()));
    }
    waiting.push_back(*import);
  }
  return absl::OkStatus();
}

absl::StatusOr<SourceFile*> FileBuilder::FindImport(const SourceFile& file, const std::string& name) {
  if (const auto found = files_.find(name); found != files_.end()) return &found->second;
  if (!IsCompiledIn(name)) {
    return Fault(file.source, fmt::format("{} imports {}, which no descriptor set has: make the set with "
                                          "protoc --include_imports",
                                          file.proto.name(), name));
  }
  SourceFile compiled_in{.proto = {}, .source = kBuiltinSource};
  DescriptorPool::generated_pool()->FindFileByName(name)->CopyTo(&compiled_in.proto);
  return &files_.emplace(name, std::move(compiled_in)).first->second;
}

absl::Status FileBuilder::BuildOne(SourceFile& file) {
  if (file.progress == SourceFile::kBuilt) return absl::OkStatus();
  FirstError error;
  const FileDescriptor* descriptor = built_.pool->BuildFileCollectingErrors(file.proto, &error);
  if (descriptor == nullptr) return Fault(file.source, error.text());
  file.progress = SourceFile::kBuilt;
  if (!IsCompiledIn(file.proto.name())) built_.files.push_back({descriptor, file.source});
  return absl::OkStatus();
}

}  // namespace

bool IsCompiledIn(const std::string& file_name) {
  const bool own = file_name.starts_with("spanwire/v1/") || file_name.starts_with("google/protobuf/");
  return own && DescriptorPool::generated_pool()->FindFileByName(file_name) != nullptr;
}

absl::StatusOr<DescriptorFiles> BuildDescriptorFiles(absl::Span<const DescriptorSet> sets) {
  FileBuilder builder;
  for (const DescriptorSet& set : sets) {
    FileDescriptorSet parsed;
    if (absl::Status status = ParseSet(set, parsed); !status.ok()) return status;
    for (FileDescriptorProto& file : *parsed.mutable_file()) {
      if (absl::Status status = builder.Add(std::move(file), set.source); !status.ok()) return status;
    }
  }
  return builder.Build();
}

}  // namespace spanwire::schema
