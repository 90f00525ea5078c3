#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "generated/cpp/metrics.h"

namespace scaiflow::net {

using contracts::Metric;

/// What the process counts (contracts/metrics.yaml). Counting takes no lock; every function may be called
/// from any thread. One per process, handed to the parts that count.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  /// Counters. `label` is one of the metric's values, empty when it has no label.
  void add(Metric metric, std::int64_t count = 1, std::string_view label = {});
  /// Histograms; microseconds for one in seconds.
  void observe(Metric metric, std::int64_t value, std::string_view label = {});
  /// Gauges are asked when they are read. What `read` looks at must outlive the Metrics or be removed by
  /// giving nothing.
  void gauge(Metric metric, std::function<double()> read);

  /// Prometheus text 0.0.4; gauges that nobody set are left out.
  std::string text() const;
  std::int64_t count(Metric metric, std::string_view label = {}) const;

 private:
  struct Series;
  Series& series(Metric metric, std::string_view label) const;

  std::vector<std::unique_ptr<Series>> series_;
  std::vector<std::size_t> first_;  ///< by Metric: its first series
  mutable std::mutex gauges_mutex_;
  std::vector<std::function<double()>> gauges_;  ///< by Metric
};

/// Start time, memory and descriptors of this process.
void add_process_gauges(Metrics& metrics);

}  // namespace scaiflow::net
