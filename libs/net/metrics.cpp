#include "libs/net/metrics.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "libs/net/clock.h"

namespace scaiflow::net {

namespace {

using contracts::MetricInfo;
using contracts::MetricKind;
using contracts::metrics;
using contracts::MetricUnit;

constexpr std::array<std::int64_t, 16> seconds_in_us = {
    50,     100,    250,     500,     1'000,   2'500,     5'000,     10'000,
    25'000, 50'000, 100'000, 250'000, 500'000, 1'000'000, 5'000'000, 30'000'000};
constexpr std::array<std::int64_t, 16> counts = {1,   2,   4,   8,     16,    32,    64,     128,
                                                 256, 512, 768, 1'024, 2'048, 4'096, 16'384, 65'536};

const MetricInfo& info_of(Metric metric) { return metrics[static_cast<std::size_t>(metric)]; }

std::string number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.12g", value);
  return text;
}

std::string_view kind_text(MetricKind kind) {
  switch (kind) {
    case MetricKind::Counter: return "counter";
    case MetricKind::Gauge: return "gauge";
    case MetricKind::Histogram: return "histogram";
  }
  return {};
}

}  // namespace

struct Metrics::Series {
  std::atomic<std::int64_t> total{0};  ///< of a counter, or the sum of a histogram
  std::array<std::atomic<std::int64_t>, 17> buckets{};

  std::int64_t observations() const {
    std::int64_t all = 0;
    for (const auto& bucket : buckets) all += bucket.load(std::memory_order_relaxed);
    return all;
  }
};

Metrics::Metrics() : gauges_(std::size(metrics)) {
  for (const MetricInfo& info : metrics) {
    first_.push_back(series_.size());
    for (std::size_t i = 0; i < std::max<std::size_t>(info.values.size(), 1); ++i)
      series_.push_back(std::make_unique<Series>());
  }
}
Metrics::~Metrics() = default;

Metrics::Series& Metrics::series(Metric metric, std::string_view label) const {
  const MetricInfo& info = info_of(metric);
  const auto at = std::find(info.values.begin(), info.values.end(), label);
  assert(info.values.empty() ? label.empty() : at != info.values.end());
  const auto offset = info.values.empty() ? 0 : static_cast<std::size_t>(at - info.values.begin());
  return *series_[first_[static_cast<std::size_t>(metric)] + offset];
}

void Metrics::add(Metric metric, std::int64_t count, std::string_view label) {
  series(metric, label).total.fetch_add(count, std::memory_order_relaxed);
}

void Metrics::observe(Metric metric, std::int64_t value, std::string_view label) {
  Series& one = series(metric, label);
  const auto& bounds = info_of(metric).unit == MetricUnit::Seconds ? seconds_in_us : counts;
  const auto at = std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin();
  one.buckets[static_cast<std::size_t>(at)].fetch_add(1, std::memory_order_relaxed);
  one.total.fetch_add(value, std::memory_order_relaxed);
}

void Metrics::gauge(Metric metric, std::function<double()> read) {
  const std::lock_guard lock(gauges_mutex_);
  gauges_[static_cast<std::size_t>(metric)] = std::move(read);
}

std::int64_t Metrics::count(Metric metric, std::string_view label) const {
  const Series& one = series(metric, label);
  return info_of(metric).kind == MetricKind::Histogram ? one.observations() : one.total.load();
}

namespace {

/// `{a="b",c="d"}` of the pairs that are there.
std::string labels(const MetricInfo& info, std::string_view value, const std::string& bound = {}) {
  std::string out;
  if (!info.label.empty()) out += std::string(info.label) + "=\"" + std::string(value) + '"';
  if (!bound.empty()) out += std::string(out.empty() ? "" : ",") + "le=\"" + bound + '"';
  return out.empty() ? out : "{" + out + "}";
}

}  // namespace

std::string Metrics::text() const {
  std::string out;
  const auto line = [&](const std::string& name, const std::string& pairs, double value) {
    out += name + pairs + " " + number(value) + "\n";
  };
  for (std::size_t m = 0; m < std::size(metrics); ++m) {
    const MetricInfo& info = metrics[m];
    const std::string name(info.name);
    std::function<double()> read;
    {
      const std::lock_guard lock(gauges_mutex_);
      read = gauges_[m];
    }
    if (info.kind == MetricKind::Gauge && !read) continue;
    out += "# HELP " + name + " " + std::string(info.help) + "\n# TYPE " + name + " ";
    out += std::string(kind_text(info.kind)) + "\n";
    if (info.kind == MetricKind::Gauge) {
      line(name, "", read());
      continue;
    }
    for (std::size_t i = 0; i < std::max<std::size_t>(info.values.size(), 1); ++i) {
      const Series& one = *series_[first_[m] + i];
      const std::string_view value = info.values.empty() ? std::string_view() : info.values[i];
      if (info.kind == MetricKind::Counter) {
        line(name, labels(info, value), static_cast<double>(one.total.load()));
        continue;
      }
      const bool timed = info.unit == MetricUnit::Seconds;
      const double scale = timed ? 1e6 : 1;
      const auto& bounds = timed ? seconds_in_us : counts;
      std::int64_t below = 0;
      for (std::size_t b = 0; b < one.buckets.size(); ++b) {
        below += one.buckets[b].load();
        const std::string bound =
            b < bounds.size() ? number(static_cast<double>(bounds[b]) / scale) : std::string("+Inf");
        line(name + "_bucket", labels(info, value, bound), static_cast<double>(below));
      }
      line(name + "_sum", labels(info, value), static_cast<double>(one.total.load()) / scale);
      line(name + "_count", labels(info, value), static_cast<double>(below));
    }
  }
  return out;
}

void add_process_gauges(Metrics& all) {
  const double started = static_cast<double>(wall_ms()) / 1e3;
  all.gauge(Metric::ProcessStartTimeSeconds, [started] { return started; });
  all.gauge(Metric::ProcessResidentMemoryBytes, [] {
    std::ifstream file("/proc/self/statm");
    double size = 0, resident = 0;
    file >> size >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
  });
  all.gauge(Metric::ProcessOpenFds, [] {
    std::error_code failed;
    const auto files = std::filesystem::directory_iterator("/proc/self/fd", failed);
    return static_cast<double>(std::distance(begin(files), end(files)));
  });
}

}  // namespace scaiflow::net
