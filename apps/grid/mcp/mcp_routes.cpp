// A published Core as an MCP server (08 §8.12).
#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "apps/grid/heartbeat.h"
#include "apps/grid/hooks/triggers.h"
#include "apps/grid/mcp/mcp_calls.h"
#include "apps/grid/mcp/mcp_tools.h"
#include "apps/grid/mcp/mcp_wire.h"
#include "apps/grid/scaicore/core_service.h"
#include "libs/base/json_text.h"
#include "libs/net/ids.h"
#include "libs/net/sse.h"

namespace scaiflow::grid {

namespace {

constexpr std::size_t body_mcp_max = 10 << 20;
constexpr int invalid_params = -32602;
constexpr int unknown_method = -32601;
constexpr std::int64_t list_ttl_ms = 60'000;

/// A published Core with its tools, and the message for it.
struct Exchange {
  CoreRow core;
  ir::Module module;
  mcp::Message message;

  bool is_stateless() const { return message.era == mcp::Era::Stateless; }
};

bool is_published(const CoreRow& core) {
  if (!core.metadata.bool_or("published", false)) return false;
  const Json& targets = core.metadata["published_targets"];
  return targets.is_array() && std::any_of(targets.as_array().begin(), targets.as_array().end(),
                                           [](const Json& each) { return each == Json("mcp"); });
}

Result<CoreRow> find_core(Services& services, const Call& call) {
  const bool short_form = !call.param("tenant_slug").empty();
  if (short_form && call.param("tenant_slug") != call.principal.tenant_slug)
    return tl::unexpected(make_error("CORE_NOT_FOUND", "no such Core"));
  Result<CoreRow> core = services.cores.get(call.principal.tenant_id,
                                            short_form ? call.param("core_slug") : call.param("core_id"));
  if (core && !is_published(*core))
    return tl::unexpected(make_error("CORE_NOT_FOUND", "the Core is not published as an MCP server"));
  return core;
}

Json capabilities() { return Json::object({{"tools", Json::object()}}); }

Json server_info(const Exchange& exchange) {
  return Json::object({{"name", exchange.core.slug}, {"version", exchange.module.version}});
}

/// Results of the stateless era say what they are.
Json completed(const Exchange& exchange, Json result) {
  return exchange.is_stateless() ? result.set("resultType", "complete") : result;
}

Json list_result(const Exchange& exchange) {
  Json tools = Json::array();
  for (const McpTool& tool : mcp_tools(exchange.core, exchange.module)) tools.push_back(tool.described);
  Json out = completed(exchange, Json::object({{"tools", tools}}));
  return exchange.is_stateless() ? out.set("ttlMs", list_ttl_ms).set("cacheScope", "private") : out;
}

std::optional<Json> simple_result(const Exchange& exchange) {
  const std::string& method = exchange.message.method;
  if (method == "tools/list") return list_result(exchange);
  if (method == "server/discover" && exchange.is_stateless()) {
    return completed(exchange, Json::object({{"supportedVersions", mcp::supported_versions()},
                                             {"capabilities", capabilities()},
                                             {"serverInfo", server_info(exchange)},
                                             {"instructions", exchange.core.description}}));
  }
  if (exchange.is_stateless()) return std::nullopt;
  if (method == "ping") return Json::object();
  if (method != "initialize") return std::nullopt;
  return Json::object({{"protocolVersion", mcp::agreed_version(exchange.message.params)},
                       {"capabilities", capabilities()},
                       {"serverInfo", server_info(exchange)},
                       {"instructions", exchange.core.description}});
}

/// Where the answer of a call goes: at once, or as a stream that tells of progress first.
class CallAnswer : public std::enable_shared_from_this<CallAnswer> {
 public:
  CallAnswer(Services& services, Json id, const net::Responder& responder)
      : services_(services), id_(std::move(id)), responder_(responder) {}

  /// Each block that ends is a step (08 §8.12, progress).
  void tell_progress(const std::string& tenant_id, const std::string& execution_id, const Json& token) {
    stream_ = responder_.begin_stream(200, net::sse_headers());
    if (!stream_) return;
    keep_alive(services_.timers, services_.pool, stream_);
    core::EventFilter filter;
    filter.tenant_id = tenant_id;
    filter.execution_id = execution_id;
    filter.type = "scaicore.runtime.block.exited";
    filter.cursor = "latest";
    const std::weak_ptr<CallAnswer> weak = weak_from_this();
    subscription_ = services_.engine.subscribe(filter, [weak, token](const core::StreamEntry& entry) {
      const auto self = weak.lock();
      if (self && entry.kind == core::StreamEntry::Kind::Event) self->step(token, entry.data["payload"]);
    });
  }
  /// The client closed the stream.
  void on_close(std::function<void()> callback) const {
    if (stream_) stream_.on_close(std::move(callback));
  }
  /// On a thread of the pool.
  void send(Json result) {
    subscription_.reset();
    const Json response = mcp::response(id_, std::move(result));
    if (!stream_) return void(responder_.send(json_response(200, response)));
    const std::lock_guard lock(mutex_);
    stream_.write(net::sse_text({"", "message", to_ecma_text(response)}));
    stream_.close();
  }

 private:
  void step(const Json& token, const Json& payload) {
    const std::lock_guard lock(mutex_);
    Json params = Json::object({{"progressToken", token}, {"progress", ++steps_}});
    if (payload["node_id"].is_string()) params.set("message", payload["node_id"]);
    const Json note =
        Json::object({{"jsonrpc", "2.0"}, {"method", "notifications/progress"}, {"params", params}});
    stream_.write(net::sse_text({"", "message", to_ecma_text(note)}));
  }

  Services& services_;
  const Json id_;
  const net::Responder responder_;
  net::StreamHandle stream_;
  std::unique_ptr<core::Subscription> subscription_;
  std::mutex mutex_;
  std::int64_t steps_ = 0;
};

Json text_result(const std::string& text, bool is_error) {
  const Json content = Json::array({Json::object({{"type", "text"}, {"text", text}})});
  return Json::object({{"content", content}, {"isError", is_error}});
}

std::string details_text(const Error& error) {
  std::string out = error.message;
  if (!error.details.is_array()) return out;
  for (const Json& each : error.details.as_array()) {
    out += "\n" + each.string_or("field", "") + ": " + each.string_or("message", "");
  }
  return out;
}

/// What the run came to, as a tool's result.
Json call_result(const Result<core::StartOutcome>& outcome) {
  if (!outcome) return text_result(details_text(outcome.error()), true);
  const Json& result = outcome->result;
  const std::string status = result.string_or("status", "");
  const Json& output = result["output"];
  if (status == "completed") {
    Json out = text_result(output.is_string() ? output.as_string() : to_ecma_text(output), false);
    return output.is_object() ? out.set("structuredContent", output) : out;
  }
  if (status == "failed" || status == "cancelled") {
    const Json& error = result["error"];
    return text_result(
        error.string_or("type", "Cancelled") + ": " + error.string_or("message", "the run was cancelled"),
        true);
  }
  Json state = Json::object({{"execution_id", result["execution_id"]}, {"status", status}});
  if (result["checkpoint_id"].is_string()) state.set("checkpoint_id", result["checkpoint_id"]);
  return text_result(to_ecma_text(state), false).set("structuredContent", state);
}

void cancel_run(Services& services, const std::string& tenant_id, const std::string& execution_id,
                const std::string& by) {
  services.engine.cancel(tenant_id, execution_id, "user", by, core::Cascade::Yes, [](const Result<void>&) {});
}

/// The key under which a client names a call when it cancels it.
std::string call_key(const Exchange& exchange, const Call& call, const Json& id) {
  return exchange.core.id + "\n" + call.principal.id + "\n" + to_text(id);
}

void call_tool(Services& services, const Call& call, const Exchange& exchange,
               const net::Responder& responder) {
  const Json& params = exchange.message.params;
  const Json& id = exchange.message.id;
  const std::string name = params.string_or("name", "");
  const std::vector<McpTool> tools = mcp_tools(exchange.core, exchange.module);
  const auto tool =
      std::find_if(tools.begin(), tools.end(), [&](const McpTool& each) { return each.name == name; });
  if (tool == tools.end())
    return void(responder.send(mcp::answer(id, {200, invalid_params, "unknown tool: " + name, {}})));
  const Json& arguments = params["arguments"];
  core::StartRequest start;
  start.execution_id = net::new_id("exec_");
  start.tenant_id = exchange.core.tenant_id;
  start.core_id = exchange.core.id;
  start.trigger = tool->trigger;
  start.input = arguments.is_object() ? arguments : Json::object();
  start.wait_ms = services.options.mcp_wait_ms;
  start.invoked_by = call.principal.id;
  auto answer = std::make_shared<CallAnswer>(services, id, responder);
  const Json& token = params["_meta"]["progressToken"];
  const bool streams = call.request.headers.get("Accept").find("text/event-stream") != std::string_view::npos;
  if (!token.is_null() && streams) answer->tell_progress(start.tenant_id, start.execution_id, token);
  const std::string key = call_key(exchange, call, id);
  services.mcp_calls.began(key, start.execution_id);
  if (exchange.is_stateless()) {
    answer->on_close([&services, key, tenant = start.tenant_id, by = call.principal.id] {
      if (const auto running = services.mcp_calls.ended(key)) cancel_run(services, tenant, *running, by);
    });
  }
  const bool stateless = exchange.is_stateless();
  services.engine.start(std::move(start),
                        [&services, answer, key, stateless](Result<core::StartOutcome> outcome) {
                          services.mcp_calls.ended(key);
                          services.pool.post([answer, stateless, outcome = std::move(outcome)] {
                            Json result = call_result(outcome);
                            answer->send(stateless ? result.set("resultType", "complete") : result);
                          });
                        });
}

void notified(Services& services, const Call& call, const Exchange& exchange) {
  if (exchange.is_stateless() || exchange.message.method != "notifications/cancelled") return;
  const auto running =
      services.mcp_calls.ended(call_key(exchange, call, exchange.message.params["requestId"]));
  if (running) cancel_run(services, call.principal.tenant_id, *running, call.principal.id);
}

void serve_mcp(Services& services, const Call& call, const net::Responder& responder) {
  const auto refuse = [&](const Error& error) { responder.send(failure(call.request_id(), error)); };
  Exchange exchange;
  Result<CoreRow> core = find_core(services, call);
  if (!core) return refuse(core.error());
  exchange.core = std::move(*core);
  auto module = module_of(services.cores, exchange.core);
  if (!module) return refuse(module.error());
  if (*module) exchange.module = std::move(**module);
  Json id;
  auto message = mcp::read(call.request, id);
  if (!message) return void(responder.send(mcp::answer(id, message.error())));
  exchange.message = std::move(*message);
  if (id.is_null()) {
    notified(services, call, exchange);
    net::HttpResponse accepted;
    accepted.status = 202;
    return void(responder.send(std::move(accepted)));
  }
  if (exchange.message.method == "tools/call") {
    Result<CoreRow> running = services.core_service.running(exchange.core.tenant_id, exchange.core.id);
    if (!running) return refuse(running.error());
    return call_tool(services, call, exchange, responder);
  }
  if (auto result = simple_result(exchange)) return void(responder.send(mcp::answer(id, std::move(*result))));
  const mcp::Fault unknown{
      exchange.is_stateless() ? 404 : 200, unknown_method, "unknown method: " + exchange.message.method, {}};
  responder.send(mcp::answer(id, unknown));
}

}  // namespace

void add_mcp_routes(Routes& routes, Services& services) {
  for (const char* path : {"/v1/modules/scaicore/cores/{core_id}/mcp", "/mcp/{tenant_slug}/{core_slug}"}) {
    routes.add(
        "POST", path,
        Route{[&services](Call call, net::Responder responder) { serve_mcp(services, call, responder); },
              "modules:use", Style::Envelope, body_mcp_max});
  }
}

}  // namespace scaiflow::grid
