#include "cli/topics/history.h"

#include "CLI/Option.hpp"
#include "CLI/Validators.hpp"
#include "cli/humane.h"
#include "cli/paging.h"
#include "cli/table.h"
#include "fmt/format.h"

namespace spanwire::cli::topics {
namespace {

constexpr char kFooter[] = R"(Examples:
  spanwire topics history orders:17
  spanwire topics history orders:17 --after 4711 --limit 20
  spanwire topics history stats --tenant acme -o json | jq -r '.events[].offset'

Shows what a client that resumes can still get, oldest first; `spanwire tail TOPIC --history N` shows the events
themselves. BYTES is what an event takes in memory, which the policy counts. What is lost through an offset is gone:
a client whose cursor is below it is told to reload. Exits with 3 where the topic has neither history nor subscribers.
Global options: see `spanwire --help`.)";

void PrintEvents(const v1::GetHistoryResponse& answer, Session& session) {
  std::vector<std::string> columns = {"OFFSET", "AGE", "TYPE", "BYTES"};
  if (session.wide()) columns.emplace_back("JSON");
  Table table(columns);
  for (const v1::StoredEvent& event : answer.events()) {
    std::vector<Cell> row = {fmt::format("{}", event.offset()), Age(event.accepted_at(), session.Now()), event.type(),
                             fmt::format("{}", event.memory_bytes())};
    if (session.wide()) row.emplace_back(fmt::format("{}", event.json_bytes()));
    table.Add(std::move(row));
  }
  if (!table.empty()) table.Print(session.out(), session.color());
}

void NoteTotals(const v1::GetHistoryResponse& answer, const HistoryOptions& options, Session& session) {
  const v1::Topic& topic = answer.topic();
  if (topic.history_events() == 0) {
    session.Note(fmt::format("{} holds no events.", options.topic));
  } else {
    session.Note(fmt::format("{} holds {}, {}, offsets {} to {}.", options.topic,
                             Counted(topic.history_events(), "event"), HumaneBytes(topic.history_bytes()),
                             topic.first_offset(), topic.last_offset()));
  }
  if (topic.lost_through() > 0) session.Note(fmt::format("Lost through offset {}.", topic.lost_through()));
  if (answer.next_page_token().empty()) return;
  session.Note(fmt::format("{} of {} shown; go on with --after {}.", answer.events_size(), answer.total_size(),
                           answer.events().rbegin()->offset()));
}

// The history of a topic that nobody knows is empty, not refused: whether it is known is asked apart.
absl::Status CheckKnown(const v1::Topic& topic, const HistoryOptions& options, Session& session) {
  if (topic.history_events() > 0) return absl::OkStatus();
  v1::GetTopicRequest request;
  request.set_name(options.topic);
  request.set_tenant_id(options.tenant);
  return session.bridge().GetTopic(request).status();
}

}  // namespace

CLI::App* DeclareHistory(CLI::App& group, HistoryOptions& options) {
  CLI::App* command = group.add_subcommand("history", "Show what a topic still holds for those who resume");
  command->add_option("TOPIC", options.topic, "Its name")->required()->type_name("");
  command->add_option("--tenant", options.tenant, "Of this tenant (default: your own)")->type_name("ID");
  command->add_option("--limit", options.limit, "At most so many events (default: 100)")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000).description(""));
  command->add_option("--after", options.after, "Only events after this offset (default: all)")->type_name("OFFSET");
  return command->footer(kFooter);
}

ExitCode RunHistory(const HistoryOptions& options, Session& session) {
  v1::GetHistoryRequest request;
  request.set_topic(options.topic);
  request.set_tenant_id(options.tenant);
  request.set_after_offset(options.after);
  v1::Topic topic;
  uint64_t head = 0;
  auto answer = FetchPages<v1::GetHistoryResponse>(
      request, options.limit,
      [&](const auto& wanted) {
        auto page = session.bridge().GetHistory(wanted);
        if (page.ok()) topic = page->topic();
        if (page.ok()) head = page->head_offset();
        return page;
      },
      [](auto& page) -> auto& { return *page.mutable_events(); });
  if (!answer.ok()) return session.Fail("show the history of " + options.topic, answer.status());
  if (const absl::Status known = CheckKnown(topic, options, session); !known.ok()) {
    return session.Fail("show the history of " + options.topic, known);
  }
  *answer->mutable_topic() = std::move(topic);
  answer->set_head_offset(head);
  if (session.json()) return session.PrintJson(*answer);
  PrintEvents(*answer, session);
  NoteTotals(*answer, options, session);
  return ExitCode::kOk;
}

}  // namespace spanwire::cli::topics
