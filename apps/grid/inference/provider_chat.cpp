#include "apps/grid/inference/provider_chat.h"

#include <algorithm>

#include "apps/core/host/models/chat_wire.h"
#include "apps/core/host/models/providers.h"
#include "apps/grid/accounting/usage_store.h"
#include "apps/grid/envelope.h"
#include "apps/grid/inference/catalogue.h"
#include "apps/grid/inference/chat_sink.h"
#include "libs/base/json_text.h"
#include "libs/net/clock.h"
#include "libs/net/sse.h"

namespace scaiflow::grid {

namespace {

constexpr std::int64_t attempt_ms = 120'000;

/// Our words for a provider that failed; nothing when it answered.
std::optional<Error> failure_of(const Result<core::ProviderAnswer>& answer) {
  if (!answer) {
    const bool late = answer.error().code == net::client_error::Timeout;
    return late ? make_error("BACKEND_TIMEOUT", "the provider did not answer in time")
                : make_error("MODEL_UNAVAILABLE", answer.error().message);
  }
  if (answer->status == 429) return make_error("BACKEND_RATE_LIMITED", "the provider limits the rate");
  const bool refused = answer->status >= 400 && answer->status < 500 && answer->body.is_object();
  if (refused && answer->status != 401 && answer->status != 403) return std::nullopt;
  if (answer->status >= 300)
    return make_error("BACKEND_ERROR", "the provider answered with status " + std::to_string(answer->status));
  return std::nullopt;
}

/// Counts what a call spent, and then goes on: who sees the answer sees it counted.
void account(Services& services, const Call& call, const core::ModelTarget& target, const char* operation,
             const Json& messages, const Json& body, const std::string& text, std::int64_t began_ms,
             std::function<void()> then) {
  const core::ChatUsage spent = core::usage_of(body, messages, text);
  core::UsageRecord row;
  row.tenant_id = call.principal.tenant_id;
  row.principal_id = call.principal.id;
  row.provider = target.provider;
  row.model = target.model;
  row.operation = operation;
  row.status = "ok";
  row.tokens_in = spent.usage.input_tokens;
  row.tokens_out = spent.usage.output_tokens;
  row.tokens_cached = spent.usage.cached_tokens;
  row.cost_micros = core::cost_of(spent.usage, target);
  row.at_ms = net::wall_ms();
  row.duration_ms = row.at_ms - began_ms;
  services.database.write([&services, row](store::Connection& db) { return services.usage.record(db, row); },
                          [then = std::move(then)](const Result<void>&) { then(); });
}

/// A streamed answer of a provider on its way to the client, under the slug that was asked for.
class ProviderStream {
 public:
  ProviderStream(Services& services, std::string slug, const net::Responder& responder)
      : slug_(std::move(slug)), sink_(services, responder, {}), parser_([this](const net::SseEvent& event) {
          if (const auto data = try_parse_json(event.data)) take(*data);
        }) {}

  void feed(std::string_view chunk) {
    gathered_.feed(chunk);
    if (!parser_.feed(chunk)) sink_.fail(make_error("UPSTREAM_SHAPE_MISMATCH", "an event is too large"));
  }
  void end(const Result<core::ProviderAnswer>& answer) {
    if (const auto error = failure_of(answer)) return sink_.fail(*error);
    if (answer->status >= 400)
      return sink_.fail(make_error("BACKEND_ERROR", answer->body["error"].string_or("message", "refused")));
    sink_.done();
  }
  Json body() const { return gathered_.body(); }

 private:
  void take(Json data) {
    if (data["error"].is_object())
      return sink_.fail(
          make_error("BACKEND_ERROR", data["error"].string_or("message", "the provider failed")));
    sink_.chunk(data.set("model", slug_));
  }

  const std::string slug_;
  ChatSink sink_;
  net::SseParser parser_;
  core::ChatStream gathered_;
};

void stream_chat(Services& services, const Call& call, const ChatRequest& request,
                 const core::ModelTarget& target, const Json& body, const net::Responder& responder) {
  auto stream = std::make_shared<ProviderStream>(services, request.model, responder);
  const std::int64_t began_ms = net::wall_ms();
  services.engine.providers().post(
      target.provider, "chat/completions", body, attempt_ms,
      [stream](std::string_view chunk) { stream->feed(chunk); },
      [&services, call, target, stream, began_ms,
       messages = request.body["messages"]](const Result<core::ProviderAnswer>& answer) {
        if (!answer || answer->status >= 300) return stream->end(answer);
        const Json body = stream->body();
        const std::string text = body["choices"].at(0)["message"].string_or("content", "");
        account(services, call, target, "chat", messages, body, text, began_ms,
                [stream, answer] { stream->end(answer); });
      });
}

}  // namespace

void chat_with_provider(Services& services, const Call& call, const ChatRequest& request,
                        const net::Responder& responder) {
  Json body = request.body;
  if (!request.streams) return forward_to_provider(services, call, "chat/completions", body, responder);
  Result<core::ModelTarget> target = services.catalogue.resolve(call.principal.tenant_id, request.model);
  if (!target) return void(responder.send(openai_failure(target.error())));
  body.set("model", target->model);
  stream_chat(services, call, request, *target, body, responder);
}

namespace {

/// Gives a provider's answer back: an object under the slug that was asked for, sound and plain text as they
/// are.
core::Providers::Done giving_back(Services& services, const Call& call, const core::ModelTarget& target,
                                  const std::string& slug, const std::string& path, const Json& asked,
                                  const net::Responder& responder) {
  return [&services, call, target, slug, path, asked, began_ms = net::wall_ms(),
          responder](Result<core::ProviderAnswer> answer) {
    if (const auto error = failure_of(answer)) return void(responder.send(openai_failure(*error)));
    net::HttpResponse response{answer->status, {}, answer->text};
    response.headers.set("Content-Type", answer->content_type);
    if (answer->body.is_object()) {
      const bool is_ok = answer->status < 300 && answer->body.contains("model");
      response = json_response(answer->status, is_ok ? answer->body.set("model", slug) : answer->body);
    } else if (answer->text.empty() || !path.starts_with("audio/")) {
      return void(responder.send(openai_failure(
          make_error("UPSTREAM_SHAPE_MISMATCH", "the provider answered in an unknown shape"))));
    }
    if (answer->status >= 300) return void(responder.send(std::move(response)));
    const std::string text = answer->body["choices"].at(0)["message"].string_or("content", "");
    const char* operation = path == "chat/completions" ? "chat" : path.c_str();
    account(services, call, target, operation, asked, answer->body, text, began_ms,
            [responder, response] { responder.send(response); });
  };
}

}  // namespace

void forward_to_provider(Services& services, const Call& call, const std::string& path, Json body,
                         const net::Responder& responder) {
  const std::string slug = body.string_or("model", "");
  Result<core::ModelTarget> target = services.catalogue.resolve(call.principal.tenant_id, slug);
  if (!target) return void(responder.send(openai_failure(target.error())));
  body.set("model", target->model);
  const Json asked = body.contains("messages") ? body["messages"] : body["input"];
  services.engine.providers().post(target->provider, path, body, attempt_ms, {},
                                   giving_back(services, call, *target, slug, path, asked, responder));
}

void forward_form_to_provider(Services& services, const Call& call, const std::string& path,
                              core::FormFields fields, const core::Blob& file,
                              const net::Responder& responder) {
  const auto model =
      std::find_if(fields.begin(), fields.end(), [](const auto& f) { return f.first == "model"; });
  const std::string slug = model == fields.end() ? "" : model->second;
  Result<core::ModelTarget> target = services.catalogue.resolve(call.principal.tenant_id, slug);
  if (!target) return void(responder.send(openai_failure(target.error())));
  model->second = target->model;
  services.engine.providers().post(target->provider, core::form_request(path, fields, file), attempt_ms,
                                   giving_back(services, call, *target, slug, path, {}, responder));
}

}  // namespace scaiflow::grid
