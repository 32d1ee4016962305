#include "cli/schema/list.h"

#include "CLI/Option.hpp"
#include "cli/humane.h"
#include "cli/table.h"

namespace spanwire::cli::schema {
namespace {

constexpr char kFooter[] = R"(Examples:
  spanwire schema list
  spanwire schema list --all -o json | jq -r '.schemas[].name'

TYPE and TOPIC are what an event gets unless its publisher says otherwise. Global options: see `spanwire --help`.)";

void PrintTable(const v1::ListSchemasResponse& answer, Session& session) {
  if (answer.schemas().empty()) return session.Note("No message types.");
  Table table({"MESSAGE", "TYPE", "TOPIC", "ENTITY", "SOURCE"});
  for (const v1::Schema& schema : answer.schemas()) {
    table.Add({schema.name(), Cell(OrDash(schema.event().type())), Cell(OrDash(schema.event().topic())),
               Cell(OrDash(schema.event().entity_kind())), Cell(OrDash(schema.source()))});
  }
  table.Print(session.out(), session.color());
}

}  // namespace

CLI::App* DeclareList(CLI::App& group, ListOptions& options) {
  CLI::App* command = group.add_subcommand("list", "List the message types that are events");
  command->add_flag("--all", options.all, "Also those without (spanwire.v1.event) options");
  return command->footer(kFooter);
}

ExitCode RunList(const ListOptions& options, Session& session) {
  v1::ListSchemasRequest request;
  request.set_include_unannotated(options.all);
  const auto answer = session.bridge().ListSchemas(request);
  if (!answer.ok()) return session.Fail("list schemas", answer.status());
  if (session.json()) return session.PrintJson(*answer);
  PrintTable(*answer, session);
  return ExitCode::kOk;
}

}  // namespace spanwire::cli::schema
