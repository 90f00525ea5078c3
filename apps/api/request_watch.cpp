#include "apps/api/request_watch.h"

#include <algorithm>
#include <array>

#include "libs/identity/local_auth.h"
#include "libs/net/clock.h"

namespace scaiflow::api {

namespace {

std::string_view class_of(int status) {
  constexpr std::array<std::string_view, 4> classes = {"2xx", "3xx", "4xx", "5xx"};
  return classes[static_cast<std::size_t>(std::clamp(status / 100, 2, 5) - 2)];
}

}  // namespace

void tell_answer(const RequestWatch& watch, int status, net::Metrics& metrics, const net::Log& log) {
  const std::int64_t took_us = net::steady_us() - watch.begun_us;
  metrics.add(net::Metric::HttpRequests, 1, class_of(status));
  metrics.observe(net::Metric::HttpRequestSeconds, took_us, watch.surface);
  const net::LogLevel level = status >= 500 ? net::LogLevel::Warn : net::LogLevel::Debug;
  if (!log.takes(level)) return;
  log.write(level, "answered",
            Json::object({{"request_id", watch.request_id},
                          {"method", watch.method},
                          {"path", watch.path},
                          {"status", status},
                          {"duration_us", took_us}}));
}

bool may_read_metrics(const net::HttpRequest& request, const std::string& token) {
  if (!token.empty()) {
    return identity::equal_constant_time(request.headers.get("Authorization"), "Bearer " + token);
  }
  const bool direct = !request.headers.contains("X-Forwarded-For") && !request.headers.contains("Forwarded");
  const std::string& from = request.remote_address;
  return direct && (from.starts_with("127.") || from == "::1" || from == "::ffff:127.0.0.1");
}

}  // namespace scaiflow::api
