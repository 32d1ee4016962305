#pragma once

#include <string>
#include <vector>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include "bridge/observe/metrics.h"

namespace spanwire::observe {

// Content type of RenderPrometheus.
inline constexpr char kPrometheusContentType[] = "text/plain; version=0.0.4; charset=utf-8";

// Shows Metrics to prometheus-cpp, which knows the formats. Borrows `metrics`. Any thread.
class MetricsCollectable final : public prometheus::Collectable {
 public:
  explicit MetricsCollectable(Metrics& metrics) : metrics_(metrics) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  Metrics& metrics_;
};

// The answer to GET /metrics. Any thread.
std::string RenderPrometheus(Metrics& metrics);

}  // namespace spanwire::observe
