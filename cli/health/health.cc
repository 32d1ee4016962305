#include "cli/health/health.h"

#include <utility>

#include "CLI/Option.hpp"
#include "boost/json/array.hpp"
#include "boost/json/object.hpp"
#include "boost/json/serialize.hpp"
#include "cli/printable.h"
#include "cli/table.h"

namespace spanwire::cli::health {
namespace {

using grpc::health::v1::HealthCheckResponse;

constexpr char kFooter[] = R"(Examples:
  spanwire health
  spanwire health spanwire.v1.PublisherService && echo ready

Exits with 0 where all are SERVING, 1 where one is not, 5 where the bridge is not reached.
Global options: see `spanwire --help`.)";

constexpr char kWholeBridge[] = "(bridge)";

struct State {
  std::string service;  // empty: the bridge as a whole
  HealthCheckResponse::ServingStatus status;
};

void PrintJson(const std::vector<State>& states, Session& session) {
  boost::json::array services;
  for (const State& state : states) {
    services.push_back(boost::json::object{{"service", state.service},
                                           {"status", HealthCheckResponse::ServingStatus_Name(state.status)}});
  }
  const boost::json::object document{{"services", std::move(services)}};
  session.out() << PrintableJson(boost::json::serialize(document)) << '\n';
}

void PrintTable(const std::vector<State>& states, Session& session) {
  Table table({"SERVICE", "STATUS"});
  for (const State& state : states) {
    const Style style = state.status == HealthCheckResponse::SERVING ? Style::kGood : Style::kBad;
    table.Add({Cell(state.service.empty() ? kWholeBridge : state.service),
               Cell(HealthCheckResponse::ServingStatus_Name(state.status), style)});
  }
  table.Print(session.out(), session.color());
}

// What to ask for. Services that nobody named are shown where the bridge tells of them.
struct Question {
  std::string service;
  bool named;
};

std::vector<Question> Questions(const Options& options) {
  std::vector<Question> questions;
  for (const std::string& service : options.services) questions.push_back({service, true});
  if (!questions.empty()) return questions;
  return {{"", true},
          {"spanwire.v1.PublisherService", false},
          {"spanwire.v1.SchemaService", false},
          {"spanwire.v1.AdminService", false}};
}

}  // namespace

CLI::App* Declare(CLI::App& root, Options& options) {
  CLI::App* command = root.add_subcommand("health", "Ask whether the bridge takes calls");
  command->add_option("SERVICE", options.services, "Full names of gRPC services (default: the whole bridge)")
      ->type_name("");
  return command->footer(kFooter);
}

ExitCode Run(const Options& options, Session& session) {
  ExitCode code = ExitCode::kOk;
  std::vector<State> states;
  for (const Question& question : Questions(options)) {
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(question.service);
    const auto answer = session.bridge().CheckHealth(request);
    if (answer.status().code() == absl::StatusCode::kNotFound && !question.named) continue;
    if (!answer.ok()) {
      return session.Fail(question.service.empty() ? "check health" : "check health of " + question.service,
                          answer.status());
    }
    states.push_back({question.service, answer->status()});
    if (answer->status() != HealthCheckResponse::SERVING) code = ExitCode::kFailure;
  }
  session.json() ? PrintJson(states, session) : PrintTable(states, session);
  return code;
}

}  // namespace spanwire::cli::health
