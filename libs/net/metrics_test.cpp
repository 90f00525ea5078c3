#include "libs/net/metrics.h"

#include <gtest/gtest.h>

namespace scaiflow::net {
namespace {

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(Metrics, CountsByLabel) {
  Metrics metrics;
  metrics.add(Metric::HttpRequests, 2, "2xx");
  metrics.add(Metric::HttpRequests, 1, "5xx");
  metrics.add(Metric::ExecutionsStarted);
  const std::string text = metrics.text();
  EXPECT_TRUE(has_line(text, "# TYPE scaiflow_http_requests_total counter"));
  EXPECT_TRUE(has_line(text, "scaiflow_http_requests_total{class=\"2xx\"} 2"));
  EXPECT_TRUE(has_line(text, "scaiflow_http_requests_total{class=\"4xx\"} 0"));
  EXPECT_TRUE(has_line(text, "scaiflow_executions_started_total 1"));
  EXPECT_EQ(metrics.count(Metric::HttpRequests, "5xx"), 1);
}

TEST(Metrics, AHistogramIsCumulativeAndInSeconds) {
  Metrics metrics;
  for (const std::int64_t us : {50, 51, 1'000, 40'000'000}) metrics.observe(Metric::TurnStepSeconds, us);
  const std::string text = metrics.text();
  EXPECT_TRUE(has_line(text, "scaiflow_turn_step_seconds_bucket{le=\"5e-05\"} 1"));
  EXPECT_TRUE(has_line(text, "scaiflow_turn_step_seconds_bucket{le=\"0.0001\"} 2"));
  EXPECT_TRUE(has_line(text, "scaiflow_turn_step_seconds_bucket{le=\"0.001\"} 3"));
  EXPECT_TRUE(has_line(text, "scaiflow_turn_step_seconds_bucket{le=\"30\"} 3"));
  EXPECT_TRUE(has_line(text, "scaiflow_turn_step_seconds_bucket{le=\"+Inf\"} 4"));
  EXPECT_TRUE(has_line(text, "scaiflow_turn_step_seconds_sum 40.001101"));
  EXPECT_TRUE(has_line(text, "scaiflow_turn_step_seconds_count 4"));
}

TEST(Metrics, GaugesAreAskedAndTheUnsetLeftOut) {
  Metrics metrics;
  EXPECT_EQ(metrics.text().find("scaiflow_executions_running"), std::string::npos);
  metrics.gauge(Metric::ExecutionsRunning, [] { return 7.0; });
  EXPECT_TRUE(has_line(metrics.text(), "scaiflow_executions_running 7"));
  add_process_gauges(metrics);
  EXPECT_NE(metrics.text().find("\nprocess_open_fds "), std::string::npos);
}

}  // namespace
}  // namespace scaiflow::net
