#include "apps/core/host/otlp_export.h"

#include <algorithm>
#include <chrono>

#include "libs/base/hash.h"
#include "libs/base/json_text.h"

namespace scaiflow::core {

namespace {

constexpr std::size_t batch_max = 512, waiting_max = 16'384;
constexpr std::int64_t gather_ms = 500;
constexpr int tries_max = 5;

Json attribute(const std::string& key, const Json& value) {
  Json typed;
  if (value.is_int()) {
    typed = Json::object({{"intValue", std::to_string(value.as_int())}});
  } else if (value.is_float()) {
    typed = Json::object({{"doubleValue", value}});
  } else if (value.is_bool()) {
    typed = Json::object({{"boolValue", value}});
  } else {
    typed = Json::object({{"stringValue", value.is_string() ? value : Json(to_text(value))}});
  }
  return Json::object({{"key", key}, {"value", typed}});
}

Json attributes(const Json& object) {
  JsonArray out;
  for (const auto& [key, value] : object.as_object()) out.push_back(attribute(key, value));
  return Json(std::move(out));
}

Json span_json(const Span& span) {
  constexpr int kind_internal = 1, status_ok = 1, status_error = 2;
  Json status = Json::object({{"code", span.error.empty() ? status_ok : status_error}});
  if (!span.error.empty()) status.set("message", span.error);
  Json out = Json::object({{"traceId", span.trace_id}, {"spanId", span.span_id}});
  if (!span.parent_id.empty()) out.set("parentSpanId", span.parent_id);
  out.set("name", span.name);
  out.set("kind", kind_internal);
  out.set("startTimeUnixNano", std::to_string(span.begun_ns));
  out.set("endTimeUnixNano", std::to_string(std::max(span.ended_ns, span.begun_ns)));
  out.set("attributes", attributes(span.attributes));
  out.set("status", status);
  return out;
}

bool is_worth_repeating(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

}  // namespace

std::string trace_id_of(std::string_view root_execution_id) {
  return sha256_hex(root_execution_id).substr(0, 32);
}

std::string span_id_of(std::string_view id) { return sha256_hex(id).substr(0, 16); }

Json otlp_body(const std::vector<Span>& spans, const std::string& version, const std::string& node) {
  JsonArray all;
  for (const Span& span : spans) all.push_back(span_json(span));
  const Json resource = Json::object(
      {{"attributes",
        attributes(Json::object(
            {{"service.name", "scaiflow"}, {"service.version", version}, {"service.instance.id", node}}))}});
  const Json scope = Json::object({{"name", "scaiflow.runtime"}, {"version", version}});
  const Json scoped = Json::object({{"scope", scope}, {"spans", Json(std::move(all))}});
  const Json one = Json::object({{"resource", resource}, {"scopeSpans", Json::array({scoped})}});
  return Json::object({{"resourceSpans", Json::array({one})}});
}

OtlpExport::OtlpExport(Options options, net::HttpClient& http, net::Timers& timers, net::Executor& pool,
                       net::Metrics& metrics, const net::Log& log)
    : options_(std::move(options)), http_(http), timers_(timers), pool_(pool), metrics_(metrics), log_(log) {
  while (options_.endpoint.ends_with('/')) options_.endpoint.pop_back();
  if (!options_.endpoint.ends_with("/v1/traces")) options_.endpoint += "/v1/traces";
}

void OtlpExport::add(Span span) {
  const std::lock_guard lock(mutex_);
  if (stopped_ || waiting_.size() >= waiting_max) return metrics_.add(net::Metric::OtlpSpans, 1, "dropped");
  waiting_.push_back(std::move(span));
  if (!sending_) arm(waiting_.size() >= batch_max ? 0 : gather_ms);
}

/// With the lock held.
void OtlpExport::arm(std::int64_t delay_ms) {
  if (std::exchange(armed_, true)) return;
  timers_.after(delay_ms, pool_, [self = shared_from_this()] { self->send(); });
}

void OtlpExport::send() {
  net::HttpClientRequest request;
  std::size_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    armed_ = false;
    if (sending_ || closed_ || waiting_.empty()) return;
    sending_ = true;
    count = std::min(waiting_.size(), batch_max);
    const std::vector<Span> batch(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
    request.body = to_text(otlp_body(batch, options_.version, options_.node));
  }
  request.method = "POST";
  request.url = options_.endpoint;
  request.headers.set("Content-Type", "application/json");
  request.timeout_ms = 10'000;
  http_.send(std::move(request), [self = shared_from_this(), count](Result<net::HttpClientResponse> answer) {
    const bool good = answer && answer->status >= 200 && answer->status < 300;
    self->answered(count, good, !answer || is_worth_repeating(answer->status));
  });
}

void OtlpExport::answered(std::size_t count, bool good, bool again) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;  // what is referred to may be gone
  sending_ = false;
  tries_ = good ? 0 : tries_ + 1;
  const bool repeat = !good && again && tries_ < tries_max && !stopped_;
  if (!repeat) {
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
    metrics_.add(net::Metric::OtlpSpans, static_cast<std::int64_t>(count), good ? "sent" : "dropped");
    tries_ = 0;
  }
  if (!good && !std::exchange(told_, true)) log_.warn("the trace collector does not take our spans");
  if (good) told_ = false;
  if (waiting_.empty()) {
    idle_.notify_all();
  } else if (!stopped_ || good) {
    const std::int64_t pause_ms = repeat ? 250LL << tries_ : 0;
    arm(waiting_.size() >= batch_max || stopped_ ? pause_ms : std::max(pause_ms, gather_ms));
  } else {
    idle_.notify_all();
  }
}

void OtlpExport::stop(std::int64_t grace_ms) {
  std::unique_lock lock(mutex_);
  if (std::exchange(stopped_, true)) return;
  armed_ = false;
  if (!sending_ && !waiting_.empty()) arm(0);
  idle_.wait_for(lock, std::chrono::milliseconds(grace_ms),
                 [this] { return waiting_.empty() || (!sending_ && !armed_); });
  closed_ = true;
}

}  // namespace scaiflow::core
