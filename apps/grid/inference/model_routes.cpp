// The model catalogue over HTTP (08 §8.15).
#include <cmath>

#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "apps/grid/inference/catalogue.h"
#include "libs/base/text.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::grid {

namespace {

constexpr double micros = 1e6;

Json number_or_null(const std::optional<std::int64_t>& value) { return value ? Json(*value) : Json(); }

Json item_json(const ModelEntry& model) {
  const bool away = model.health == "unhealthy";
  Json out = Json::object({{"slug", model.row.slug},
                           {"display_name", model.row.display_name},
                           {"modality", model.row.modality},
                           {"context_window", number_or_null(model.row.context_window)},
                           {"max_output_tokens", number_or_null(model.row.max_output_tokens)},
                           {"status", model.row.status},
                           {"health_status", model.health},
                           {"active_backend_count", away ? 0 : 1},
                           {"total_backend_count", 1}});
  return model.row.id.empty() ? out : out.set("id", model.row.id);
}

Json whole_json(const ModelEntry& model) {
  Json out = item_json(model);
  out.set("description", model.row.description)
      .set("input_price_per_mtok", static_cast<double>(model.row.input_price_micros) / micros)
      .set("output_price_per_mtok", static_cast<double>(model.row.output_price_micros) / micros)
      .set("capabilities", model.row.capabilities)
      .set("avatar_url", Json());
  if (model.row.id.empty()) return out;
  return out.set("provider", model.row.provider)
      .set("backend_model", model.row.backend_model)
      .set("default_params", model.row.default_params);
}

net::HttpResponse list_models(Services& services, const Call& call) {
  Result<std::int64_t> limit = limit_of(call.request);
  if (!limit) return failure(call.request_id(), limit.error());
  Result<std::vector<ModelEntry>> models = services.catalogue.list(call.principal.tenant_id);
  if (!models) return failure(call.request_id(), models.error());
  const auto modality = query_text(call.request, "modality");
  const auto status = query_text(call.request, "status");
  const std::string after = query_text(call.request, "cursor").value_or("");
  std::sort(models->begin(), models->end(),
            [](const ModelEntry& a, const ModelEntry& b) { return a.row.slug < b.row.slug; });
  Json items = Json::array();
  Json next;
  for (const ModelEntry& model : *models) {
    if ((modality && model.row.modality != *modality) || (status && model.row.status != *status)) continue;
    if (model.row.slug <= after) continue;
    if (static_cast<std::int64_t>(items.size()) == *limit) {
      next = items.at(items.size() - 1)["slug"];
      break;
    }
    items.push_back(item_json(model));
  }
  return ok(call.request_id(),
            Json::object({{"items", items}, {"next_cursor", next}, {"has_more", !next.is_null()}}));
}

Json openai_json(const ModelEntry& model) {
  return Json::object({{"id", model.row.slug},
                       {"object", "model"},
                       {"created", model.row.created_at_ms / 1000},
                       {"owned_by", model.owner},
                       {"context_window", number_or_null(model.row.context_window)},
                       {"max_output_tokens", number_or_null(model.row.max_output_tokens)}});
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
    if (model.row.slug == slug || model.row.id == slug) return model;
  }
  return tl::unexpected(make_error("MODEL_NOT_FOUND", "no model '" + slug + "'"));
}

net::HttpResponse get_model(Services& services, const Call& call) {
  Result<ModelEntry> model = find_model(services, call, call.param("slug"));
  return model ? ok(call.request_id(), whole_json(*model)) : failure(call.request_id(), model.error());
}

Result<void> read_number(const Json& body, const char* name, std::optional<std::int64_t>& out) {
  if (!body.contains(name)) return {};
  if (!body[name].is_null() && (!body[name].is_int() || body[name].as_int() < 1))
    return tl::unexpected(invalid(name, "must be a whole number from 1, or null"));
  out = body[name].is_null() ? std::nullopt : std::optional(body[name].as_int());
  return {};
}

Result<void> read_price(const Json& body, const char* name, std::int64_t& out) {
  if (!body.contains(name)) return {};
  const Json& price = body[name];
  if (!price.is_number() || !(price.as_double() >= 0 && price.as_double() <= 1e9))
    return tl::unexpected(invalid(name, "must be an amount per million tokens"));
  out = std::llround(price.as_double() * micros);
  return {};
}

Result<void> read_text(const Json& body, const char* name, std::size_t max, std::string& out) {
  if (!body.contains(name)) return {};
  if (!body[name].is_string() || code_points(body[name].as_string()) > max)
    return tl::unexpected(invalid(name, "expected text of at most " + std::to_string(max) + " characters"));
  out = body[name].as_string();
  return {};
}

Result<void> read_choice(const Json& body, const char* name, std::initializer_list<const char*> known,
                         std::string& out) {
  if (!body.contains(name)) return {};
  for (const char* each : known) {
    if (body[name] != Json(each)) continue;
    out = each;
    return {};
  }
  return tl::unexpected(invalid(name, "is not one of the known values"));
}

Result<void> read_body(const Json& body, ModelRow& row) {
  const Json& groups = body["group_ids"];
  if (!groups.is_null() && (!groups.is_array() || groups.size() > 0))
    return tl::unexpected(invalid("group_ids", "no such group on this server"));
  for (const Result<void>& read :
       {read_text(body, "slug", 200, row.slug), read_text(body, "display_name", 200, row.display_name),
        read_text(body, "description", 4000, row.description), read_text(body, "provider", 64, row.provider),
        read_text(body, "backend_model", 200, row.backend_model),
        read_choice(body, "modality", {"chat", "embedding", "image", "audio"}, row.modality),
        read_choice(body, "status", {"active", "deprecated"}, row.status),
        read_number(body, "context_window", row.context_window),
        read_number(body, "max_output_tokens", row.max_output_tokens),
        read_price(body, "input_price_per_mtok", row.input_price_micros),
        read_price(body, "output_price_per_mtok", row.output_price_micros)}) {
    if (!read) return read;
  }
  for (auto [name, member] :
       {std::pair("default_params", &row.default_params), std::pair("capabilities", &row.capabilities)}) {
    if (!body.contains(name)) continue;
    if (!body[name].is_object()) return tl::unexpected(invalid(name, "expected an object"));
    *member = body[name];
  }
  for (const auto& [name, value] : {std::pair("slug", row.slug), std::pair("provider", row.provider),
                                    std::pair("backend_model", row.backend_model)}) {
    if (value.empty()) return tl::unexpected(invalid(name, "is required"));
  }
  if (row.slug.starts_with("scaicore/"))
    return tl::unexpected(invalid("slug", "scaicore/ is for published Cores"));
  if (row.display_name.empty()) row.display_name = row.slug;
  return {};
}

net::HttpResponse create_model(Services& services, const Call& call) {
  Result<Json> body = json_body(call.request);
  if (!body) return failure(call.request_id(), body.error());
  ModelRow row;
  row.id = net::new_id("model_");
  row.tenant_id = call.principal.tenant_id;
  row.created_at_ms = net::wall_ms();
  if (auto read = read_body(*body, row); !read) return failure(call.request_id(), read.error());
  if (auto added = services.models.insert(row); !added) return failure(call.request_id(), added.error());
  return ok(call.request_id(), whole_json({row, row.provider, "unknown"}), 201);
}

net::HttpResponse put_model(Services& services, const Call& call) {
  Result<Json> body = json_body(call.request);
  if (!body) return failure(call.request_id(), body.error());
  Result<ModelRow> row = services.models.get(call.principal.tenant_id, call.param("slug"));
  if (!row) return failure(call.request_id(), row.error());
  if (auto read = read_body(*body, *row); !read) return failure(call.request_id(), read.error());
  if (auto saved = services.models.update(*row); !saved) return failure(call.request_id(), saved.error());
  return ok(call.request_id(), whole_json({*row, row->provider, "unknown"}));
}

/// A published Core's model goes with its publication alone.
net::HttpResponse delete_model(Services& services, const Call& call) {
  const std::string slug = call.param("slug");
  auto publication = services.cores.publication(call.principal.tenant_id, slug);
  if (!publication) return failure(call.request_id(), publication.error());
  if (*publication)
    return failure(call.request_id(), make_error("CORE_STATE_CONFLICT", "a published Core has this model"));
  Result<ModelRow> row = services.models.get(call.principal.tenant_id, slug);
  if (!row) return failure(call.request_id(), row.error());
  auto removed = services.models.remove(*row);
  return removed ? no_content() : failure(call.request_id(), removed.error());
}

}  // namespace

void add_model_routes(Routes& routes, Services& services) {
  const auto add = [&](const char* method, const char* path, const char* permission, Style style,
                       net::HttpResponse (*handler)(Services&, const Call&)) {
    routes.add(method, path,
               Route{sync([&services, handler](const Call& call) { return handler(services, call); }),
                     permission, style, body_default_max});
  };
  add("GET", "/v1/models", "models:list", Style::Envelope, list_models);
  add("GET", "/v1/models/{slug}", "models:list", Style::Envelope, get_model);
  add("POST", "/v1/models", "models:manage", Style::Envelope, create_model);
  add("PUT", "/v1/models/{slug}", "models:manage", Style::Envelope, put_model);
  add("DELETE", "/v1/models/{slug}", "models:manage", Style::Envelope, delete_model);
  add("GET", "/oai/v1/models", "models:list", Style::OpenAi, list_openai);
  add("GET", "/oai/v1/models/{id...}", "models:list", Style::OpenAi, [](Services& s, const Call& call) {
    Result<ModelEntry> model = find_model(s, call, call.param("id"));
    return model ? json_response(200, openai_json(*model)) : openai_failure(model.error());
  });
}

}  // namespace scaiflow::grid
