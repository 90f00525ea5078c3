#include "apps/grid/inference/catalogue.h"

#include <set>

#include "apps/core/host/models/providers.h"
#include "apps/grid/envelope.h"

namespace scaiflow::grid {

namespace {

ModelEntry plain_entry(const std::string& slug, const std::string& name, const std::string& owner) {
  ModelEntry out;
  out.row.slug = slug;
  out.row.display_name = name;
  out.owner = owner;
  return out;
}

}  // namespace

std::string Catalogue::health_of(const std::string& provider) const {
  for (const core::ProviderStatus& each : engine_.providers().list()) {
    if (each.key == provider) return each.health;
  }
  return "unhealthy";
}

Result<std::vector<ModelEntry>> Catalogue::list(const std::string& tenant_id) {
  std::vector<ModelEntry> out;
  std::set<std::string> named;
  auto rows = rows_.list(tenant_id);
  if (!rows) return tl::unexpected(rows.error());
  for (ModelRow& row : *rows) {
    named.insert(row.slug);
    const std::string health = health_of(row.provider);
    const std::string owner = row.provider;
    out.push_back({std::move(row), owner, health});
  }
  for (const core::ProviderStatus& provider : engine_.providers().list()) {
    for (const std::string& model : provider.models) {
      const std::string slug = provider.key + "/" + model;
      if (named.contains(slug)) continue;
      out.push_back(plain_entry(slug, model, provider.key));
      out.back().health = provider.health;
    }
  }
  auto published = cores_.publications(tenant_id);
  if (!published) return tl::unexpected(published.error());
  for (const Publication& core : *published) {
    out.push_back(plain_entry(core.slug, core.name, "scaicore"));
    ModelRow& row = out.back().row;
    row.description = core.description;
    row.created_at_ms = core.created_at_ms;
    row.capabilities = Json::object({{"tool_use", true}, {"streaming", false}});
  }
  return out;
}

Result<core::ModelTarget> Catalogue::resolve(const std::string& tenant_id, const std::string& slug) {
  if (auto row = rows_.resolve(tenant_id, "scaigrid", slug)) return row;
  auto target = engine_.providers().resolve_slug(slug);
  if (!target) return tl::unexpected(make_error("MODEL_NOT_FOUND", "no model '" + slug + "'"));
  return target;
}

}  // namespace scaiflow::grid
