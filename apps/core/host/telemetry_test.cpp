// What a run tells about itself: timings of blocks (invariant 35), metrics, spans.
#include "apps/core/host/otlp_export.h"
#include "apps/core/host/test_world.h"
#include "apps/core/host/timing_log.h"
#include "libs/net/http_server.h"
#include "libs/net/metrics.h"

namespace scaiflow::core {
namespace {

const char* const two_calls = R"J([
  {"kind":"rigid","id":"before","source_location":{"node_id":"n0"},"result_binding":"b",
   "statements":[{"kind":"expression","expression":"1 + 1"}]},
  {"kind":"parallel","id":"both","source_location":{"node_id":"n1"},"branches":[
    {"name":"x","body":[{"kind":"rigid","id":"one","source_location":{"node_id":"n2"},
      "statements":[{"kind":"plugin_call","plugin":"held","method":"do","args":{}}]}]},
    {"name":"y","body":[{"kind":"rigid","id":"two","source_location":{"node_id":"n3"},
      "statements":[{"kind":"plugin_call","plugin":"held","method":"do","args":{}}]}]}]},
  {"kind":"rigid","id":"done","source_location":{},"statements":[{"kind":"return","value":"{{b}}"}]}])J";

/// What a subscriber of one execution got, until its end.
struct Seen {
  std::mutex mutex;
  std::vector<StreamEntry> entries;
  std::promise<void> over;

  std::function<void(StreamEntry)> taker() {
    return [this](StreamEntry entry) {
      const std::lock_guard lock(mutex);
      const bool last = entry.kind == StreamEntry::Kind::End;
      entries.push_back(std::move(entry));
      if (last) over.set_value();
    };
  }
  std::map<std::string, Json> timings() {
    const std::lock_guard lock(mutex);
    std::map<std::string, Json> out;
    for (const StreamEntry& each : entries) {
      if (each.type == "block.timing") out[each.data.string_or("block_id", "")] = each.data;
    }
    return out;
  }
};

std::int64_t sum_of(const Json& timing) {
  std::int64_t out = 0;
  for (const char* share : {"queue_us", "step_us", "commit_us", "effect_us"}) out += timing.int_or(share, 0);
  return out;
}

TEST(Timings, SharesOfABlockAreItsWallTime) {
  World world;
  StartRequest request = world.request(world.deploy("timed", two_calls), Json::object());
  request.wait_ms = 0;
  const std::string id = world.start(request)->result.string_or("execution_id", "");
  Seen seen;
  auto watch = world.engine().watch("acme", id, seen.taker());
  world.held().wait(1);
  // Both calls are with the plugin from here on; the second is answered 30 ms after the first. They may have
  // come in either order.
  const std::size_t one = world.held().wait(0).context.block_id == "one" ? 0 : 1;
  const std::int64_t called_us = net::steady_us();
  net::Timers timers;
  net::InlineExecutor here;
  timers.after(20, here, [&] { world.held().answer(one, Json(1)); });
  timers.after(50, here, [&] { world.held().answer(1 - one, Json(2)); });
  ASSERT_EQ(seen.over.get_future().wait_for(10s), std::future_status::ready);
  const std::int64_t held_us = net::steady_us() - called_us;
  auto live = seen.timings();
  live.erase("before");  // it may have ended before anybody watched
  ASSERT_EQ(live.size(), 4u);
  EXPECT_GE(live.at("one")["effect_us"].as_int(), 19'000);
  EXPECT_GE(live.at("two")["effect_us"].as_int(), 49'000);
  EXPECT_LE(live.at("two")["effect_us"].as_int(), held_us + 20'000);
  EXPECT_EQ(live.at("both")["effect_us"].as_int(), 0) << "what its children did is theirs";
  EXPECT_EQ(live.at("two")["node_id"], Json("n3"));
  watch->reset();

  // The root: what its blocks took and what it waited for its children is the whole run.
  auto stored = world.stored_times(id);
  std::map<std::int64_t, std::int64_t> along;
  for (const Json& row : stored) {
    for (std::size_t i = 4; i < 9; ++i) along[row.at(3).as_int()] += row.at(i).as_int();
  }
  const Json record = *world.engine().get_execution("acme", id);
  const std::int64_t run_ms = record["duration_ms"].is_int() ? record["duration_ms"].as_int() : -1;
  ASSERT_EQ(along.size(), 3u);
  EXPECT_GE(along[0], run_ms * 1'000 - 1'000);
  EXPECT_LE(along[1], along[2]);
  EXPECT_LE(along[2], along[0]);

  // A past run tells the same.
  Seen later;
  auto again = world.engine().watch("acme", id, later.taker());
  ASSERT_EQ(later.over.get_future().wait_for(10s), std::future_status::ready);
  const auto past = later.timings();
  ASSERT_EQ(past.size(), 5u);
  for (const auto& [block, timing] : live) EXPECT_EQ(sum_of(past.at(block)), sum_of(timing)) << block;
  again->reset();
}

TEST(Timings, TelemetryOffKeepsNone) {
  World world;
  const std::string core = world.deploy("quiet", two_calls, R"({"metadata":{"telemetry":"off"}})");
  CoreSpec spec = *world.directory().by_id(core);
  spec.metadata = Json::object({{"telemetry", "off"}});
  world.directory().put(spec);
  ASSERT_TRUE(world.engine().start_core(spec).has_value());
  StartRequest request = world.request(core, Json::object());
  request.wait_ms = 0;
  const std::string id = world.start(request)->result.string_or("execution_id", "");
  world.held().wait(1);
  for (const std::size_t n : {0, 1}) world.held().answer(n, Json(1));
  EXPECT_EQ(world.wait(id)["status"], Json("completed"));
  EXPECT_TRUE(world.stored_times(id).empty());
}

TEST(EngineMetrics, CountWhatHappened) {
  World world;
  const std::string core = world.deploy("counted", two_calls);
  StartRequest request = world.request(core, Json::object());
  request.wait_ms = 0;
  const std::string id = world.start(request)->result.string_or("execution_id", "");
  world.held().wait(1);
  world.held().answer(0, Json(1));
  world.held().answer(1, tl::unexpected(PluginFailure{"tool_error", "no", false, {}}));
  EXPECT_EQ(world.wait(id)["status"], Json("failed"));
  using net::Metric;
  const net::Metrics& metrics = world.metrics();
  EXPECT_EQ(metrics.count(Metric::ExecutionsStarted), 1);
  EXPECT_EQ(metrics.count(Metric::ExecutionsEnded, "failed"), 1);
  EXPECT_EQ(metrics.count(Metric::Effects, "succeeded"), 1);
  EXPECT_EQ(metrics.count(Metric::Effects, "failed"), 1);
  EXPECT_EQ(metrics.count(Metric::EffectSeconds, "plugin"), 2);
  EXPECT_EQ(metrics.count(Metric::TurnStepSeconds), 3);
}

/// A trace collector on loopback that keeps what it gets.
class Collector {
 public:
  Collector() {
    server_ = *net::HttpServer::start({}, [this](net::HttpRequest request, net::Responder responder) {
      const std::lock_guard lock(mutex_);
      net::HttpResponse response;
      response.status = refuse_ > 0 ? 503 : 200;
      if (refuse_ > 0) {
        --refuse_;
      } else {
        for (const Json& span : spans_in(request)) spans_.push_back(span);
      }
      paths_.push_back(request.path);
      changed_.notify_all();
      responder.send(response);
    });
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  void refuse_next(int count) {
    const std::lock_guard lock(mutex_);
    refuse_ = count;
  }
  std::vector<Json> wait(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, 20s, [&] { return spans_.size() >= count; }));
    return spans_;
  }
  std::vector<std::string> paths() {
    const std::lock_guard lock(mutex_);
    return paths_;
  }

 private:
  static std::vector<Json> spans_in(const net::HttpRequest& request) {
    const Json body = try_parse_json(request.body).value_or(Json());
    const Json& spans = body["resourceSpans"].at(0)["scopeSpans"].at(0)["spans"];
    return spans.is_array() ? std::vector<Json>(spans.as_array().begin(), spans.as_array().end())
                            : std::vector<Json>();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Json> spans_;
  std::vector<std::string> paths_;
  int refuse_ = 0;
  std::unique_ptr<net::HttpServer> server_;
};

Json attribute(const Json& span, const std::string& key) {
  for (const Json& each : span["attributes"].as_array()) {
    if (each["key"] == Json(key)) return each["value"];
  }
  return {};
}

TEST(Traces, OneSpanForTheExecutionAndOneForEachBlock) {
  Collector collector;
  collector.refuse_next(1);  // it is repeated
  World world;
  EngineSettings settings;
  settings.otlp_endpoint = collector.url();
  world.restart(settings);
  StartRequest request = world.request(world.deploy("traced", two_calls), Json::object());
  request.wait_ms = 0;
  const std::string id = world.start(request)->result.string_or("execution_id", "");
  world.held().wait(1);
  for (const std::size_t n : {0, 1}) world.held().answer(n, Json(1));
  EXPECT_EQ(world.wait(id)["status"], Json("completed"));
  const std::vector<Json> spans = collector.wait(6);
  ASSERT_EQ(spans.size(), 6u);
  EXPECT_EQ(collector.paths().front(), "/v1/traces");
  std::map<std::string, Json> by_name;
  for (const Json& span : spans) {
    EXPECT_EQ(span["traceId"], Json(trace_id_of(id)));
    EXPECT_LE(span["startTimeUnixNano"].as_string(), span["endTimeUnixNano"].as_string());
    by_name[span.string_or("name", "")] = span;
  }
  const Json& root = by_name.at("execution main");
  EXPECT_EQ(root["spanId"], Json(span_id_of(id)));
  EXPECT_FALSE(root.contains("parentSpanId"));
  EXPECT_EQ(by_name.at("rigid one")["parentSpanId"], root["spanId"]);
  EXPECT_EQ(by_name.at("parallel both")["parentSpanId"], root["spanId"]);
  EXPECT_EQ(attribute(by_name.at("rigid two"), "scaiflow.node_id")["stringValue"], Json("n3"));
  EXPECT_TRUE(attribute(by_name.at("rigid two"), "scaiflow.effect_us").contains("intValue"));
  const auto sent = [&] { return world.metrics().count(net::Metric::OtlpSpans, "sent"); };
  EXPECT_TRUE(world.eventually([&] { return sent() == 6; })) << sent();
}

}  // namespace
}  // namespace scaiflow::core
