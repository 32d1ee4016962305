// How long it takes to turn a published event into JSON, by the plan-based writer and by the protobuf library.
#include <string>

#include <benchmark/benchmark.h>

#include "bridge/schema/event_translator.h"
#include "bridge/schema/json_writer.h"
#include "bridge/schema/schema_registry.h"
#include "google/protobuf/util/json_util.h"
#include "spanwire/v1/builtin_events.pb.h"

namespace spanwire::schema {
namespace {

// Five fields, about 100 bytes on the wire.
v1::TaskUpdate TypicalEvent() {
  v1::TaskUpdate task;
  task.set_task_id("render-7f3a9c21");
  task.set_action("updated");
  task.set_state("running");
  task.set_progress(0.42);
  task.set_message("Rendering frame 420 of 1000 for the spring catalogue");
  return task;
}

v1::StatsUpdate EightFigures() {
  v1::StatsUpdate stats;
  double value = 45.2;
  for (const char* name :
       {"cpu", "mem", "load_1m", "disk_read_bytes_per_s", "disk_write_bytes_per_s", "net_in", "net_out", "temp"}) {
    (*stats.mutable_metrics())[name] = value;
    value *= 3.7;
  }
  return stats;
}

v1::Log LogWithFields() {
  v1::Log log;
  log.set_level("warning");
  log.set_message("upstream \"billing\" answered slowly");
  log.set_source("gateway");
  auto& fields = *log.mutable_fields()->mutable_fields();
  fields["latency_ms"].set_number_value(812.5);
  fields["retry"].set_bool_value(true);
  fields["route"].set_string_value("/v1/invoices");
  return log;
}

template <class T>
void WriteByPlan(benchmark::State& state, const T& message) {
  const auto registry = SchemaRegistry::BuiltIn();
  const JsonPlan& plan = registry->Find(T::descriptor()->full_name())->plan();
  std::string json;
  for (auto _ : state) {
    json.clear();
    JsonWriter writer(*registry, &json, kDefaultMaxDataBytes);
    if (!writer.Write(message, plan).ok()) state.SkipWithError("no JSON");
    benchmark::DoNotOptimize(json.data());
  }
  state.counters["wire_bytes"] = static_cast<double>(message.ByteSizeLong());
  state.counters["json_bytes"] = static_cast<double>(json.size());
}

template <class T>
void WriteByLibrary(benchmark::State& state, const T& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  for (auto _ : state) {
    json.clear();
    if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) state.SkipWithError("no JSON");
    benchmark::DoNotOptimize(json.data());
  }
}

// All of it: find the type, parse, topic and type, JSON.
template <class T>
void Translate(benchmark::State& state, const T& message) {
  const EventTranslator translator(SchemaRegistry::BuiltIn());
  v1::Event event;
  event.mutable_message()->PackFrom(message);
  std::string json;
  for (auto _ : state) {
    json.clear();
    auto opened = translator.Open(event);
    if (!opened.ok() || !opened->AppendData(&json).ok()) state.SkipWithError("not translated");
    benchmark::DoNotOptimize(json.data());
  }
}

// The built-in events once more, as a user's schema would declare them.
DescriptorSet CopiedEvents() {
  google::protobuf::FileDescriptorSet set;
  google::protobuf::FileDescriptorProto& file = *set.add_file();
  v1::TaskUpdate::descriptor()->file()->CopyTo(&file);
  file.set_name("copy.proto");
  file.set_package("copy");
  for (auto& message : *file.mutable_message_type()) {
    for (auto& field : *message.mutable_field()) {
      if (field.type_name().starts_with(".spanwire.v1.")) field.set_type_name(".copy." + field.type_name().substr(13));
    }
  }
  return {"copy", set.SerializeAsString()};
}

// As Translate, of a type that was loaded from a descriptor set.
template <class T>
void TranslateLoaded(benchmark::State& state, const T& message) {
  const EventTranslator translator(*SchemaRegistry::Load({CopiedEvents()}));
  v1::Event event;
  event.mutable_message()->PackFrom(message);
  event.mutable_message()->set_type_url("type.googleapis.com/copy." + T::descriptor()->name());
  std::string json;
  for (auto _ : state) {
    json.clear();
    auto opened = translator.Open(event);
    if (!opened.ok() || !opened->AppendData(&json).ok()) state.SkipWithError("not translated");
    benchmark::DoNotOptimize(json.data());
  }
}

void TranslateStruct(benchmark::State& state) {
  const EventTranslator translator(SchemaRegistry::BuiltIn());
  v1::Event event;
  event.set_topic("logs");
  event.set_type("log");
  *event.mutable_json() = LogWithFields().fields();
  std::string json;
  for (auto _ : state) {
    json.clear();
    auto opened = translator.Open(event);
    if (!opened.ok() || !opened->AppendData(&json).ok()) state.SkipWithError("not translated");
    benchmark::DoNotOptimize(json.data());
  }
}

void TranslateJsonText(benchmark::State& state) {
  const EventTranslator translator(SchemaRegistry::BuiltIn());
  v1::Event event;
  event.set_topic("logs");
  event.set_type("log");
  event.set_json_text(R"({"latency_ms": 812.5, "retry": true, "route": "/v1/invoices", "hosts": ["a", "b"]})");
  std::string json;
  for (auto _ : state) {
    json.clear();
    auto opened = translator.Open(event);
    if (!opened.ok() || !opened->AppendData(&json).ok()) state.SkipWithError("not translated");
    benchmark::DoNotOptimize(json.data());
  }
}

BENCHMARK_CAPTURE(WriteByPlan, typical, TypicalEvent());
BENCHMARK_CAPTURE(WriteByLibrary, typical, TypicalEvent());
BENCHMARK_CAPTURE(Translate, typical, TypicalEvent());
BENCHMARK_CAPTURE(TranslateLoaded, typical, TypicalEvent());
BENCHMARK_CAPTURE(WriteByPlan, eight_figures, EightFigures());
BENCHMARK_CAPTURE(WriteByLibrary, eight_figures, EightFigures());
BENCHMARK_CAPTURE(Translate, eight_figures, EightFigures());
BENCHMARK_CAPTURE(TranslateLoaded, eight_figures, EightFigures());
BENCHMARK_CAPTURE(WriteByPlan, log_with_fields, LogWithFields());
BENCHMARK_CAPTURE(WriteByLibrary, log_with_fields, LogWithFields());
BENCHMARK_CAPTURE(Translate, log_with_fields, LogWithFields());
BENCHMARK_CAPTURE(TranslateLoaded, log_with_fields, LogWithFields());
BENCHMARK(TranslateStruct);
BENCHMARK(TranslateJsonText);

}  // namespace
}  // namespace spanwire::schema
