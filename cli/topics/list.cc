#include "cli/topics/list.h"

#include <vector>

#include "CLI/Option.hpp"
#include "CLI/Validators.hpp"
#include "cli/humane.h"
#include "cli/paging.h"
#include "cli/table.h"
#include "fmt/format.h"

namespace spanwire::cli::topics {
namespace {

constexpr char kFooter[] = R"(Examples:
  spanwire topics list
  spanwire topics list 'orders:*' -o wide
  spanwire topics list -o json | jq -r '.topics[].name'

EVENTS and HISTORY are what is kept for those who resume. Global options: see `spanwire --help`.)";

std::vector<Cell> Row(const v1::Topic& topic, const Session& session) {
  std::vector<Cell> row = {topic.name(),
                           OrDash(topic.tenant_id()),
                           fmt::format("{}", topic.subscribers()),
                           fmt::format("{}", topic.history_events()),
                           HumaneBytes(topic.history_bytes()),
                           fmt::format("{}", topic.last_offset()),
                           Age(topic.last_event_at(), session.Now())};
  if (session.wide()) {
    row.emplace_back(fmt::format("{}", topic.first_offset()));
    row.emplace_back(fmt::format("{}", topic.lost_through()));
    row.emplace_back(fmt::format("{}", topic.published_events()));
    row.emplace_back(OrDash(topic.epoch()));
  }
  return row;
}

void PrintTable(const v1::ListTopicsResponse& answer, Session& session) {
  if (answer.topics().empty()) return session.Note("No topics.");
  std::vector<std::string> columns = {"TOPIC", "TENANT", "SUBSCRIBERS", "EVENTS", "HISTORY", "OFFSET", "LAST-EVENT"};
  if (session.wide()) columns.insert(columns.end(), {"FIRST", "LOST-THROUGH", "PUBLISHED", "EPOCH"});
  Table table(columns);
  for (const v1::Topic& topic : answer.topics()) table.Add(Row(topic, session));
  table.Print(session.out(), session.color());
  if (!answer.next_page_token().empty()) {
    session.Note(fmt::format("{} of {} topics shown.", answer.topics_size(), answer.total_size()));
  }
}

}  // namespace

CLI::App* DeclareList(CLI::App& group, ListOptions& options) {
  CLI::App* command = group.add_subcommand("list", "List topics that have history or subscribers");
  command->add_option("PATTERN", options.pattern, "A topic, or a prefix and a trailing *")->type_name("");
  command->add_option("--tenant", options.tenant, "Of this tenant (default: your own)")->type_name("ID");
  command->add_option("--limit", options.limit, "At most so many (default: all)")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000).description(""));
  return command->footer(kFooter);
}

ExitCode RunList(const ListOptions& options, Session& session) {
  v1::ListTopicsRequest request;
  request.set_pattern(options.pattern);
  request.set_tenant_id(options.tenant);
  const auto answer = FetchPages<v1::ListTopicsResponse>(
      request, options.limit, [&](const auto& page) { return session.bridge().ListTopics(page); },
      [](auto& page) -> auto& { return *page.mutable_topics(); });
  if (!answer.ok()) return session.Fail("list topics", answer.status());
  if (session.json()) return session.PrintJson(*answer);
  PrintTable(*answer, session);
  return ExitCode::kOk;
}

}  // namespace spanwire::cli::topics
