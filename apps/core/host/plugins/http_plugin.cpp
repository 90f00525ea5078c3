// Plugin `http` (02 §5.2): one request, JSON bodies parsed.
#include <mutex>

#include "apps/core/host/blobs.h"
#include "apps/core/host/plugins/builtin.h"
#include "apps/core/host/secrets.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/expr/expr.h"
#include "libs/net/clock.h"

namespace scaiflow::core {

namespace {

constexpr int connect_tries = 3;

PluginFailure failure_of(const Error& error) {
  namespace code = net::client_error;
  if (error.code == code::Timeout) return {"timeout", "the server did not answer in time", true, {}};
  if (error.code == code::AddressRefused) return {"rejected", "the address is not allowed", false, {}};
  if (error.code == code::InvalidUrl) return {"rejected", "the URL is not valid", false, {}};
  if (error.code == code::BodyTooLarge) return {"result_too_large", "the answer is too large", false, {}};
  return {"unreachable", "the server cannot be reached: " + error.message, true, {}};
}

bool is_retryable_status(int status) {
  return status == 408 || status == 425 || status == 429 || status >= 500;
}

std::string url_with_query(const std::string& url, const Json& query) {
  if (!query.is_object() || query.size() == 0) return url;
  std::string out = url;
  char separator = url.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : query.as_object()) {
    if (value.is_null()) continue;
    out += separator + net::percent_encode(name) + "=" + net::percent_encode(expr::text_form(value));
    separator = '&';
  }
  return out;
}

Json headers_json(const net::Headers& headers) {
  Json out = Json::object();
  for (const auto& [name, value] : headers) out.set(to_lower(name), value);
  return out;
}

/// JSON parsed, text as text, null for nothing; nothing at all for bytes that are no text.
std::optional<Json> body_json(const net::HttpClientResponse& response) {
  if (response.body.empty()) return Json();
  const std::string type = to_lower(response.headers.get("content-type"));
  if (type.find("json") != std::string::npos) {
    if (auto value = try_parse_json(response.body)) return *value;
  }
  if (is_utf8(response.body)) return Json(response.body);
  return std::nullopt;
}

class HttpPlugin final : public Plugin {
 public:
  HttpPlugin(net::HttpClient& client, store::Database& database, OutboundRuleNow rule)
      : client_(client), database_(database), rule_(std::move(rule)) {}

  std::vector<std::string> methods() const override { return {"request"}; }

  Cancel call(PluginCall call, std::function<void(PluginResult)> done) override {
    const Json& url = call.args["url"];
    if (!url.is_string() || url.as_string().empty()) {
      done(tl::unexpected(PluginFailure{"rejected", "http.request needs a url", false, {}}));
      return nullptr;
    }
    net::OutboundRule rule = rule_();
    if (call.context.privilege_level != "standard") rule.private_upstreams = net::PrivateUpstreams::Allow;
    if (const Result<void> allowed = net::check_outbound_url(rule, url.as_string()); !allowed) {
      done(tl::unexpected(PluginFailure{"rejected", allowed.error().message, false, {}}));
      return nullptr;
    }
    auto attempt = std::make_shared<Attempt>(client_, database_);
    attempt->request = request_of(call, rule);
    attempt->done = std::move(done);
    attempt->tenant_id = call.context.tenant_id;
    attempt->fail_on_error_status = call.args.bool_or("fail_on_error_status", true);
    send(attempt);
    return [attempt] {
      const std::lock_guard lock(attempt->mutex);
      attempt->tries = 0;
      attempt->handle.cancel();
    };
  }

 private:
  struct Attempt {
    Attempt(net::HttpClient& given_client, store::Database& given_database)
        : client(given_client), database(given_database) {}
    net::HttpClient& client;
    store::Database& database;
    net::HttpClientRequest request;
    std::function<void(PluginResult)> done;
    std::string tenant_id;
    bool fail_on_error_status = true;
    std::mutex mutex;  ///< guards what follows: answers come on the client's thread, cancels on a lane
    net::HttpClient::Handle handle;
    int tries = connect_tries;
  };

  static net::HttpClientRequest request_of(const PluginCall& call, const net::OutboundRule& rule) {
    net::HttpClientRequest out;
    out.method = call.args.string_or("method", "GET");
    out.url = url_with_query(call.args["url"].as_string(), call.args["query"]);
    if (call.args["headers"].is_object()) {
      for (const auto& [name, value] : call.args["headers"].as_object()) {
        if (!value.is_null()) out.headers.set(name, expr::text_form(value));
      }
    }
    const Json& body = call.args["body"];
    if (body.is_string()) {
      out.body = body.as_string();
    } else if (!body.is_null()) {
      out.body = to_ecma_text(body);
      if (!out.headers.contains("content-type")) out.headers.set("Content-Type", "application/json");
    }
    if (!out.headers.contains("idempotency-key") && out.method != "GET" && out.method != "HEAD") {
      out.headers.set("Idempotency-Key", call.key);
    }
    out.timeout_ms = call.args.int_or("timeout_s", 30) * 1'000;
    out.body_max = 4u << 20;
    out.address_filter = [rule](std::string_view address, std::uint16_t port) {
      return net::outbound_address_allowed(rule, address, port);
    };
    return out;
  }

  /// Repeated only when surely nothing was sent (07 §10).
  static void send(const std::shared_ptr<Attempt>& attempt) {
    const std::lock_guard lock(attempt->mutex);
    --attempt->tries;
    attempt->handle =
        attempt->client.send(attempt->request, [attempt](const Result<net::HttpClientResponse>& response) {
          if (response) return answered(attempt, *response);
          if (response.error().code == net::client_error::ConnectFailed && may_try(*attempt))
            return send(attempt);
          attempt->done(tl::unexpected(failure_of(response.error())));
        });
  }

  static bool may_try(Attempt& attempt) {
    const std::lock_guard lock(attempt.mutex);
    return attempt.tries > 0;
  }

  static void answered(const std::shared_ptr<Attempt>& attempt, const net::HttpClientResponse& response) {
    std::optional<Json> body = body_json(response);
    if (body) return attempt->done(result_of(response, std::move(*body), attempt->fail_on_error_status));
    const Blob blob =
        Blob::of(attempt->tenant_id, to_lower(response.headers.get("content-type")), response.body);
    attempt->database.write([blob](store::Connection& db) { return blob.store(db); },
                            [attempt, response, reference = blob.reference()](const Result<void>& stored) {
                              if (stored) {
                                attempt->done(result_of(response, reference, attempt->fail_on_error_status));
                              } else {
                                attempt->done(tl::unexpected(
                                    PluginFailure{"unreachable", "the body cannot be stored", true, {}}));
                              }
                            });
  }

  static PluginResult result_of(const net::HttpClientResponse& response, Json body,
                                bool fail_on_error_status) {
    const int status = response.status;
    Json value = Json::object(
        {{"status", status}, {"headers", headers_json(response.headers)}, {"body", std::move(body)}});
    if (status < 400 || !fail_on_error_status) return value;
    return tl::unexpected(PluginFailure{"http_status", "the server answered " + std::to_string(status),
                                        is_retryable_status(status), std::move(value)});
  }

  net::HttpClient& client_;
  store::Database& database_;
  OutboundRuleNow rule_;
};

class BridgePlugin final : public Plugin {
 public:
  BridgePlugin(net::HttpClient& client, const Json& settings) : client_(client), settings_(settings) {}

  std::vector<std::string> methods() const override { return {}; }

  Cancel call(PluginCall call, std::function<void(PluginResult)> done) override {
    net::HttpClientRequest request;
    request.method = "POST";
    request.url = settings_.string_or("url", "");
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Idempotency-Key", call.key);
    if (settings_["headers"].is_object()) {
      for (const auto& [name, value] : settings_["headers"].as_object())
        request.headers.set(name, referenced_text(expr::text_form(value)));
    }
    const CallContext& at = call.context;
    const Json context = Json::object({{"tenant_id", at.tenant_id},
                                       {"core_id", at.core_id},
                                       {"execution_id", at.execution_id},
                                       {"block_id", at.block_id},
                                       {"node_id", at.node_id ? Json(*at.node_id) : Json()},
                                       {"instance_key", at.instance_key ? Json(*at.instance_key) : Json()},
                                       {"principal", at.principal}});
    Json body = Json::object({{"method", call.method}, {"args", call.args}, {"context", context}});
    if (call.config.size() > 0) body.set("config", call.config);
    request.body = to_ecma_text(body);
    request.timeout_ms = call.deadline_ms;
    const net::HttpClient::Handle handle =
        client_.send(std::move(request), [done = std::move(done)](Result<net::HttpClientResponse> response) {
          done(response ? result_of(*response) : PluginResult(tl::unexpected(failure_of(response.error()))));
        });
    return [handle] { handle.cancel(); };
  }

 private:
  static PluginResult result_of(const net::HttpClientResponse& response) {
    const auto fail_with = [](std::string code, std::string message, bool retryable) {
      return PluginResult(tl::unexpected(PluginFailure{std::move(code), std::move(message), retryable, {}}));
    };
    const std::string status = std::to_string(response.status);
    if (response.status >= 500) return fail_with("unreachable", "the bridge answered " + status, true);
    if (response.status >= 400) return fail_with("rejected", "the bridge answered " + status, false);
    const auto body = try_parse_json(response.body);
    if (body && body->contains("result")) return (*body)["result"];
    if (!body || !body->contains("error"))
      return fail_with("bad_response", "the bridge answered neither result nor error", false);
    const Json& error = (*body)["error"];
    return fail_with(error.string_or("code", "tool_error"), error.string_or("message", "the plugin failed"),
                     error.bool_or("retryable", false));
  }

  net::HttpClient& client_;
  Json settings_;
};

}  // namespace

std::shared_ptr<Plugin> make_http_plugin(net::HttpClient& client, store::Database& database,
                                         OutboundRuleNow rule) {
  return std::make_shared<HttpPlugin>(client, database, std::move(rule));
}

std::shared_ptr<Plugin> make_bridge_plugin(net::HttpClient& client, const Json& settings) {
  return std::make_shared<BridgePlugin>(client, settings);
}

}  // namespace scaiflow::core
