#include "apps/grid/inference/model_store.h"

#include "apps/grid/envelope.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/net/clock.h"

namespace scaiflow::grid {

namespace {

using store::Connection;

const std::string select =
    "SELECT id, tenant_id, slug, display_name, description, modality, context_window, max_output_tokens, "
    "input_price_micros, output_price_micros, default_params, capabilities, provider, backend_model, status, "
    "created_at FROM grid_models WHERE (tenant_id = ? OR tenant_id IS NULL)";

ModelRow row_of(const store::Row& row) {
  ModelRow out;
  out.id = row.string(0);
  out.tenant_id = row.maybe_string(1);
  out.slug = row.string(2);
  out.display_name = row.string(3);
  out.description = row.string(4);
  out.modality = row.string(5);
  out.context_window = row.maybe_integer(6);
  out.max_output_tokens = row.maybe_integer(7);
  out.input_price_micros = row.integer(8);
  out.output_price_micros = row.integer(9);
  out.default_params = try_parse_json(row.text(10)).value_or(Json::object());
  out.capabilities = try_parse_json(row.text(11)).value_or(Json::object());
  out.provider = row.string(12);
  out.backend_model = row.string(13);
  out.status = row.string(14);
  out.created_at_ms = row.integer(15);
  return out;
}

/// The columns in the order of both statements.
store::Params params_of(const ModelRow& row) {
  return {row.slug,
          row.display_name,
          row.description,
          row.modality,
          row.context_window,
          row.max_output_tokens,
          row.input_price_micros,
          row.output_price_micros,
          to_text(row.default_params),
          to_text(row.capabilities),
          row.provider,
          row.backend_model,
          row.status,
          net::wall_ms(),
          row.tenant_id,
          row.created_at_ms,
          row.id};
}

Result<void> written(const Result<std::int64_t>& changed, const std::string& slug) {
  if (!changed && changed.error().code == store::db_error::UniqueViolation)
    return tl::unexpected(make_error("SLUG_CONFLICT", "a model with the slug '" + slug + "' exists"));
  return changed ? Result<void>() : Result<void>(tl::unexpected(changed.error()));
}

}  // namespace

Result<std::vector<ModelRow>> ModelStore::list(const std::string& tenant_id) {
  return database_.read([&](Connection& db) -> Result<std::vector<ModelRow>> {
    std::vector<ModelRow> out;
    auto read = db.query(select + " ORDER BY slug", {tenant_id},
                         [&](const store::Row& row) { out.push_back(row_of(row)); });
    if (!read) return tl::unexpected(read.error());
    return out;
  });
}

Result<ModelRow> ModelStore::get(const std::string& tenant_id, const std::string& id_or_slug) {
  auto row = database_.read([&](Connection& db) {
    return db.query_one(select + " AND (id = ? OR slug = ?)", {tenant_id, id_or_slug, id_or_slug}, row_of);
  });
  if (!row) return tl::unexpected(row.error());
  if (!*row) return tl::unexpected(make_error("MODEL_NOT_FOUND", "no model '" + cut(id_or_slug, 80) + "'"));
  return std::move(**row);
}

Result<void> ModelStore::insert(const ModelRow& row) {
  return database_.write_sync(store::Database::Unit([&](Connection& db) {
    return written(db.execute("INSERT INTO grid_models (slug, display_name, description, modality, "
                              "context_window, max_output_tokens, input_price_micros, output_price_micros, "
                              "default_params, capabilities, provider, backend_model, status, updated_at, "
                              "tenant_id, created_at, id) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                              params_of(row)),
                   row.slug);
  }));
}

Result<void> ModelStore::update(const ModelRow& row) {
  return database_.write_sync(store::Database::Unit([&](Connection& db) {
    return written(
        db.execute("UPDATE grid_models SET slug = ?, display_name = ?, description = ?, modality = "
                   "?, context_window = ?, max_output_tokens = ?, input_price_micros = ?, "
                   "output_price_micros = ?, default_params = ?, capabilities = ?, provider = ?, "
                   "backend_model = ?, status = ?, updated_at = ?, tenant_id = ?, created_at = ? "
                   "WHERE id = ?",
                   params_of(row)),
        row.slug);
  }));
}

Result<void> ModelStore::remove(const ModelRow& row) {
  return database_.write_sync(store::Database::Unit([&](Connection& db) {
    return written(db.execute("DELETE FROM grid_models WHERE id = ?", {row.id}), row.slug);
  }));
}

Result<core::ModelTarget> ModelStore::resolve(const std::string& tenant_id, const std::string& ref,
                                              const std::string& model) {
  Result<ModelRow> row = get(tenant_id, ref == "scaigrid" ? model : ref + "/" + model);
  if (!row) return tl::unexpected(row.error());
  return core::ModelTarget{row->provider, row->backend_model, row->input_price_micros,
                           row->output_price_micros};
}

}  // namespace scaiflow::grid
