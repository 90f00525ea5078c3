// Published Cores as chat models (08 §8.12) on the OpenAI layer, without streaming.
#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "apps/grid/inference/catalogue.h"
#include "apps/grid/scaicore/core_service.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::grid {

namespace {

constexpr std::int64_t chat_wait_ms = 600'000;
constexpr std::size_t body_chat_max = 10 << 20;

/// Text of a message: as it is, or its text parts joined by line breaks.
std::string message_text(const Json& content) {
  if (content.is_string()) return content.as_string();
  std::string out;
  if (!content.is_array()) return out;
  for (const Json& part : content.as_array()) {
    if (part.string_or("type", "") != "text") continue;
    if (!out.empty()) out += '\n';
    out += part.string_or("text", "");
  }
  return out;
}

/// The starting scope of the run (08 §8.12, input).
Json chat_input(const Json& body) {
  const Json& messages = body["messages"];
  std::string last;
  std::string system;
  for (const Json& message : messages.as_array()) {
    const std::string role = message.string_or("role", "");
    if (role == "user") last = message_text(message["content"]);
    if (role == "system") system += (system.empty() ? "" : "\n\n") + message_text(message["content"]);
  }
  Json input = Json::object({{"message", last}, {"messages", messages}});
  if (!system.empty()) input.set("system", system);
  Json params = Json::object();
  for (const char* key : {"temperature", "max_tokens", "top_p", "stop", "seed"}) {
    if (body.contains(key)) params.set(key, body[key]);
  }
  if (params.size() > 0) input.set("params", params);
  for (const char* key : {"tools", "tool_choice", "metadata", "user"}) {
    if (body.contains(key)) input.set(key, body[key]);
  }
  return input;
}

Result<void> check_body(const Json& body) {
  if (!body["model"].is_string()) return tl::unexpected(invalid("model", "is required"));
  if (!body["messages"].is_array() || body["messages"].size() == 0) {
    return tl::unexpected(invalid("messages", "expected an array of at least one message"));
  }
  if (body.bool_or("stream", false)) {
    return tl::unexpected(make_error("NOT_IMPLEMENTED", "this server does not stream chat answers yet"));
  }
  return {};
}

/// The assistant's words for what the run came to.
std::string answer_text(const Json& result, const Json& checkpoint) {
  if (result.string_or("status", "") == "suspended") {
    std::string text = checkpoint.string_or("prompt", "Waiting for approval.");
    const Json& options = checkpoint["options"];
    if (!options.is_array() || options.size() == 0) return text;
    std::vector<std::string> names;
    for (const Json& option : options.as_array())
      names.push_back(option.is_string() ? option.as_string() : "");
    return text + "\n\nOptions: " + join(names, ", ");
  }
  const Json& output = result["output"];
  const Json& response = output["response"];
  if (response.is_string()) return response.as_string();
  if (output.is_string()) return output.as_string();
  return output.is_null() ? "" : to_ecma_text(output);
}

net::HttpResponse completion(Services& services, const std::string& tenant_id, const std::string& model,
                             const Json& result) {
  Json checkpoint;
  Json extension = Json::object({{"execution_id", result["execution_id"]}, {"status", result["status"]}});
  if (const Json& id = result["checkpoint_id"]; id.is_string()) {
    extension.set("checkpoint_id", id);
    if (auto found = services.engine.get_checkpoint(tenant_id, id.as_string())) checkpoint = *found;
  }
  Json message = Json::object({{"role", "assistant"}, {"content", answer_text(result, checkpoint)}});
  const Json& tool_calls = result["output"]["tool_calls"];
  if (tool_calls.is_array()) message.set("tool_calls", tool_calls);
  const std::int64_t in = result["usage"].int_or("input_tokens", 0);
  const std::int64_t out = result["usage"].int_or("output_tokens", 0);
  const Json choice = Json::object(
      {{"index", 0}, {"message", message}, {"finish_reason", tool_calls.is_array() ? "tool_calls" : "stop"}});
  net::HttpResponse response = json_response(
      200,
      Json::object(
          {{"id", "chatcmpl-" + result.string_or("execution_id", "")},
           {"object", "chat.completion"},
           {"created", net::wall_ms() / 1000},
           {"model", model},
           {"choices", Json::array({choice})},
           {"usage",
            Json::object({{"prompt_tokens", in}, {"completion_tokens", out}, {"total_tokens", in + out}})},
           {"scaiflow", extension}}));
  response.headers.set("X-Execution-Id", result.string_or("execution_id", ""));
  return response;
}

net::HttpResponse chat_answer(Services& services, const std::string& tenant_id, const std::string& model,
                              const Result<core::StartOutcome>& outcome) {
  if (!outcome) return openai_failure(outcome.error());
  const Json& result = outcome->result;
  const std::string status = result.string_or("status", "");
  if (status == "failed" || status == "cancelled") {
    const Json& error = result["error"];
    const std::string text =
        error.string_or("type", "Cancelled") + ": " + error.string_or("message", "the run was cancelled");
    return openai_failure(make_error("BACKEND_ERROR", text));
  }
  if (status == "running" || status == "queued") {
    return openai_failure(make_error("BACKEND_TIMEOUT", "the flow is still running; its execution goes on"));
  }
  return completion(services, tenant_id, model, result);
}

void chat(Services& services, const Call& call, const net::Responder& responder) {
  const auto refuse = [&](const Error& error) { responder.send(openai_failure(error)); };
  Result<Json> body = json_body(call.request);
  if (!body) return refuse(body.error());
  if (auto checked = check_body(*body); !checked) return refuse(checked.error());
  const std::string model = (*body)["model"].as_string();
  const std::string tenant_id = call.principal.tenant_id;
  auto publication = services.cores.publication(tenant_id, model);
  if (!publication) return refuse(publication.error());
  if (!*publication) return services.catalogue.forward_chat(tenant_id, *body, responder);
  Result<CoreRow> core = services.core_service.running(tenant_id, (*publication)->core_id);
  if (!core) return refuse(core.error());
  core::StartRequest start;
  start.tenant_id = tenant_id;
  start.core_id = core->id;
  start.input = chat_input(*body);
  start.wait_ms = chat_wait_ms;
  start.invoked_by = call.principal.id;
  if (core->concurrency_mode == "entity") {
    std::string entity = body->string_or("entity_id", "");
    if (entity.empty()) entity = (*body)["metadata"].string_or("entity_id", "");
    if (entity.empty()) entity = body->string_or("user", "");
    if (entity.empty()) return refuse(invalid("entity_id", "is required for this model"));
    start.instance_key = entity;
  }
  net::Executor& pool = services.pool;
  services.engine.start(std::move(start),
                        [&services, &pool, tenant_id, model, responder](Result<core::StartOutcome> outcome) {
                          // A suspended run's prompt is read from the database, which must not happen on a
                          // thread of the engine.
                          pool.post([&services, tenant_id, model, responder, outcome = std::move(outcome)] {
                            responder.send(chat_answer(services, tenant_id, model, outcome));
                          });
                        });
}

}  // namespace

void add_chat_routes(Routes& routes, Services& services) {
  for (const char* path : {"/oai/v1/chat/completions", "/v1/chat/completions"}) {
    routes.add("POST", path,
               Route{[&services](Call call, net::Responder responder) { chat(services, call, responder); },
                     "models:use", Style::OpenAi, body_chat_max});
  }
}

}  // namespace scaiflow::grid
