#include "cli/connections/filter.h"

#include "CLI/Option.hpp"
#include "CLI/Validators.hpp"

namespace spanwire::cli::connections {
namespace {

// An empty value is most likely a shell variable that was never set; taking it for "any" could close too much.
const CLI::Validator kNotEmpty([](std::string& value) { return value.empty() ? "must not be empty" : ""; }, "");

}  // namespace

void DeclareFilter(CLI::App& command, FilterOptions& options) {
  command.add_option("--user", options.user, "Only this user's")->type_name("ID")->check(kNotEmpty);
  command
      .add_option_function<std::string>(
          "--tenant", [&options](const std::string& tenant) { options.tenant = tenant; },
          "Only this tenant's; '' is the default tenant")
      ->type_name("ID");
  command.add_option("--topic", options.topic, "Only those subscribed to this topic")
      ->type_name("TOPIC")
      ->check(kNotEmpty);
  command.add_option("--transport", options.transport, "Only those on websocket, sse or poll")
      ->type_name("NAME")
      ->check(CLI::IsMember({"websocket", "sse", "poll"}).description(""));
}

v1::ConnectionFilter ToFilter(const FilterOptions& options) {
  v1::ConnectionFilter filter;
  filter.set_user_id(options.user);
  filter.set_tenant_id(options.tenant.value_or(""));
  filter.set_has_tenant_id(options.tenant.has_value());
  filter.set_topic(options.topic);
  filter.set_transport(options.transport);
  return filter;
}

}  // namespace spanwire::cli::connections
