#include "bridge/session/control_messages.h"

#include <fmt/format.h>

#include "bridge/model/json_text.h"
#include "bridge/model/timestamp.h"
#include "bridge/model/topic_name.h"

namespace spanwire::session {
namespace {

// Writes `"name":value` members of one object in turn.
class DataWriter {
 public:
  explicit DataWriter(std::string* out) : out_(out) {}

  void Text(std::string_view name, std::string_view value) {
    Name(name);
    model::AppendJsonString(value, out_);
  }
  // `json` is JSON text.
  void Json(std::string_view name, std::string_view json) {
    Name(name);
    out_->append(json);
  }
  void TextUnlessEmpty(std::string_view name, std::string_view value) {
    if (!value.empty()) Text(name, value);
  }
  void JsonUnlessEmpty(std::string_view name, std::string_view json) {
    if (!json.empty()) Json(name, json);
  }

 private:
  void Name(std::string_view name) {
    if (!first_) out_->push_back(',');
    first_ = false;
    model::AppendJsonString(name, out_);
    out_->push_back(':');
  }

  std::string* out_;
  bool first_ = true;
};

template <typename WriteData>
model::EnvelopePtr Message(std::string_view type, std::string_view topic, absl::Time now, WriteData&& write_data) {
  std::string json = "{\"type\":\"";
  json.append(type).append("\",\"topic\":");
  model::AppendJsonString(topic, &json);
  json.append(",\"data\":{");
  DataWriter writer(&json);
  write_data(writer);
  json.append("},\"timestamp\":\"");
  model::AppendTimestamp(now, &json);
  json.append("\"}");
  return model::Envelope::Control(json);
}

std::string Milliseconds(absl::Duration duration) {
  return fmt::format("{}", absl::ToInt64Milliseconds(duration));
}

std::string_view Boolean(bool value) {
  return value ? "true" : "false";
}

}  // namespace

model::EnvelopePtr ConnectedMessage(const ConnectedData& data, absl::Time now) {
  return Message("connected", model::kBridgeTopic, now, [&](DataWriter& writer) {
    writer.Text("client_id", data.client_id);
    writer.TextUnlessEmpty("user_id", data.user_id);
    writer.TextUnlessEmpty("tenant_id", data.tenant_id);
    writer.Json("protocol", "1");
    writer.Json("ping_interval_ms", Milliseconds(data.ping_interval));
    if (data.session_expires_at != absl::InfiniteFuture()) {
      std::string time;
      model::AppendTimestamp(data.session_expires_at, &time);
      writer.Text("session_expires_at", time);
    }
    writer.Text("server", data.server);
    writer.Text("node", data.node);
    writer.Json("secure", Boolean(data.secure));
    writer.JsonUnlessEmpty("id", data.id);
  });
}

model::EnvelopePtr SubscriptionMessage(std::string_view topic, std::string_view cursor, std::optional<bool> recovered,
                                       const ReplyId& id, absl::Time now) {
  return Message("subscription", topic, now, [&](DataWriter& writer) {
    writer.Text("cursor", cursor);
    if (recovered) writer.Json("recovered", Boolean(*recovered));
    writer.JsonUnlessEmpty("id", id);
  });
}

model::EnvelopePtr UnsubscriptionMessage(std::string_view topic, std::string_view reason, const ReplyId& id,
                                         absl::Time now) {
  return Message("unsubscription", topic, now, [&](DataWriter& writer) {
    writer.Text("reason", reason);
    writer.JsonUnlessEmpty("id", id);
  });
}

model::EnvelopePtr PongMessage(std::string_view cursor, const ReplyId& id, absl::Time now) {
  return Message("pong", model::kBridgeTopic, now, [&](DataWriter& writer) {
    writer.TextUnlessEmpty("cursor", cursor);
    writer.JsonUnlessEmpty("id", id);
  });
}

model::EnvelopePtr PingMessage(absl::Time now) {
  return Message("ping", model::kBridgeTopic, now, [](DataWriter&) {});
}

model::EnvelopePtr ErrorMessage(const ErrorData& data, absl::Time now) {
  const std::string_view topic = data.topic.empty() ? model::kBridgeTopic : data.topic;
  return Message("error", topic, now, [&](DataWriter& writer) {
    writer.Text("code", data.code);
    writer.Text("message", data.message);
    writer.TextUnlessEmpty("action", data.action);
    writer.JsonUnlessEmpty("id", data.id);
  });
}

model::EnvelopePtr DisconnectMessage(CloseCode code, std::string_view reason, std::optional<absl::Duration> after,
                                     absl::Time now) {
  return Message("disconnect", model::kBridgeTopic, now, [&](DataWriter& writer) {
    writer.Json("code", fmt::format("{}", static_cast<int>(code)));
    writer.Text("reason", reason);
    writer.Json("reconnect", Boolean(MayReconnect(code)));
    if (after) writer.Json("after_ms", Milliseconds(*after));
  });
}

}  // namespace spanwire::session
