#include "apps/grid/inference/core_chat.h"

#include "apps/grid/envelope.h"
#include "apps/grid/hooks/triggers.h"
#include "apps/grid/inference/chat_sink.h"
#include "apps/grid/inference/stream_source.h"
#include "apps/grid/scaicore/checkpoint_rules.h"
#include "apps/grid/scaicore/core_service.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::grid {

namespace {

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

std::string last_user_text(const Json& messages) {
  std::string last;
  for (const Json& message : messages.as_array()) {
    if (message.string_or("role", "") == "user") last = message_text(message["content"]);
  }
  return last;
}

/// The starting scope of the run (08 §8.12, input).
Json chat_input(const Json& body) {
  const Json& messages = body["messages"];
  std::string system;
  for (const Json& message : messages.as_array()) {
    if (message.string_or("role", "") != "system") continue;
    system += (system.empty() ? "" : "\n\n") + message_text(message["content"]);
  }
  Json input = Json::object({{"message", last_user_text(messages)}, {"messages", messages}});
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

/// What a run says to the one who chats.
struct ChatAnswer {
  std::string text;
  Json tool_calls;  ///< null without
  Json extension, usage;

  Json message() const {
    Json out = Json::object({{"role", "assistant"}, {"content", text}});
    return tool_calls.is_null() ? out : out.set("tool_calls", tool_calls);
  }
  const char* finish_reason() const { return tool_calls.is_null() ? "stop" : "tool_calls"; }
};

std::string prompt_text(const Json& checkpoint) {
  std::string text = checkpoint.string_or("prompt", "Waiting for approval.");
  const Json& options = checkpoint["options"];
  if (!options.is_array() || options.size() == 0) return text;
  std::vector<std::string> names;
  for (const Json& option : options.as_array()) names.push_back(option.is_string() ? option.as_string() : "");
  return text + "\n\nOptions: " + join(names, ", ");
}

std::string output_text(const Json& output) {
  if (output["response"].is_string()) return output["response"].as_string();
  if (output.is_string()) return output.as_string();
  return output.is_null() ? "" : to_ecma_text(output);
}

/// The answer, or why there is none. Reads the database for the prompt of a suspended run.
Result<ChatAnswer> answer_of(Services& services, const std::string& tenant_id, const Json& result) {
  const std::string status = result.string_or("status", "");
  if (status == "failed" || status == "cancelled") {
    const Json& error = result["error"];
    return tl::unexpected(make_error(
        "BACKEND_ERROR",
        error.string_or("type", "Cancelled") + ": " + error.string_or("message", "the run was cancelled")));
  }
  if (status == "running" || status == "queued")
    return tl::unexpected(make_error("BACKEND_TIMEOUT", "the flow is still running; its execution goes on"));
  ChatAnswer out;
  out.extension = Json::object({{"execution_id", result["execution_id"]}, {"status", result["status"]}});
  const std::int64_t in = result["usage"].int_or("input_tokens", 0);
  const std::int64_t tokens = result["usage"].int_or("output_tokens", 0);
  out.usage =
      Json::object({{"prompt_tokens", in}, {"completion_tokens", tokens}, {"total_tokens", in + tokens}});
  if (result["output"]["tool_calls"].is_array()) out.tool_calls = result["output"]["tool_calls"];
  out.text = output_text(result["output"]);
  if (status != "suspended") return out;
  Json checkpoint;
  if (const Json& id = result["checkpoint_id"]; id.is_string()) {
    out.extension.set("checkpoint_id", id);
    if (auto found = services.engine.get_checkpoint(tenant_id, id.as_string())) checkpoint = *found;
  }
  out.text = prompt_text(checkpoint);
  return out;
}

net::HttpResponse completion(const std::string& model, const std::string& execution_id,
                             const ChatAnswer& answer) {
  const Json choice =
      Json::object({{"index", 0}, {"message", answer.message()}, {"finish_reason", answer.finish_reason()}});
  net::HttpResponse response = json_response(200, Json::object({{"id", "chatcmpl-" + execution_id},
                                                                {"object", "chat.completion"},
                                                                {"created", net::wall_ms() / 1000},
                                                                {"model", model},
                                                                {"choices", Json::array({choice})},
                                                                {"usage", answer.usage},
                                                                {"scaiflow", answer.extension}}));
  response.headers.set("X-Execution-Id", execution_id);
  return response;
}

/// A streamed chat: the text of one block as it comes, and what the run came to.
class CoreStream : public std::enable_shared_from_this<CoreStream> {
 public:
  CoreStream(Services& services, std::string tenant_id, ChatRequest request, std::string execution_id,
             const net::Responder& responder)
      : services_(services),
        tenant_id_(std::move(tenant_id)),
        request_(std::move(request)),
        id_("chatcmpl-" + execution_id),
        sink_(services, responder, {{"X-Execution-Id", execution_id}}) {}

  /// Listens to the block before the run begins, so that none of its text is missed.
  void listen(const std::string& execution_id, std::string block_id) {
    core::EventFilter filter;
    filter.tenant_id = tenant_id_;
    filter.execution_id = execution_id;
    filter.cursor = "latest";
    const std::weak_ptr<CoreStream> weak = weak_from_this();
    subscription_ = services_.engine.subscribe(
        filter, [weak, block = Json(std::move(block_id))](const core::StreamEntry& entry) {
          const auto self = weak.lock();
          const bool ours = entry.kind == core::StreamEntry::Kind::Feed && entry.type == "model.delta" &&
                            entry.data["block_id"] == block;
          if (self && ours) self->add(entry.data.string_or("text", ""));
        });
  }

  /// On a thread of the pool.
  void finish(const Result<Json>& result) {
    subscription_.reset();
    if (!result) return sink_.fail(result.error());
    const Result<ChatAnswer> answer = answer_of(services_, tenant_id_, *result);
    if (!answer) return sink_.fail(answer.error());
    const std::lock_guard lock(mutex_);
    if (!answer->text.starts_with(sent_)) {
      return sink_.fail(make_error("BACKEND_ERROR", "the model began its answer anew"));
    }
    send_text(answer->text.substr(sent_.size()));
    if (!answer->tool_calls.is_null())
      sink_.chunk(chunk(Json::object({{"tool_calls", answer->tool_calls}}), Json()));
    Json last = chunk(Json::object(), answer->finish_reason());
    sink_.chunk(last.set("scaiflow", answer->extension));
    if (request_.includes_usage) sink_.chunk(usage_chunk(id_, request_.model, answer->usage));
    sink_.done();
  }

 private:
  Json chunk(Json delta, Json finish_reason) const {
    return chat_chunk(id_, request_.model, std::move(delta), std::move(finish_reason));
  }
  void add(const std::string& text) {
    const std::lock_guard lock(mutex_);
    if (!text.empty()) send_text(text);
  }
  void send_text(const std::string& text) {
    if (!began_) sink_.chunk(chunk(Json::object({{"role", "assistant"}, {"content", ""}}), Json()));
    began_ = true;
    sent_ += text;
    if (!text.empty()) sink_.chunk(chunk(Json::object({{"content", text}}), Json()));
  }

  Services& services_;
  const std::string tenant_id_;
  const ChatRequest request_;
  const std::string id_;
  ChatSink sink_;
  std::unique_ptr<core::Subscription> subscription_;
  std::mutex mutex_;
  std::string sent_;
  bool began_ = false;
};

/// Whoever gets the Result of the run, on a thread of the pool.
using Finish = std::function<void(const Result<Json>&)>;

Finish finisher(Services& services, const std::string& tenant_id, const ChatRequest& request,
                const std::string& execution_id, const std::optional<std::string>& source,
                const net::Responder& responder) {
  if (!request.streams) {
    return [&services, tenant_id, model = request.model, responder](const Result<Json>& result) {
      if (!result) return void(responder.send(openai_failure(result.error())));
      const Result<ChatAnswer> answer = answer_of(services, tenant_id, *result);
      responder.send(answer ? completion(model, result->string_or("execution_id", ""), *answer)
                            : openai_failure(answer.error()));
    };
  }
  auto stream = std::make_shared<CoreStream>(services, tenant_id, request, execution_id, responder);
  if (source) stream->listen(execution_id, *source);
  return [stream](const Result<Json>& result) { stream->finish(result); };
}

void start_chat(Services& services, core::StartRequest start, Finish finish) {
  services.engine.start(std::move(start), [&pool = services.pool,
                                           finish = std::move(finish)](Result<core::StartOutcome> outcome) {
    Result<Json> result =
        outcome ? Result<Json>(std::move(outcome->result)) : Result<Json>(tl::unexpected(outcome.error()));
    pool.post([finish, result = std::move(result)] { finish(result); });
  });
}

/// The last user text answers the checkpoint at which an earlier request ended.
void resolve_chat(Services& services, const Call& call, const ChatRequest& request,
                  const std::string& checkpoint_id, const net::Responder& responder) {
  const auto refuse = [&](const Error& error) { responder.send(openai_failure(error)); };
  const std::string tenant_id = call.principal.tenant_id;
  Result<Json> checkpoint = services.engine.get_checkpoint(tenant_id, checkpoint_id);
  if (!checkpoint) return refuse(checkpoint.error());
  if (!is_assignee(call.principal, *checkpoint))
    return refuse(make_error("CHECKPOINT_NOT_ASSIGNEE", "this waits for somebody else"));
  if (checkpoint->string_or("status", "") != "pending") return refuse(already_closed(*checkpoint));
  const Json given = Json::object({{"resolution", last_user_text(request.body["messages"])}});
  Result<Json> resolution = checked_resolution(given, *checkpoint);
  if (!resolution) return refuse(resolution.error());
  const std::string execution_id = checkpoint->string_or("execution_id", "");
  const Finish finish = finisher(services, tenant_id, request, execution_id, std::nullopt, responder);
  services.engine.resolve_checkpoint(
      tenant_id, checkpoint_id, *resolution, call.principal.id, std::nullopt,
      [&services, tenant_id, execution_id, finish](const Result<Json>& resolved) {
        const auto answer = [&pool = services.pool, finish](Result<Json> result) {
          pool.post([finish, result = std::move(result)] { finish(result); });
        };
        if (!resolved) return answer(tl::unexpected(resolved.error()));
        services.engine.wait(tenant_id, execution_id, services.options.chat_wait_ms, answer);
      });
}

Result<std::optional<std::string>> instance_key(const CoreRow& core, const Json& body) {
  if (core.concurrency_mode != "entity") return std::optional<std::string>();
  std::string entity = body.string_or("entity_id", "");
  if (entity.empty()) entity = body["metadata"].string_or("entity_id", "");
  if (entity.empty()) entity = body.string_or("user", "");
  if (entity.empty()) return tl::unexpected(invalid("entity_id", "is required for this model"));
  return std::optional(std::move(entity));
}

}  // namespace

Result<ChatRequest> ChatRequest::parse(Json body) {
  if (!body["model"].is_string()) return tl::unexpected(invalid("model", "is required"));
  if (!body["messages"].is_array() || body["messages"].size() == 0) {
    return tl::unexpected(invalid("messages", "expected an array of at least one message"));
  }
  ChatRequest out;
  out.model = body["model"].as_string();
  out.streams = body.bool_or("stream", false);
  out.includes_usage = body["stream_options"].bool_or("include_usage", false);
  out.body = std::move(body);
  return out;
}

void chat_with_core(Services& services, const Call& call, const ChatRequest& request,
                    const std::string& core_id, const net::Responder& responder) {
  const auto refuse = [&](const Error& error) { responder.send(openai_failure(error)); };
  const Json& checkpoint = request.body["metadata"]["checkpoint_id"];
  if (checkpoint.is_string()) return resolve_chat(services, call, request, checkpoint.as_string(), responder);
  const std::string tenant_id = call.principal.tenant_id;
  Result<CoreRow> core = services.core_service.running(tenant_id, core_id);
  if (!core) return refuse(core.error());
  auto key = instance_key(*core, request.body);
  if (!key) return refuse(key.error());
  std::optional<std::string> source;
  if (request.streams) {
    auto module = module_of(services.cores, *core);
    if (!module) return refuse(module.error());
    const ir::Flow* flow = *module ? default_flow(**module) : nullptr;
    if (flow != nullptr) source = stream_source(*flow);
  }
  core::StartRequest start;
  start.execution_id = net::new_id("exec_");
  start.tenant_id = tenant_id;
  start.core_id = core->id;
  start.input = chat_input(request.body);
  start.wait_ms = services.options.chat_wait_ms;
  start.invoked_by = call.principal.id;
  start.instance_key = *key;
  Finish finish = finisher(services, tenant_id, request, start.execution_id, source, responder);
  start_chat(services, std::move(start), std::move(finish));
}

}  // namespace scaiflow::grid
