// The publisher: typed events (spanwire.v1.Log, 128 bytes of JSON) over one PublishStream, either at a fixed rate or
// with a fixed number in flight from here to the last subscriber. Ends when the subscribers have measured enough.
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <thread>

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <CLI/CLI.hpp>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "bench/load/delivery_progress.h"
#include "bench/load/event_stamp.h"
#include "bench/load/pace.h"
#include "spanwire/v1/builtin_events.pb.h"
#include "spanwire/v1/publisher.grpc.pb.h"

namespace spanwire::bench {
namespace {

struct Options {
  std::string server;
  int progress_fd = -1;
  uint64_t topics = 1;
  PaceOptions pace;
};

v1::PublishStreamRequest MakeBatch(Turn turn, uint64_t topics) {
  v1::PublishStreamRequest request;
  request.set_sequence(turn.first);
  v1::Log log;
  log.set_level("info");
  log.set_source("bench");
  for (uint64_t sequence = turn.first; sequence < turn.first + turn.count; ++sequence) {
    log.set_message(StampedLine({sequence, turn.due_ns}, kLineBytes));
    v1::Event& event = *request.add_events();
    event.set_topic(TopicOf(sequence - 1, topics));
    event.mutable_message()->PackFrom(log);
  }
  return request;
}

using Stream = grpc::ClientReaderWriter<v1::PublishStreamRequest, v1::PublishStreamResponse>;

// Reads answers to the end. A refused event is an error of the measurement.
absl::Status ReadAnswers(Stream& stream, uint64_t* accepted) {
  v1::PublishStreamResponse response;
  absl::Status status;
  while (stream.Read(&response)) {
    for (const v1::PublishResult& result : response.results()) {
      if (result.has_error()) status.Update(absl::InvalidArgumentError(result.error().message()));
      *accepted += result.has_response();
    }
  }
  return status;
}

absl::Status Main(const Options& options) {
  absl::StatusOr<DeliveryProgress> progress = DeliveryProgress::Map(options.progress_fd);
  if (!progress.ok()) return progress.status();
  progress->Announce(getpid());
  auto stub = v1::PublisherService::NewStub(grpc::CreateChannel(options.server, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  const auto stream = stub->PublishStream(&context);

  uint64_t accepted = 0;
  absl::Status answers;
  std::thread reader([&] { answers = ReadAnswers(*stream, &accepted); });
  Pace pace(options.pace, *progress);
  bool open = true;
  while (open) {
    const std::optional<Turn> turn = pace.Next();
    if (!turn) break;
    open = stream->Write(MakeBatch(*turn, options.topics));
  }
  stream->WritesDone();
  reader.join();
  pace.Settle();
  const grpc::Status finished = stream->Finish();
  if (!finished.ok()) return absl::UnavailableError(finished.error_message());
  if (!answers.ok()) return answers;
  if (accepted != pace.published()) {
    return absl::DataLossError(fmt::format("{} events sent, {} accepted", pace.published(), accepted));
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace spanwire::bench

int main(int argc, char** argv) {
  spanwire::bench::Options options;
  CLI::App app("publisher for measuring a fan-out");
  app.add_option("--server", options.server, "host:port of the bridge's gRPC listener")->required();
  app.add_option("--progress-fd", options.progress_fd, "memory file shared with the subscribers")->required();
  app.add_option("--topics", options.topics)->check(CLI::PositiveNumber);
  app.add_option("--batch", options.pace.batch, "events a stream message")->check(CLI::PositiveNumber);
  app.add_option("--in-flight", options.pace.in_flight, "events published that somebody lacks, at most");
  app.add_option("--rate", options.pace.rate, "batches a second; 0: as --in-flight allows");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = spanwire::bench::Main(options);
  if (status.ok()) return 0;
  fmt::print(stderr, "publish_load: {}\n", status.ToString());
  return 1;
}
