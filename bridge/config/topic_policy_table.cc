#include "bridge/config/topic_policy_table.h"

#include <algorithm>
#include <utility>

#include "bridge/config/value_text.h"
#include "bridge/model/absl_view.h"
#include "bridge/model/topic_name.h"

namespace spanwire::config {
namespace {

// Shorter windows would be timers for nothing, longer ones look like a topic that has died.
constexpr absl::Duration kMinWindow = absl::Milliseconds(1);
constexpr absl::Duration kMaxWindow = absl::Minutes(1);
constexpr absl::Duration kDefaultWindow = absl::Milliseconds(100);
constexpr int64_t kMaxBatch = 1000;
constexpr size_t kMaxMemberBytes = 128;

template <typename From, typename To>
absl::Status Take(absl::StatusOr<From> value, To* to) {
  if (!value.ok()) return value.status();
  *to = static_cast<To>(*std::move(value));
  return absl::OkStatus();
}

absl::StatusOr<absl::Duration> ParseWindow(std::string_view text) {
  absl::StatusOr<absl::Duration> window = ParseDuration(text);
  if (window.ok() && (*window < kMinWindow || *window > kMaxWindow)) {
    return absl::InvalidArgumentError("expected a duration from 1ms to 1m");
  }
  return window;
}

// A member's name as it stands in JSON, so that it can be compared there without unescaping.
bool IsPlainMember(std::string_view name) {
  return !name.empty() && name.size() <= kMaxMemberBytes && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return c >= 0x20 && c != 0x7f && c != '"' && c != '\\';
  });
}

class PolicyReader {
 public:
  PolicyReader(const std::string& path, const toml::table& table) : path_(path), table_(table) {}

  absl::StatusOr<TopicPolicy> Read() {
    if (!table_.contains("match")) {
      return FaultAt(path_, table_, "topic.match", "missing: a topic, or a prefix and a trailing *");
    }
    for (const auto& [name, node] : table_) {
      if (absl::Status status = ReadEntry(name.str(), node); !status.ok()) return status;
    }
    if (!policy_.conflate.empty() && policy_.throttle.window == absl::ZeroDuration() && !policy_.slow_latest) {
      return FaultAt(path_, *table_.get("conflate"), "topic.conflate",
                     "has no effect alone: add a throttle, or slow = \"latest\"");
    }
    return std::move(policy_);
  }

 private:
  absl::Status ReadEntry(std::string_view name, const toml::node& node) {
    const std::string key = fmt::format("topic.{}", name);
    if (name == "match") return ReadMatch(key, node);
    if (name == "history") return ReadHistory(key, node);
    if (name == "throttle") return ReadThrottle(key, node);
    if (name == "conflate") return ReadConflate(key, node);
    if (name == "slow") return ReadSlow(key, node);
    if (name == "access") return ReadAccess(key, node);
    return FaultAt(path_, node, key, "unknown key");
  }

  absl::Status ReadMatch(const std::string& key, const toml::node& node) {
    if (!node.is_string()) return FaultAt(path_, node, key, "expected a string");
    policy_.match = node.as_string()->get();
    const absl::Status valid = model::ValidateTopicPattern(policy_.match);
    return valid.ok() ? valid : FaultAt(path_, node, key, model::ToStd(valid.message()));
  }

  absl::Status ReadHistory(const std::string& prefix, const toml::node& node) {
    if (!node.is_table()) {
      return FaultAt(path_, node, prefix, "expected { max_events = ..., max_age = ..., max_bytes = ... }");
    }
    HistoryPolicy& history = policy_.history;
    return ReadMembers(prefix, *node.as_table(), [&](std::string_view name, std::string_view text) {
      if (name == "max_events") return Take(ParseInteger(text, 0, 1'000'000'000), &history.max_events);
      if (name == "max_age") return Take(ParseDuration(text), &history.max_age);
      if (name == "max_bytes") return Take(ParseSize(text), &history.max_bytes);
      return absl::NotFoundError("unknown key");
    });
  }

  absl::Status ReadThrottle(const std::string& prefix, const toml::node& node) {
    if (!node.is_table()) return FaultAt(path_, node, prefix, "expected { window = \"100ms\", max_batch = 10 }");
    ThrottlePolicy& throttle = policy_.throttle;
    throttle.window = kDefaultWindow;
    return ReadMembers(prefix, *node.as_table(), [&](std::string_view name, std::string_view text) {
      if (name == "window") return Take(ParseWindow(text), &throttle.window);
      if (name == "max_batch") return Take(ParseInteger(text, 1, kMaxBatch), &throttle.max_batch);
      return absl::NotFoundError("unknown key");
    });
  }

  absl::Status ReadConflate(const std::string& key, const toml::node& node) {
    if (!node.is_string() || !IsPlainMember(node.as_string()->get())) {
      return FaultAt(path_, node, key,
                     "expected the name of a member of data, or \"entity_id\": 1 to 128 bytes without quotes, "
                     "backslashes and control bytes");
    }
    policy_.conflate = node.as_string()->get();
    return absl::OkStatus();
  }

  absl::Status ReadSlow(const std::string& key, const toml::node& node) {
    const std::string word = node.is_string() ? node.as_string()->get() : "";
    if (word != "close" && word != "latest") {
      return FaultAt(path_, node, key, "expected \"close\" (with 4008) or \"latest\" (keep the newest event per key)");
    }
    policy_.slow_latest = word == "latest";
    return absl::OkStatus();
  }

  absl::Status ReadAccess(const std::string& key, const toml::node& node) {
    const std::string word = node.is_string() ? node.as_string()->get() : "";
    if (word == "public") {
      policy_.access = Access::kPublic;
    } else if (word == "authenticated") {
      policy_.access = Access::kAuthenticated;
    } else if (word == "claim") {
      policy_.access = Access::kClaim;
    } else {
      return FaultAt(path_, node, key,
                     "expected \"public\" (anybody), \"authenticated\" (anybody with a token) or \"claim\" (whose "
                     "token names it in topics)");
    }
    return absl::OkStatus();
  }

  template <typename TakeMember>
  absl::Status ReadMembers(const std::string& prefix, const toml::table& table, TakeMember take) {
    for (const auto& [name, value] : table) {
      const absl::Status status = take(name.str(), ScalarText(value).value_or(""));
      if (!status.ok()) {
        return FaultAt(path_, value, fmt::format("{}.{}", prefix, name.str()), model::ToStd(status.message()));
      }
    }
    return absl::OkStatus();
  }

  const std::string& path_;
  const toml::table& table_;
  TopicPolicy policy_;
};

}  // namespace

absl::StatusOr<TopicPolicy> ReadTopicPolicy(const std::string& path, const toml::table& table) {
  return PolicyReader(path, table).Read();
}

}  // namespace spanwire::config
