#include "publisher_sdk/src/sendable.h"

#include <string>

#include <google/protobuf/io/coded_stream.h>

#include "absl/strings/str_cat.h"
#include "publisher_sdk/src/answer.h"
#include "spanwire/publisher_options.h"

namespace spanwire::internal {
namespace {

// A google.protobuf.Struct takes three levels of messages for each object, and stands in the event.
constexpr int kMaxMessageNesting = 3 * kMaxNesting + 1;

// Reading it back is the check that agrees with the reader in every case.
bool ReadsBack(const v1::Event& event) {
  const std::string bytes = event.SerializeAsString();
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(kMaxMessageNesting);
  v1::Event copy;
  return copy.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
}

}  // namespace

PublishResult CheckSendable(const v1::Event& event) {
  if (const size_t bytes = event.ByteSizeLong(); bytes > kMaxEventBytes) {
    return Failure(absl::InvalidArgumentError(absl::StrCat("the event has ", bytes, " bytes: at most ", kMaxEventBytes,
                                                           " can be sent, and the bridge's own limit is lower")),
                   "EVENT_TOO_LARGE");
  }
  if (!ReadsBack(event)) {
    return Failure(absl::InvalidArgumentError(absl::StrCat("the event has text that is not UTF-8, or data nested over ",
                                                           kMaxNesting, " levels deep: no bridge could read it")),
                   "EVENT_UNREADABLE");
  }
  return {};
}

}  // namespace spanwire::internal
