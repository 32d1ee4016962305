#include "cli/failure.h"

#include "bridge/model/error.h"
#include "cli/grpc_status.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/unit/cli/cli_test.h"

namespace spanwire::cli {
namespace {

using testing::HasSubstr;

const Attempt kAttempt = {"publish", "127.0.0.1:50051", absl::Seconds(10)};

TEST(ExitCodeTest, EveryErrorClassHasItsOwn) {
  const std::vector<std::pair<grpc::StatusCode, ExitCode>> codes = {
      {grpc::StatusCode::OK, ExitCode::kOk},
      {grpc::StatusCode::INVALID_ARGUMENT, ExitCode::kUsage},
      {grpc::StatusCode::OUT_OF_RANGE, ExitCode::kUsage},
      {grpc::StatusCode::NOT_FOUND, ExitCode::kNotFound},
      {grpc::StatusCode::UNAUTHENTICATED, ExitCode::kDenied},
      {grpc::StatusCode::PERMISSION_DENIED, ExitCode::kDenied},
      {grpc::StatusCode::UNAVAILABLE, ExitCode::kUnavailable},
      {grpc::StatusCode::DEADLINE_EXCEEDED, ExitCode::kUnavailable},
      {grpc::StatusCode::RESOURCE_EXHAUSTED, ExitCode::kFailure},
      {grpc::StatusCode::FAILED_PRECONDITION, ExitCode::kFailure},
      {grpc::StatusCode::UNIMPLEMENTED, ExitCode::kFailure},
      {grpc::StatusCode::INTERNAL, ExitCode::kFailure}};
  for (const auto& [grpc_code, exit_code] : codes) {
    EXPECT_EQ(ExitCodeFor(FromGrpc(grpc::Status(grpc_code, "m"))), exit_code) << grpc_code;
  }
}

TEST(ExitCodeTest, AnOverloadThatPassesIsUnavailable) {
  EXPECT_EQ(ExitCodeFor(FromGrpc(Refusal(grpc::StatusCode::RESOURCE_EXHAUSTED, "full", "OVERLOADED", 2))),
            ExitCode::kUnavailable);
}

TEST(ExplainTest, GivesTheReasonAndWhenToTryAgain) {
  EXPECT_EQ(
      Explain(FromGrpc(Refusal(grpc::StatusCode::RESOURCE_EXHAUSTED, "too much at once", "OVERLOADED", 2)), kAttempt),
      "cannot publish: too much at once (OVERLOADED)\nTry again in 2s.\n");
}

TEST(ExplainTest, NamesTheFieldsThatAreWrong) {
  google::rpc::Status rich;
  google::rpc::BadRequest bad;
  auto& violation = *bad.add_field_violations();
  violation.set_field("event.topic");
  violation.set_description("holds a space");
  rich.add_details()->PackFrom(bad);
  const grpc::Status status(grpc::StatusCode::INVALID_ARGUMENT, "bad event", rich.SerializeAsString());
  EXPECT_EQ(Explain(FromGrpc(status), kAttempt),
            "cannot publish: bad event (INVALID_ARGUMENT)\nevent.topic: holds a space\n");
}

TEST(ExplainTest, DoesNotSayTheSameTwice) {
  google::rpc::Status rich;
  google::rpc::BadRequest bad;
  auto& violation = *bad.add_field_violations();
  violation.set_field("topic");
  violation.set_description("it holds a space");
  rich.add_details()->PackFrom(bad);
  const grpc::Status status(grpc::StatusCode::INVALID_ARGUMENT, "it holds a space", rich.SerializeAsString());
  EXPECT_EQ(Explain(FromGrpc(status), kAttempt), "cannot publish: it holds a space (INVALID_ARGUMENT)\n");
}

TEST(ExplainTest, RecognizesAnHttpPort) {
  const grpc::Status status(grpc::StatusCode::UNAVAILABLE, "failed to connect: Trying to connect an http1.x server");
  EXPECT_THAT(Explain(FromGrpc(status), kAttempt), HasSubstr("that is an HTTP port\nGive its gRPC address"));
}

TEST(ExplainTest, SaysWhatToDoWhereNothingAnswers) {
  const grpc::Status status(grpc::StatusCode::UNAVAILABLE,
                            "failed to connect to all addresses; last error: UNKNOWN: ipv4:1: Connection refused");
  const std::string text = Explain(FromGrpc(status), kAttempt);
  EXPECT_THAT(text, HasSubstr("cannot reach the bridge at 127.0.0.1:50051: Connection refused\nIs it running?"));
}

TEST(ExplainTest, TellsALostBridgeFromOneNeverReached) {
  EXPECT_THAT(Explain(FromGrpc(grpc::Status(grpc::StatusCode::UNAVAILABLE, "Socket closed")), kAttempt),
              HasSubstr("lost the bridge at 127.0.0.1:50051: Socket closed\n"));
}

TEST(ExplainTest, TellsOfASlowAnswer) {
  EXPECT_THAT(Explain(FromGrpc(grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "Deadline Exceeded")), kAttempt),
              HasSubstr("no answer from 127.0.0.1:50051 within 10s\n"));
}

TEST(ExplainTest, AnErrorCannotSteerTheTerminal) {
  const std::string text =
      Explain(FromGrpc(Refusal(grpc::StatusCode::NOT_FOUND, "no \x1b[2J\n", "R\x1b")), {"show \x1b", "s", {}});
  EXPECT_EQ(text, "cannot show \\x1b: no \\x1b[2J\\n (R\\x1b)\n");
}

TEST(ExplainTest, DetailsOfAnotherProgramDoNoHarm) {
  const grpc::Status status(grpc::StatusCode::INTERNAL, "odd", "\xff\xff not a google.rpc.Status");
  EXPECT_EQ(Explain(FromGrpc(status), kAttempt), "cannot publish: odd (INTERNAL)\n");
}

// What gRPC says of TLS that fails, and what a look at the port has found.
TEST(ExplainTest, SaysWhatToDoWhereTlsAndThePortDoNotGoTogether) {
  using Kind = PortLook::Kind;
  const Security plain;
  const Security by_ca = {.ca = "ca.pem", .names = {.ca = "--ca"}};
  const Security by_tls = {.tls = true, .names = {.tls = "--tls"}};
  const std::string verify =
      "failed to connect to all addresses; last error: UNKNOWN: Ssl handshake failed: "
      "SSL_ERROR_SSL: error:0A000086:SSL routines::certificate verify failed";
  const struct {
    std::string message;
    Security security;
    PortLook look;
    std::vector<std::string> said;
  } cases[] = {
      {verify,
       by_ca,
       {Kind::kGrpcTls, "unable to get local issuer certificate"},
       {"not trusted: unable", "--ca ca.pem is not the CA"}},
      {verify, by_tls, {Kind::kGrpcTls, ""}, {"not trusted\n", "give its certificate with --ca FILE"}},
      {verify, by_ca, {Kind::kGrpcTls, "certificate has expired"}, {"has expired", "needs another certificate"}},
      {"Peer name bridge is not in peer certificate", by_ca, {}, {"for another name", "Call it by a name"}},
      {"SSL routines::wrong version number", by_ca, {}, {"does not speak TLS", "leave --ca ca.pem out"}},
      {"SSL routines::wrong version number", by_tls, {}, {"does not speak TLS", "leave --tls out"}},
      {"SSL routines::tlsv1 alert no application protocol", by_ca, {}, {"that is an HTTP port"}},
      {"failed to connect to all addresses; last error: Socket closed",
       by_ca,
       {Kind::kGrpcTls, "", true},
       {"asks for a client certificate", "--cert FILE"}},
      {"failed to connect to all addresses; last error: Socket closed",
       {.cert = "c.pem", .key = "k.pem", .names = {.cert = "--cert"}},
       {Kind::kGrpcTls, "", true},
       {"does not take the client certificate", "--cert c.pem", "tls.client_ca_file"}},
      {"failed to connect to all addresses; last error: Socket closed",
       plain,
       {Kind::kGrpcTls, ""},
       {"that port speaks TLS", "--ca FILE (or SPANWIRE_CA)", "--tls"}},
      {"failed to connect to all addresses; last error: Socket closed",
       plain,
       {Kind::kOtherTls, ""},
       {"that is an HTTP port"}},
  };
  for (const auto& row : cases) {
    Attempt attempt = kAttempt;
    attempt.security = row.security;
    attempt.look = row.look;
    const std::string text = Explain(absl::UnavailableError(row.message), attempt);
    EXPECT_THAT(text, testing::StartsWith("cannot reach the bridge at 127.0.0.1:50051: "));
    for (const std::string& words : row.said) EXPECT_THAT(text, HasSubstr(words)) << row.message;
    EXPECT_THAT(text, testing::Not(HasSubstr("Is it running?")));
  }
}

TEST(ExplainTest, WhoShowsNothingIsToldHowToWithTheseCommands) {
  const grpc::Status status = Refusal(grpc::StatusCode::UNAUTHENTICATED,
                                      "send it as metadata, authorization: Bearer <token>", "UNAUTHENTICATED_CALL");
  const std::string text = Explain(FromGrpc(status), kAttempt);
  EXPECT_THAT(text, testing::AllOf(HasSubstr("--token-file FILE"), HasSubstr("SPANWIRE_TOKEN_FILE"),
                                   HasSubstr("spanwire context add"), testing::Not(HasSubstr("metadata"))));
}

TEST(ExplainTest, ATokenThatIsRefusedIsNamedByWhereItComesFrom) {
  Attempt attempt = kAttempt;
  attempt.security = {.token_file = "t", .names = {.token_file = "--token-file"}};
  const grpc::Status status = Refusal(grpc::StatusCode::UNAUTHENTICATED, "the token has expired", "TOKEN_EXPIRED");
  EXPECT_EQ(Explain(FromGrpc(status), attempt),
            "cannot publish: the token has expired (TOKEN_EXPIRED)\n"
            "The token is that of --token-file t; `spanwire token check` explains it.\n");
}

using RefusalTest = CliTest;

TEST_F(RefusalTest, EveryCommandReportsIt) {
  bridge_.admin.refusal = Refusal(grpc::StatusCode::PERMISSION_DENIED, "needs the role admin.read", "FORBIDDEN");
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{{"connections", "list"},
                                                                                         {"connections", "show", "c"},
                                                                                         {"connections", "watch"},
                                                                                         {"connections", "close", "c"},
                                                                                         {"topics", "list"},
                                                                                         {"tail", "a"},
                                                                                         {"stats"}}) {
    const Outcome outcome = Run(arguments);
    EXPECT_EQ(outcome.code, ExitCode::kDenied) << arguments[0];
    EXPECT_THAT(outcome.err, HasSubstr("needs the role admin.read (FORBIDDEN)\n")) << arguments[0];
    EXPECT_EQ(outcome.out, "") << arguments[0];
  }
}

TEST(NobodyThereTest, EveryCommandExitsWith5) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"connections", "list"},
                                             {"connections", "watch"},
                                             {"topics", "show", "a"},
                                             {"tail", "a"},
                                             {"stats"},
                                             {"schema", "list"},
                                             {"publish", "a", "--type", "t", "--data", "{}"}}) {
    std::vector<std::string> line = arguments;
    line.insert(line.end(), {"--server", "127.0.0.1:1"});
    const Outcome outcome = RunCli(line, model::Clock::System());
    EXPECT_EQ(outcome.code, ExitCode::kUnavailable) << arguments[0];
    EXPECT_THAT(outcome.err, HasSubstr("cannot reach the bridge at 127.0.0.1:1: Connection refused\n"));
  }
}

}  // namespace
}  // namespace spanwire::cli
