#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/json.h"
#include "libs/net/executor.h"
#include "libs/net/http_client.h"
#include "libs/net/log.h"
#include "libs/net/metrics.h"

namespace scaiflow::core {

/// A finished span (13.4): an execution, or a block of one.
struct Span {
  std::string trace_id, span_id, parent_id;  ///< hex; `parent_id` empty for a root
  std::string name;
  std::int64_t begun_ns = 0, ended_ns = 0;  ///< since 1970
  Json attributes = Json::object();         ///< text, numbers and booleans
  std::string error;                        ///< type of the error; empty when it went well
};

/// One trace for an execution and all that it calls; ids come from ids, so that a restart names them alike.
std::string trace_id_of(std::string_view root_execution_id);
/// Of an execution id, or of `<execution>:<block>:<occurrence>`, with which effect ids begin.
std::string span_id_of(std::string_view id);

/// The body of `POST /v1/traces` (OTLP/HTTP, JSON).
Json otlp_body(const std::vector<Span>& spans, const std::string& version, const std::string& node);

/// Sends spans to a collector, in batches, one request at a time. A collector that is away costs memory up to
/// a bound and then spans, never an execution. Any thread.
class OtlpExport : public std::enable_shared_from_this<OtlpExport> {
 public:
  struct Options {
    std::string endpoint;  ///< base URL of the collector
    std::string version, node;
  };
  OtlpExport(Options options, net::HttpClient& http, net::Timers& timers, net::Executor& pool,
             net::Metrics& metrics, const net::Log& log);

  void add(Span span);
  /// Sends what is left, for `grace_ms` at most; nothing is taken after it.
  void stop(std::int64_t grace_ms);

 private:
  void arm(std::int64_t delay_ms);
  void send();
  void answered(std::size_t count, bool good, bool again);

  Options options_;
  net::HttpClient& http_;
  net::Timers& timers_;
  net::Executor& pool_;
  net::Metrics& metrics_;
  const net::Log& log_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::vector<Span> waiting_;
  bool armed_ = false, sending_ = false, stopped_ = false, closed_ = false, told_ = false;
  int tries_ = 0;
};

}  // namespace scaiflow::core
