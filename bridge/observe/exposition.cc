#include "bridge/observe/exposition.h"

#include <string_view>
#include <utility>

#include <prometheus/text_serializer.h>

namespace spanwire::observe {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// Collects families; each Add... is one family or one more sample of the last.
class Families {
 public:
  void AddCounter(std::string name, std::string help, uint64_t value) {
    Start(std::move(name), std::move(help), MetricType::Counter);
    AddSample({}, static_cast<double>(value));
  }
  void AddGauge(std::string name, std::string help, int64_t value) {
    Start(std::move(name), std::move(help), MetricType::Gauge);
    AddSample({}, static_cast<double>(value));
  }
  void Start(std::string name, std::string help, MetricType type) {
    families_.push_back({std::move(name), std::move(help), type, {}});
  }
  void AddSample(std::vector<ClientMetric::Label> labels, double value) {
    ClientMetric& metric = families_.back().metric.emplace_back();
    metric.label = std::move(labels);
    if (families_.back().type == MetricType::Counter)
      metric.counter.value = value;
    else
      metric.gauge.value = value;
  }
  void AddHistogram(std::string name, std::string help, const LatencyHistogram& latencies) {
    Start(std::move(name), std::move(help), MetricType::Histogram);
    ClientMetric::Histogram& histogram = families_.back().metric.emplace_back().histogram;
    uint64_t cumulative = 0;
    for (size_t i = 0; i < LatencyHistogram::kBounds.size(); ++i) {
      cumulative += latencies.InBucket(i);
      histogram.bucket.push_back({cumulative, LatencyHistogram::kBounds[i]});
    }
    histogram.sample_count = cumulative + latencies.InBucket(LatencyHistogram::kBounds.size());
    histogram.sample_sum = latencies.SumSeconds();
  }
  std::vector<MetricFamily> Take() && { return std::move(families_); }

 private:
  std::vector<MetricFamily> families_;
};

void AddPublishing(const Metrics& metrics, Families& out) {
  out.AddCounter("spanwire_events_published_total", "Events accepted from publishers.",
                 metrics.events_published.Value());
  out.AddCounter("spanwire_events_duplicate_total", "Events that repeated an id or a sequence and were not published.",
                 metrics.events_duplicate.Value());
  out.Start("spanwire_events_rejected_total", "Events refused, by reason.", MetricType::Counter);
  for (const auto& [reason, count] : metrics.events_rejected.Values()) {
    out.AddSample({{"reason", reason}}, static_cast<double>(count));
  }
  out.AddHistogram("spanwire_publish_duration_seconds", "From a publish request's arrival to its results.",
                   metrics.publish_latency);
  out.AddCounter("spanwire_translated_bytes_total", "Bytes of envelope JSON written for accepted events.",
                 metrics.translated_bytes.Value());
  out.AddCounter("spanwire_unknown_fields_total", "Protobuf fields left out because the bridge's schema lacks them.",
                 metrics.unknown_fields.Value());
  out.AddGauge("spanwire_publish_in_flight_bytes", "Bytes accepted from publishers and not yet stored.",
               metrics.publish_in_flight_bytes.Value());
  out.AddCounter("spanwire_idempotency_evictions_total",
                 "Idempotency keys and producers forgotten before their time, for lack of room.",
                 metrics.idempotency_evictions.Value());
  out.AddGauge("spanwire_history_bytes", "Bytes of history in memory.", metrics.history_bytes.Value());
  out.AddCounter("spanwire_history_events_evicted_total",
                 "Events discarded because all history together was over its limit.",
                 static_cast<uint64_t>(metrics.history_events_evicted.Value()));
}

// Sums over the shards of one of their counters.
template <typename Member>
auto Sum(const std::vector<const ShardMetrics*>& shards, Member ShardMetrics::*member) {
  decltype((shards.front()->*member).Value()) sum = 0;
  for (const ShardMetrics* shard : shards) sum += (shard->*member).Value();
  return sum;
}

// One sample per element of an array of counters, labelled by `label_of(index)`.
template <typename Array, typename LabelOf>
void AddEach(const std::vector<const ShardMetrics*>& shards, Array ShardMetrics::*member, const std::string& label,
             LabelOf label_of, Families& out) {
  for (size_t i = 0; i < Array{}.size(); ++i) {
    double sum = 0;
    for (const ShardMetrics* shard : shards) sum += static_cast<double>((shard->*member)[i].Value());
    out.AddSample({{label, label_of(i)}}, sum);
  }
}

std::string CloseCodeLabel(size_t i) {
  return i < ShardMetrics::kCloseCodes.size() ? std::to_string(ShardMetrics::kCloseCodes[i]) : "other";
}

void AddConnections(const std::vector<const ShardMetrics*>& shards, Families& out) {
  const auto transport = [](size_t i) { return std::string(kTransportNames[i]); };
  out.Start("spanwire_connections", "Connections open now, by transport.", MetricType::Gauge);
  AddEach(shards, &ShardMetrics::connections, "transport", transport, out);
  out.Start("spanwire_connections_opened_total", "Connections opened, by transport.", MetricType::Counter);
  AddEach(shards, &ShardMetrics::connections_opened, "transport", transport, out);
  out.Start("spanwire_connections_refused_total",
            "Connections refused because there were as many as there may be, by the limit.", MetricType::Counter);
  AddEach(
      shards, &ShardMetrics::connections_refused, "reason", [](size_t i) { return std::string(kCapNames[i]); }, out);
  out.Start("spanwire_subscriptions_not_recovered_total",
            "Times that a client was told that it may have missed events of a topic, by transport.",
            MetricType::Counter);
  AddEach(shards, &ShardMetrics::not_recovered, "transport", transport, out);
  out.Start("spanwire_disconnects_total", "WebSockets and event streams ended, by close code; 1006: the peer vanished.",
            MetricType::Counter);
  AddEach(shards, &ShardMetrics::disconnects, "code", CloseCodeLabel, out);
  out.AddCounter("spanwire_slow_consumers_closed_total", "Connections closed because their outbound queue was full.",
                 Sum(shards, &ShardMetrics::slow_consumers_closed));
  out.AddCounter("spanwire_inbox_overflows_total",
                 "Times that a thread fell too far behind and let its subscribers catch up from history.",
                 Sum(shards, &ShardMetrics::inbox_overflows));
  out.AddCounter("spanwire_outbound_shed_total",
                 "Connections closed because the outbound queues of all together were over their limit.",
                 Sum(shards, &ShardMetrics::outbound_shed));
  out.Start("spanwire_http_requests_total", "HTTP requests answered, by status class.", MetricType::Counter);
  AddEach(
      shards, &ShardMetrics::http_requests, "code", [](size_t i) { return std::to_string(i + 1) + "xx"; }, out);
  out.AddCounter("spanwire_polls_total", "Long polls answered.", Sum(shards, &ShardMetrics::polls));
}

void AddTls(const Metrics& metrics, const std::vector<const ShardMetrics*>& shards, Families& out) {
  if (metrics.certificate_not_after.Value() == 0) return;
  out.AddGauge("spanwire_tls_certificate_expiry_timestamp_seconds", "When the certificate in force expires.",
               metrics.certificate_not_after.Value());
  out.AddCounter("spanwire_tls_reloads_total", "Times that new certificates were put in force.",
                 metrics.certificate_reloads.Value());
  out.AddCounter("spanwire_tls_reload_failures_total", "Times that new certificates were bad and the old ones kept.",
                 metrics.certificate_reload_failures.Value());
  out.AddCounter("spanwire_tls_handshake_failures_total", "HTTP connections that ended before TLS was agreed on.",
                 Sum(shards, &ShardMetrics::tls_handshake_failures));
}

void AddDeliveries(const std::vector<const ShardMetrics*>& shards, Families& out) {
  out.AddCounter("spanwire_deliveries_total", "Events handed to connections.", Sum(shards, &ShardMetrics::deliveries));
  out.AddCounter("spanwire_delivered_bytes_total", "Bytes written to connections, before TLS.",
                 Sum(shards, &ShardMetrics::delivered_bytes));
  out.AddCounter("spanwire_client_messages_total", "Messages received from clients.",
                 Sum(shards, &ShardMetrics::messages_received));
  out.AddCounter("spanwire_client_messages_refused_total",
                 "Client messages and HTTP requests refused because their client sent too fast.",
                 Sum(shards, &ShardMetrics::messages_refused));
  out.AddGauge("spanwire_subscriptions", "Subscriptions now.", Sum(shards, &ShardMetrics::subscriptions));
  out.AddGauge("spanwire_queued_bytes", "Bytes waiting in the outbound queues of all connections.",
               Sum(shards, &ShardMetrics::queued_bytes));
}

void AddPatterns(const TotalsByPattern& totals, Families& out) {
  const auto add = [&](std::string name, std::string help, uint64_t PatternTotals::*member) {
    out.Start(std::move(name), std::move(help), MetricType::Counter);
    for (const auto& [pattern, sums] : totals) out.AddSample({{"pattern", pattern}}, static_cast<double>(sums.*member));
  };
  add("spanwire_topic_throttle_dropped_total", "Events left out by a throttle, by pattern of the topic policy.",
      &PatternTotals::throttle_dropped);
  add("spanwire_topic_conflated_total", "Events that gave way to a newer one of their key, by pattern of the policy.",
      &PatternTotals::conflated);
  add("spanwire_topic_slow_closed_total", "Connections closed with 4008, by pattern of the policy of the last topic.",
      &PatternTotals::slow_closed);
}

}  // namespace

std::vector<MetricFamily> MetricsCollectable::Collect() const {
  metrics_.Refresh();
  Families families;
  AddPublishing(metrics_, families);
  const std::vector<const ShardMetrics*> shards = metrics_.Shards();
  AddConnections(shards, families);
  families.AddCounter("spanwire_accept_errors_total",
                      "Times that no connection could be accepted, for lack of file descriptors or memory.",
                      metrics_.accept_errors.Value());
  AddTls(metrics_, shards, families);
  AddDeliveries(shards, families);
  AddPatterns(SumUpPatterns(metrics_), families);
  return std::move(families).Take();
}

std::string RenderPrometheus(Metrics& metrics) {
  return prometheus::TextSerializer().Serialize(MetricsCollectable(metrics).Collect());
}

}  // namespace spanwire::observe
