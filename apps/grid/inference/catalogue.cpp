#include "apps/grid/inference/catalogue.h"

#include "apps/core/host/models/providers.h"
#include "apps/grid/envelope.h"
#include "libs/base/json_text.h"

namespace scaiflow::grid {

namespace {

constexpr std::int64_t attempt_ms = 120'000;

/// A provider's answer as we pass it on: its own body where it is an answer, our words where it is a failure.
net::HttpResponse passed_on(const Result<core::ProviderAnswer>& answer, const std::string& slug) {
  if (!answer) return openai_failure(make_error("MODEL_UNAVAILABLE", answer.error().message));
  if (answer->status == 429)
    return openai_failure(make_error("BACKEND_RATE_LIMITED", "the provider limits the rate"));
  if (answer->status >= 400 && answer->status < 500 && answer->body.is_object()) {
    return json_response(answer->status == 401 || answer->status == 403 ? 502 : answer->status, answer->body);
  }
  if (answer->status >= 300 || !answer->body.is_object()) {
    return openai_failure(
        make_error("BACKEND_ERROR", "the provider answered with status " + std::to_string(answer->status)));
  }
  Json body = answer->body;
  return json_response(200, body.set("model", slug));
}

}  // namespace

Json model_json(const ModelEntry& model) {
  return Json::object({{"slug", model.slug},
                       {"display_name", model.display_name},
                       {"description", model.description},
                       {"modality", "chat"},
                       {"context_window", Json()},
                       {"max_output_tokens", Json()},
                       {"status", "active"},
                       {"health_status", model.health},
                       {"active_backend_count", model.health == "unhealthy" ? 0 : 1},
                       {"total_backend_count", 1}});
}

Result<std::vector<ModelEntry>> Catalogue::list(const std::string& tenant_id) {
  std::vector<ModelEntry> out;
  for (const core::ProviderStatus& provider : engine_.providers().list()) {
    for (const std::string& model : provider.models) {
      out.push_back(ModelEntry{provider.key + "/" + model, model, "", provider.key, provider.health, 0});
    }
  }
  auto published = cores_.publications(tenant_id);
  if (!published) return tl::unexpected(published.error());
  for (const Publication& core : *published) {
    out.push_back(
        ModelEntry{core.slug, core.name, core.description, "scaicore", "healthy", core.created_at_ms});
  }
  return out;
}

void Catalogue::forward_chat(const std::string&, const Json& body, const net::Responder& responder) {
  const std::string slug = body.string_or("model", "");
  Result<core::ModelTarget> target = engine_.providers().resolve_slug(slug);
  if (!target) {
    responder.send(openai_failure(make_error("MODEL_NOT_FOUND", "no model '" + slug + "'")));
    return;
  }
  Json request = body;
  request.set("model", target->model);
  engine_.providers().post(
      target->provider, "chat/completions", request, attempt_ms, {},
      [responder, slug](Result<core::ProviderAnswer> answer) { responder.send(passed_on(answer, slug)); });
}

}  // namespace scaiflow::grid
