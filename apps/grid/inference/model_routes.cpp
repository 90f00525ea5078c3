// The model catalogue over HTTP (08 §8.15).
#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "apps/grid/inference/catalogue.h"

namespace scaiflow::grid {

namespace {

net::HttpResponse list_models(Services& services, const Call& call) {
  Result<std::vector<ModelEntry>> models = services.catalogue.list(call.principal.tenant_id);
  if (!models) return failure(call.request_id(), models.error());
  Json items = Json::array();
  for (const ModelEntry& model : *models) items.push_back(model_json(model));
  return ok(call.request_id(),
            Json::object({{"items", items}, {"next_cursor", Json()}, {"has_more", false}}));
}

Json openai_json(const ModelEntry& model) {
  return Json::object({{"id", model.slug},
                       {"object", "model"},
                       {"created", model.created_at_ms / 1000},
                       {"owned_by", model.owner},
                       {"context_window", Json()},
                       {"max_output_tokens", Json()}});
}

net::HttpResponse list_openai(Services& services, const Call& call) {
  Result<std::vector<ModelEntry>> models = services.catalogue.list(call.principal.tenant_id);
  if (!models) return openai_failure(models.error());
  Json data = Json::array();
  for (const ModelEntry& model : *models) data.push_back(openai_json(model));
  return json_response(200, Json::object({{"object", "list"}, {"data", data}}));
}

Result<ModelEntry> find_model(Services& services, const Call& call, const std::string& slug) {
  Result<std::vector<ModelEntry>> models = services.catalogue.list(call.principal.tenant_id);
  if (!models) return tl::unexpected(models.error());
  for (const ModelEntry& model : *models) {
    if (model.slug == slug) return model;
  }
  return tl::unexpected(make_error("MODEL_NOT_FOUND", "no model '" + slug + "'"));
}

}  // namespace

void add_model_routes(Routes& routes, Services& services) {
  const auto add = [&](const char* path, Style style, std::function<net::HttpResponse(const Call&)> handler) {
    routes.add("GET", path, Route{sync(std::move(handler)), "models:list", style, body_default_max});
  };
  add("/v1/models", Style::Envelope, [&services](const Call& call) { return list_models(services, call); });
  add("/v1/models/{slug}", Style::Envelope, [&services](const Call& call) {
    Result<ModelEntry> model = find_model(services, call, call.param("slug"));
    return model ? ok(call.request_id(), model_json(*model)) : failure(call.request_id(), model.error());
  });
  add("/oai/v1/models", Style::OpenAi, [&services](const Call& call) { return list_openai(services, call); });
  add("/oai/v1/models/{id...}", Style::OpenAi, [&services](const Call& call) {
    Result<ModelEntry> model = find_model(services, call, call.param("id"));
    return model ? json_response(200, openai_json(*model)) : openai_failure(model.error());
  });
}

}  // namespace scaiflow::grid
