#include "bridge/schema/parsed_message.h"

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "bridge/schema/message_parser.h"
#include "google/protobuf/arena.h"

namespace spanwire::schema {
namespace {

using google::protobuf::Arena;
using google::protobuf::ArenaOptions;

constexpr size_t kBlockBytes = 4096;
constexpr size_t kKeptPerThread = 4;  // an event, and what an Any inside it holds

}  // namespace

struct ParsedMessage::Memory {
  Memory() : arena(Options(first_block)) {}

  static ArenaOptions Options(std::array<char, kBlockBytes>& block) {
    ArenaOptions options;
    options.initial_block = block.data();
    options.initial_block_size = block.size();
    return options;
  }

  // The memory that this thread can use again.
  static std::vector<std::unique_ptr<Memory>>& Kept() {
    thread_local std::vector<std::unique_ptr<Memory>> kept;
    return kept;
  }

  static Memory* Take() {
    auto& kept = Kept();
    if (kept.empty()) return new Memory;
    Memory* memory = kept.back().release();
    kept.pop_back();
    return memory;
  }

  alignas(std::max_align_t) std::array<char, kBlockBytes> first_block;
  Arena arena;
};

void ParsedMessage::GiveBack::operator()(Memory* memory) const {
  std::unique_ptr<Memory> owned(memory);
  owned->arena.Reset();
  auto& kept = Memory::Kept();
  if (kept.size() < kKeptPerThread) kept.push_back(std::move(owned));
}

absl::StatusOr<ParsedMessage> ParsedMessage::Parse(const google::protobuf::Message& prototype, std::string_view bytes) {
  ParsedMessage parsed;
  parsed.memory_.reset(Memory::Take());
  google::protobuf::Message* message = prototype.New(&parsed.memory_->arena);
  if (!ParsePartial(bytes, *message)) return WhyUnreadable(bytes, *prototype.GetDescriptor());
  if (!message->IsInitialized()) {
    return absl::InvalidArgumentError(fmt::format("the message of type {} lacks required fields: set {}",
                                                  prototype.GetDescriptor()->full_name(),
                                                  message->InitializationErrorString()));
  }
  parsed.message_ = message;
  return parsed;
}

}  // namespace spanwire::schema
