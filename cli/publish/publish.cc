#include "cli/publish/publish.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "CLI/Option.hpp"
#include "bridge/model/absl_view.h"
#include "bridge/model/cursor.h"
#include "cli/publish/data_argument.h"
#include "cli/publish/typed_payload.h"
#include "cli/table.h"
#include "fmt/format.h"

namespace spanwire::cli::publish {
namespace {

constexpr char kFooter[] = R"(Examples:
  spanwire publish stats --type stats_update --data '{"cpu_pct": 45.2}'
  spanwire publish logs --type log --data @line.json --id build-17
  jq -n '{state: "done"}' | spanwire publish jobs:17 --type job --data - --entity-id 17 --entity-kind STATUS_CHANGED
  spanwire publish --message spanwire.v1.Alert --data '{"severity": "critical", "title": "disk full"}'

With --message the data becomes a message of that type, by the schema that the bridge has of it (`spanwire schema list`),
and its options may provide topic and type. Global options: see `spanwire --help`.)";

using Kind = v1::EntityChange::Kind;

// One of the common kinds, in any case, or else the publisher's own word.
void SetKind(const std::string& word, v1::EntityChange& change) {
  static constexpr std::array<std::pair<const char*, Kind>, 4> kKinds = {
      {{"ADDED", v1::EntityChange::KIND_ADDED},
       {"UPDATED", v1::EntityChange::KIND_UPDATED},
       {"DELETED", v1::EntityChange::KIND_DELETED},
       {"STATUS_CHANGED", v1::EntityChange::KIND_STATUS_CHANGED}}};
  std::string upper = word;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  for (const auto& [name, kind] : kKinds) {
    if (upper == name) return change.set_kind(kind);
  }
  change.set_custom_kind(word);
}

v1::Event EventWithoutPayload(const Options& options) {
  v1::Event event;
  event.set_topic(options.topic);
  event.set_type(options.type);
  event.set_id(options.id);
  event.set_tenant_id(options.tenant);
  event.set_trace_id(options.trace_id);
  if (!options.entity_id.empty()) {
    event.mutable_entity()->set_entity_id(options.entity_id);
    event.mutable_entity()->set_user_id(options.user);
    SetKind(options.entity_kind, *event.mutable_entity());
  }
  return event;
}

ExitCode RefuseData(const absl::Status& why, Session& session) {
  if (why.code() != absl::StatusCode::kInvalidArgument) return session.Fail("publish", why);
  return session.Misused(fmt::format("--data: {}", model::ToStd(why.message())));
}

ExitCode AddTypedPayload(const Options& options, const std::string& json, v1::Event& event, Session& session) {
  v1::GetSchemaRequest request;
  request.set_name(options.message);
  const auto schema = session.bridge().GetSchema(request);
  if (!schema.ok()) return session.Fail("get the schema of " + options.message, schema.status());
  auto payload = ToTypedPayload(*schema, json);
  if (!payload.ok()) return RefuseData(payload.status(), session);
  *event.mutable_message() = *std::move(payload);
  return ExitCode::kOk;
}

// What CLI11 cannot check; empty where all is well.
std::string Misuse(const Options& options) {
  if (options.message.empty() && options.topic.empty()) return "which topic? Only --message may leave it out";
  if (options.message.empty() && options.type.empty()) return "--type is required, unless --message provides it";
  if (options.message.empty() && options.data.empty()) return "--data is required, unless --message needs none";
  return "";
}

ExitCode PrintAnswer(const v1::PublishResponse& answer, Session& session) {
  if (session.json()) return session.PrintJson(answer);
  Table table({"TOPIC", "CURSOR", "DUPLICATE", "SUBSCRIBERS"});
  table.Add({answer.topic(), Cell(model::FormatCursor(answer.epoch(), answer.offset())),
             answer.duplicate() ? Cell("yes", Style::kWarning) : Cell("no"),
             Cell(fmt::format("{}", answer.local_subscribers()))});
  table.Print(session.out(), session.color());
  return ExitCode::kOk;
}

void DeclareEntity(CLI::App& command, Options& options) {
  CLI::Option* id = command.add_option("--entity-id", options.entity_id, "The entity that the event is about");
  CLI::Option* kind =
      command.add_option("--entity-kind", options.entity_kind, "ADDED, UPDATED, DELETED, STATUS_CHANGED or own word");
  CLI::Option* user = command.add_option("--user", options.user, "Who changed the entity, or whose it is");
  id->type_name("ID")->needs(kind);
  kind->type_name("KIND")->needs(id);
  user->type_name("ID")->needs(id);
}

}  // namespace

CLI::App* Declare(CLI::App& root, Options& options) {
  CLI::App* command = root.add_subcommand("publish", "Publish one event");
  command->add_option("TOPIC", options.topic, "Where to; --message may know it")->type_name("");
  command->add_option("--type", options.type, "Envelope type, such as stats_update")->type_name("TYPE");
  command->add_option("--data", options.data, "The payload, a JSON object; @FILE reads a file, - standard input")
      ->type_name("JSON");
  command->add_option("--message", options.message, "Publish as this protobuf message type")->type_name("NAME");
  command->add_option("--id", options.id, "Idempotency key: the same id again publishes nothing")->type_name("ID");
  command->add_option("--tenant", options.tenant, "Tenant of the topic (default: your own)")->type_name("ID");
  DeclareEntity(*command, options);
  command->add_option("--trace-id", options.trace_id, "W3C trace id, 32 lower-case hex digits")->type_name("HEX");
  return command->footer(kFooter);
}

ExitCode Run(const Options& options, Session& session) {
  if (const std::string misuse = Misuse(options); !misuse.empty()) return session.Misused(misuse);
  absl::StatusOr<std::string> json = ReadDataArgument(options.data.empty() ? "{}" : options.data, session.in());
  if (!json.ok()) return RefuseData(json.status(), session);
  if (const absl::Status valid = CheckJsonObject(*json); !valid.ok()) return RefuseData(valid, session);
  v1::PublishRequest request;
  *request.mutable_event() = EventWithoutPayload(options);
  if (options.message.empty()) {
    request.mutable_event()->set_json_text(*std::move(json));
  } else {
    const ExitCode code = AddTypedPayload(options, *json, *request.mutable_event(), session);
    if (code != ExitCode::kOk) return code;
  }
  const auto answer = session.bridge().Publish(request);
  if (!answer.ok()) return session.Fail("publish", answer.status());
  return PrintAnswer(*answer, session);
}

}  // namespace spanwire::cli::publish
