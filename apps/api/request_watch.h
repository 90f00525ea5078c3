#pragma once

#include <cstdint>
#include <string>

#include "libs/net/http_types.h"
#include "libs/net/log.h"
#include "libs/net/metrics.h"

namespace scaiflow::api {

/// One request for the log and the metrics: made when it is whole, told when it is answered.
struct RequestWatch {
  std::string method, path, request_id;
  std::string_view surface;  ///< of scaiflow_http_request_seconds
  std::int64_t begun_us = 0;
};

/// Counts the answer, and logs it: failures of ours as warnings, all others at level debug. Neither query nor
/// body nor headers: they may hold secrets.
void tell_answer(const RequestWatch& watch, int status, net::Metrics& metrics, const net::Log& log);

/// `GET /metrics` (09 §4.1): with a token for its bearer, without one for direct loopback callers; everybody
/// else finds nothing there.
bool may_read_metrics(const net::HttpRequest& request, const std::string& token);

}  // namespace scaiflow::api
