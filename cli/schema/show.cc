#include "cli/schema/show.h"

#include <sstream>

#include "CLI/Option.hpp"
#include "cli/humane.h"
#include "cli/printable.h"
#include "cli/schema/message_pool.h"
#include "cli/table.h"

namespace spanwire::cli::schema {
namespace {

constexpr char kFooter[] = R"(Examples:
  spanwire schema show spanwire.v1.Alert
  spanwire publish --message spanwire.v1.Alert --data '{"severity": "info", "title": "hello"}'

Exits with 3 where the bridge knows no such type. Global options: see `spanwire --help`.)";

// Prints the declaration as .proto text, line by line because it may hold anybody's comments and strings.
void PrintDeclaration(const google::protobuf::Descriptor& descriptor, Session& session) {
  std::istringstream lines(descriptor.DebugString());
  for (std::string line; std::getline(lines, line);) session.out() << Printable(line) << '\n';
}

ExitCode PrintSchema(const v1::GetSchemaResponse& answer, Session& session) {
  const auto pool = MessagePool::Build(answer.files());
  if (!pool.ok()) return session.Fail("read the schema", pool.status());
  const auto descriptor = (*pool)->Find(answer.schema().name());
  if (!descriptor.ok()) return session.Fail("read the schema", descriptor.status());
  const v1::EventOptions& event = answer.schema().event();
  Block block;
  block.Add("Message", answer.schema().name());
  block.Add("Source", OrDash(answer.schema().source()));
  block.Add("Declared in", std::string((*descriptor)->file()->name()));
  block.Add("Type", OrDash(event.type()));
  block.Add("Topic", OrDash(event.topic()));
  block.Add("Data", event.data_field().empty() ? "the whole message" : "field " + event.data_field());
  if (!event.entity_kind().empty()) block.Add("Entity", event.entity_kind() + " of " + event.entity_id_field());
  block.Print(session.out(), session.color());
  session.out() << '\n';
  PrintDeclaration(**descriptor, session);
  return ExitCode::kOk;
}

}  // namespace

CLI::App* DeclareShow(CLI::App& group, ShowOptions& options) {
  CLI::App* command = group.add_subcommand("show", "Show one message type and its fields");
  command->add_option("NAME", options.name, "Full name, such as spanwire.v1.Alert")->required()->type_name("");
  return command->footer(kFooter);
}

ExitCode RunShow(const ShowOptions& options, Session& session) {
  v1::GetSchemaRequest request;
  request.set_name(options.name);
  const auto answer = session.bridge().GetSchema(request);
  if (!answer.ok()) return session.Fail("show schema " + options.name, answer.status());
  return session.json() ? session.PrintJson(*answer) : PrintSchema(*answer, session);
}

}  // namespace spanwire::cli::schema
