// Chat on the OpenAI layer (08 §8.12, §8.15): with published Cores and with the models of providers.
#include "apps/grid/accounting/usage_store.h"
#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "apps/grid/inference/core_chat.h"
#include "apps/grid/inference/provider_chat.h"
#include "apps/grid/multipart.h"
#include "generated/cpp/limits.h"
#include "libs/base/json_text.h"

namespace scaiflow::grid {

namespace {

constexpr std::size_t body_chat_max = 10 << 20;
constexpr std::size_t body_sound_max = limits::model_files_bytes_max + (1 << 20);

void chat(Services& services, const Call& call, const net::Responder& responder) {
  const auto refuse = [&](const Error& error) { responder.send(openai_failure(error)); };
  Result<Json> body = json_body(call.request);
  if (!body) return refuse(body.error());
  Result<ChatRequest> request = ChatRequest::parse(std::move(*body));
  if (!request) return refuse(request.error());
  if (!services.usage.may_spend(call.principal.tenant_id))
    return refuse(make_error("BUDGET_EXCEEDED", "the budget of the tenant is used up"));
  auto publication = services.cores.publication(call.principal.tenant_id, request->model);
  if (!publication) return refuse(publication.error());
  if (!*publication) return chat_with_provider(services, call, *request, responder);
  chat_with_core(services, call, *request, (*publication)->core_id, responder);
}

/// The same chat in the words of the native API: the answer inside the envelope, the stream as it is.
net::Responder enveloped(const Call& call, const net::Responder& responder) {
  return net::collecting_responder([responder, request_id = call.request_id()](net::HttpResponse answer) {
    const Json body = try_parse_json(answer.body).value_or(Json());
    if (answer.status >= 400) {
      const Json& error = body["error"];
      responder.send(failure(
          request_id, make_error(error.string_or("code", "BACKEND_ERROR"), error.string_or("message", ""))));
      return;
    }
    net::HttpResponse out = ok(request_id, body);
    if (const std::string* id = answer.headers.find("X-Execution-Id")) out.headers.set("X-Execution-Id", *id);
    responder.send(std::move(out));
  });
}

void native_chat(Services& services, const Call& call, const net::Responder& responder) {
  const auto body = try_parse_json(call.request.body);
  const bool streams = body && body->is_object() && body->bool_or("stream", false);
  chat(services, call, streams ? responder : enveloped(call, responder));
}

/// Whether the caller may have this asked of a provider's model.
Result<void> may_forward(Services& services, const Call& call, const std::string& slug) {
  if (slug.empty()) return tl::unexpected(invalid("model", "is required"));
  auto publication = services.cores.publication(call.principal.tenant_id, slug);
  if (!publication) return tl::unexpected(publication.error());
  if (*publication) return tl::unexpected(invalid("model", "a Core only chats"));
  if (!services.usage.may_spend(call.principal.tenant_id))
    return tl::unexpected(make_error("BUDGET_EXCEEDED", "the budget of the tenant is used up"));
  return {};
}

/// Operations that an OpenAI-compatible provider answers as it is asked.
void forward(Services& services, const Call& call, const std::string& path, const net::Responder& responder) {
  const auto refuse = [&](const Error& error) { responder.send(openai_failure(error)); };
  Result<Json> body = json_body(call.request);
  if (!body) return refuse(body.error());
  if (auto may = may_forward(services, call, body->string_or("model", "")); !may) return refuse(may.error());
  forward_to_provider(services, call, path, std::move(*body), responder);
}

void transcribe(Services& services, const Call& call, const net::Responder& responder) {
  const auto refuse = [&](const Error& error) { responder.send(openai_failure(error)); };
  Result<std::vector<FormPart>> parts = form_parts(call.request);
  if (!parts) return refuse(parts.error());
  core::FormFields fields;
  std::optional<core::Blob> file;
  std::string slug;
  for (FormPart& part : *parts) {
    if (part.name == "file" && !part.filename.empty()) {
      file = core::Blob::of(call.principal.tenant_id, part.content_type, std::move(part.body));
    } else {
      if (part.name == "model") slug = part.body;
      fields.emplace_back(part.name, part.body);
    }
  }
  if (!file) return refuse(invalid("file", "is required"));
  if (auto may = may_forward(services, call, slug); !may) return refuse(may.error());
  forward_form_to_provider(services, call, "audio/transcriptions", std::move(fields), *file, responder);
}

/// {`embeddings`[[..]], `model`, `usage`} of what a provider answers.
void native_embed(Services& services, const Call& call, const net::Responder& responder) {
  const net::Responder outer = enveloped(call, responder);
  const net::Responder shaped = net::collecting_responder([outer](net::HttpResponse answer) {
    Json body = try_parse_json(answer.body).value_or(Json());
    if (answer.status >= 300 || !body["data"].is_array()) return void(outer.send(std::move(answer)));
    Json vectors = Json::array();
    for (const Json& each : body["data"].as_array()) vectors.push_back(each["embedding"]);
    outer.send(json_response(
        200, Json::object({{"embeddings", vectors}, {"model", body["model"]}, {"usage", body["usage"]}})));
  });
  forward(services, call, "embeddings", shaped);
}

}  // namespace

void add_chat_routes(Routes& routes, Services& services) {
  const auto add = [&](const char* path, Style style, auto handler) {
    routes.add("POST", path,
               Route{[&services, handler](Call call, net::Responder responder) {
                       handler(services, call, responder);
                     },
                     "models:use", style, body_chat_max});
  };
  add("/oai/v1/chat/completions", Style::OpenAi, chat);
  add("/v1/chat/completions", Style::OpenAi, chat);
  add("/v1/inference/chat", Style::Envelope, native_chat);
  add("/v1/inference/embed", Style::Envelope, native_embed);
  const auto add_forward = [&](const char* path, const std::string& upstream) {
    add(path, Style::OpenAi, [upstream](Services& s, const Call& call, const net::Responder& responder) {
      forward(s, call, upstream, responder);
    });
  };
  add_forward("/oai/v1/embeddings", "embeddings");
  add_forward("/oai/v1/images/generations", "images/generations");
  add_forward("/oai/v1/audio/speech", "audio/speech");
  routes.add(
      "POST", "/oai/v1/audio/transcriptions",
      Route{[&services](Call call, net::Responder responder) { transcribe(services, call, responder); },
            "models:use", Style::OpenAi, body_sound_max});
  add("/oai/v1/batches", Style::OpenAi, [](Services&, const Call&, const net::Responder& responder) {
    responder.send(openai_failure(make_error("NOT_IMPLEMENTED", "this grid does not offer it")));
  });
  for (const char* path : {"/v1/inference/generate", "/v1/inference/images/generate", "/v1/inference/batch",
                           "/v1/inference/audio/{rest...}"}) {
    routes.add("POST", path,
               Route{sync([](const Call& call) {
                       return failure(call.request_id(),
                                      make_error("NOT_IMPLEMENTED", "this grid does not offer it"));
                     }),
                     "models:use", Style::Envelope, body_chat_max});
  }
}

}  // namespace scaiflow::grid
