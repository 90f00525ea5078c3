#include "apps/grid/scaicore/core_store.h"

#include <algorithm>
#include <utility>

#include "apps/core/host/engine.h"
#include "apps/grid/envelope.h"
#include "apps/grid/hooks/trigger_store.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/ir/codec.h"
#include "libs/net/clock.h"

namespace scaiflow::grid {

namespace {

const std::string columns =
    "id, tenant_id, slug, name, description, status, status_reason, runtime_mode, concurrency_mode, "
    "entity_key_field, ir_hash, source_id, plugins, environment, resource_limits, checkpoint_mode, "
    "privilege_level, "
    "metadata, created_by, created_at, updated_at, started_at";

Json json_column(const store::Row& row, int column) {
  return row.is_null(column) ? Json() : try_parse_json(row.text(column)).value_or(Json());
}

std::string environment_context(const std::string& id) {
  return identity::seal_context("mod_scaicore_cores", "environment", id);
}

/// `created_at/id`, which the next page starts below.
std::string cursor_text(const CoreRow& row) { return std::to_string(row.created_at_ms) + "/" + row.id; }

bool read_cursor(const std::string& cursor, std::int64_t& created_at_ms, std::string& id) {
  const std::size_t slash = cursor.find('/');
  if (slash == std::string::npos || slash == 0 || cursor.find_first_not_of("0123456789") != slash ||
      slash > 15) {
    return false;
  }
  created_at_ms = std::stoll(cursor.substr(0, slash));
  id = cursor.substr(slash + 1);
  return true;
}

/// Published as a chat model, which those from before there were targets all are.
bool is_model(const CoreRow& core) {
  const Json& targets = core.metadata["published_targets"];
  const bool named =
      !targets.is_array() || std::any_of(targets.as_array().begin(), targets.as_array().end(),
                                         [](const Json& each) { return each == Json("model"); });
  return named && core.metadata.bool_or("published", false);
}

}  // namespace

core::CoreSpec core_spec(const CoreRow& row) {
  core::CoreSpec spec;
  spec.id = row.id;
  spec.tenant_id = row.tenant_id;
  spec.tenant_slug = row.tenant_id;
  spec.slug = row.slug;
  spec.name = row.name;
  spec.status = row.status;
  spec.ir_hash = row.ir_hash.value_or("");
  spec.checkpoint_mode = row.checkpoint_mode;
  spec.privilege_level = row.privilege_level;
  spec.environment = row.environment;
  spec.resource_limits = row.resource_limits;
  spec.plugins = row.plugins;
  spec.metadata = row.metadata;
  spec.identity = Json::object({{"kind", "core"}, {"id", row.id}});
  return spec;
}

CoreRow CoreStore::read(const store::Row& row) const {
  CoreRow out;
  out.id = row.string(0);
  out.tenant_id = row.string(1);
  out.slug = row.string(2);
  out.name = row.string(3);
  out.description = row.string(4);
  out.status = row.string(5);
  out.status_reason = json_column(row, 6);
  out.runtime_mode = row.string(7);
  out.concurrency_mode = row.string(8);
  out.entity_key_field = row.maybe_string(9);
  out.ir_hash = row.maybe_string(10);
  out.source_id = row.maybe_string(11);
  out.plugins = json_column(row, 12);
  const auto opened = identity::open_sealed(keys_, row.text(13), environment_context(out.id));
  out.environment = opened ? try_parse_json(*opened).value_or(Json::object()) : Json::object();
  out.resource_limits = json_column(row, 14);
  out.checkpoint_mode = row.string(15);
  out.privilege_level = row.string(16);
  out.metadata = json_column(row, 17);
  out.created_by = row.string(18);
  out.created_at_ms = row.integer(19);
  out.updated_at_ms = row.integer(20);
  out.started_at_ms = row.maybe_integer(21);
  return out;
}

Result<std::optional<CoreRow>> CoreStore::find(const std::string& where, const store::Params& params) {
  const std::string sql =
      "SELECT " + columns + " FROM mod_scaicore_cores WHERE deleted_at IS NULL AND " + where;
  return database_.read([&](store::Connection& db) {
    return db.query_one(sql, params, [this](const store::Row& row) { return read(row); });
  });
}

Result<CoreRow> CoreStore::get(const std::string& tenant_id, const std::string& id_or_slug) {
  auto row = find("tenant_id = ? AND id = ?", {tenant_id, id_or_slug});
  if (row && !*row) row = find("live_key = ?", {tenant_id + "/" + id_or_slug});
  if (!row) return tl::unexpected(row.error());
  if (!*row) return tl::unexpected(make_error("CORE_NOT_FOUND", "no Core '" + cut(id_or_slug, 80) + "'"));
  return std::move(**row);
}

Result<std::optional<CoreRow>> CoreStore::by_source(const std::string& tenant_id,
                                                    const std::string& source_id) {
  return find("live_source = ?", {tenant_id + "/" + source_id});
}

Result<CorePage> CoreStore::list(const CoreQuery& query) {
  std::string where = "deleted_at IS NULL AND tenant_id = ?";
  store::Params params{query.tenant_id};
  const auto add = [&](const std::string& condition, store::Param param) {
    where += " AND " + condition;
    params.push_back(std::move(param));
  };
  if (query.status) add("status = ?", *query.status);
  if (query.source_id) add("source_id = ?", *query.source_id);
  if (query.search) add("instr(name, ?) > 0", *query.search);
  if (query.drafts == CoreQuery::Drafts::Hide)
    where += " AND (source_id IS NULL OR source_id NOT LIKE 'draft:%')";
  if (!query.cursor.empty()) {
    std::int64_t created_at_ms = 0;
    std::string id;
    if (!read_cursor(query.cursor, created_at_ms, id))
      return tl::unexpected(invalid("cursor", "is not a cursor"));
    add("(created_at < ? OR (created_at = ?", created_at_ms);
    params.push_back(created_at_ms);
    where += " AND id < ?))";
    params.push_back(id);
  }
  params.push_back(query.limit + 1);
  const std::string sql = "SELECT " + columns + " FROM mod_scaicore_cores WHERE " + where +
                          " ORDER BY created_at DESC, id DESC LIMIT ?";
  return database_.read([&](store::Connection& db) -> Result<CorePage> {
    CorePage page;
    auto done = db.query(sql, params, [&](const store::Row& row) { page.rows.push_back(read(row)); });
    if (!done) return tl::unexpected(done.error());
    if (page.rows.size() > static_cast<std::size_t>(query.limit)) {
      page.rows.pop_back();
      page.next_cursor = cursor_text(page.rows.back());
    }
    return page;
  });
}

Result<std::vector<Publication>> CoreStore::publications(const std::string& tenant_id) {
  const std::string sql = "SELECT " + columns +
                          " FROM mod_scaicore_cores WHERE deleted_at IS NULL AND tenant_id = ? ORDER BY slug";
  return database_.read([&](store::Connection& db) -> Result<std::vector<Publication>> {
    std::vector<Publication> out;
    auto done = db.query(sql, {tenant_id}, [&](const store::Row& row) {
      const CoreRow core = read(row);
      if (!is_model(core)) return;
      out.push_back(Publication{core.metadata.string_or("published_slug", ""), core.id, core.name,
                                core.description, core.created_at_ms});
    });
    if (!done) return tl::unexpected(done.error());
    return out;
  });
}

Result<std::optional<Publication>> CoreStore::publication(const std::string& tenant_id,
                                                          const std::string& slug) {
  const std::string prefix = "scaicore/" + tenant_id + "/";
  if (!slug.starts_with(prefix)) return std::optional<Publication>();
  auto core = find("live_key = ?", {tenant_id + "/" + slug.substr(prefix.size())});
  if (!core) return tl::unexpected(core.error());
  if (!*core || !is_model(**core)) return std::optional<Publication>();
  return std::optional(
      Publication{slug, (*core)->id, (*core)->name, (*core)->description, (*core)->created_at_ms});
}

/// One statement each for insert and update; the columns stand in the same order in both.
Result<void> CoreStore::write(store::Connection& db, const CoreRow& row, const std::string& bundle,
                              Write how) {
  store::Params params{
      row.slug,
      row.name,
      row.description,
      row.status,
      row.status_reason.is_null() ? store::Param(nullptr) : store::Param(to_text(row.status_reason)),
      row.runtime_mode,
      row.concurrency_mode,
      row.entity_key_field,
      row.ir_hash,
      row.source_id,
      to_text(row.plugins),
      store::Blob{identity::seal(keys_, to_text(row.environment), environment_context(row.id))},
      to_text(row.resource_limits),
      row.checkpoint_mode,
      row.privilege_level,
      to_text(row.metadata),
      row.created_by,
      row.created_at_ms,
      row.updated_at_ms,
      row.started_at_ms,
      row.tenant_id + "/" + row.slug,
      row.source_id ? store::Param(row.tenant_id + "/" + *row.source_id) : store::Param(nullptr),
      row.tenant_id,
      row.id};
  static const std::string insert_sql =
      "INSERT INTO mod_scaicore_cores (slug, name, description, status, status_reason, runtime_mode, "
      "concurrency_mode, entity_key_field, ir_hash, source_id, plugins, environment, resource_limits, "
      "checkpoint_mode, privilege_level, metadata, created_by, created_at, updated_at, started_at, live_key, "
      "live_source, tenant_id, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?, ?)";
  static const std::string update_sql =
      "UPDATE mod_scaicore_cores SET slug = ?, name = ?, description = ?, status = ?, status_reason = ?, "
      "runtime_mode = ?, concurrency_mode = ?, entity_key_field = ?, ir_hash = ?, source_id = ?, plugins = "
      "?, "
      "environment = ?, resource_limits = ?, checkpoint_mode = ?, privilege_level = ?, metadata = ?, "
      "created_by = ?, "
      "created_at = ?, updated_at = ?, started_at = ?, live_key = ?, live_source = ? "
      "WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";
  auto written = db.execute(how == Write::Insert ? insert_sql : update_sql, params);
  if (!written && written.error().code == store::db_error::UniqueViolation) {
    return tl::unexpected(make_error("SLUG_CONFLICT", "a Core with the slug '" + row.slug + "' exists"));
  }
  if (!written) return tl::unexpected(written.error());
  if (*written == 0) return tl::unexpected(make_error("CORE_NOT_FOUND", "no Core '" + row.id + "'"));
  if (bundle.empty()) return {};
  auto version = core::put_core_version(db, row.id, bundle, row.created_by, row.updated_at_ms);
  if (!version) return tl::unexpected(version.error());
  const auto module = ir::decode(bundle);
  const bool draft = row.source_id && row.source_id->starts_with("draft:");
  if (!module || draft) return {};
  return TriggerStore::replace(db, row.tenant_id, row.id, module->triggers, row.updated_at_ms);
}

Result<void> CoreStore::insert(const CoreRow& row, const std::string& bundle) {
  return database_.write_sync(
      store::Database::Unit([&](store::Connection& db) { return write(db, row, bundle, Write::Insert); }));
}

Result<void> CoreStore::update(const CoreRow& row, const std::string& bundle) {
  return database_.write_sync(
      store::Database::Unit([&](store::Connection& db) { return write(db, row, bundle, Write::Update); }));
}

Result<void> CoreStore::remove(const CoreRow& row) {
  return database_.write_sync(store::Database::Unit([&](store::Connection& db) -> Result<void> {
    auto changed = db.execute(
        "UPDATE mod_scaicore_cores SET deleted_at = ?, live_key = NULL, live_source = NULL WHERE id = ?",
        {net::wall_ms(), row.id});
    return changed ? TriggerStore::drop(db, row.id) : tl::unexpected(changed.error());
  }));
}

Result<std::optional<std::string>> CoreStore::bundle(const std::string& core_id, const std::string& ir_hash) {
  return database_.read([&](store::Connection& db) {
    return db.query_one("SELECT bundle FROM mod_scaicore_core_versions WHERE core_id = ? AND ir_hash = ?",
                        {core_id, ir_hash}, [](const store::Row& row) { return row.string(0); });
  });
}

Result<bool> CoreStore::has_ir(const std::string& tenant_id, const std::string& ir_hash) {
  auto found = database_.read([&](store::Connection& db) {
    return db.query_one(
        "SELECT 1 FROM mod_scaicore_core_versions v JOIN mod_scaicore_cores c ON c.id = v.core_id "
        "WHERE v.ir_hash = ? AND c.tenant_id = ? LIMIT 1",
        {ir_hash, tenant_id}, [](const store::Row& row) { return row.integer(0); });
  });
  if (!found) return tl::unexpected(found.error());
  return found->has_value();
}

Result<std::optional<std::string>> CoreStore::ir_of(const std::string& core_id, const std::string& version) {
  return database_.read([&](store::Connection& db) {
    return db.query_one(
        "SELECT ir_hash FROM mod_scaicore_core_versions WHERE core_id = ? AND version = ? ORDER BY "
        "created_at DESC LIMIT 1",
        {core_id, version}, [](const store::Row& row) { return row.string(0); });
  });
}

Result<std::vector<Json>> CoreStore::versions(const CoreRow& row) {
  return database_.read([&](store::Connection& db) -> Result<std::vector<Json>> {
    std::vector<Json> out;
    auto done = db.query(
        "SELECT ir_hash, version, created_at, created_by, (SELECT count(*) FROM mod_scaicore_executions e "
        "WHERE e.core_id = v.core_id AND e.ir_hash = v.ir_hash) FROM mod_scaicore_core_versions v "
        "WHERE core_id = ? ORDER BY created_at DESC, ir_hash",
        {row.id}, [&](const store::Row& version) {
          const std::string hash = version.string(0);
          out.push_back(Json::object({{"ir_hash", hash},
                                      {"version", version.string(1)},
                                      {"created_at", net::wire_time(version.integer(2))},
                                      {"created_by", version.string(3)},
                                      {"current", row.ir_hash == hash},
                                      {"executions", version.integer(4)}}));
        });
    if (!done) return tl::unexpected(done.error());
    return out;
  });
}

Result<core::CoreSpec> CoreStore::by_id(const std::string& core_id) {
  auto row = find("id = ?", {core_id});
  if (!row) return tl::unexpected(row.error());
  if (!*row) return tl::unexpected(make_error("CORE_NOT_FOUND", "no Core '" + core_id + "'"));
  return core_spec(**row);
}

Result<core::CoreSpec> CoreStore::by_slug(const std::string& tenant_slug, const std::string& slug) {
  auto row = find("live_key = ?", {tenant_slug + "/" + slug});
  if (!row) return tl::unexpected(row.error());
  if (!*row)
    return tl::unexpected(make_error("CORE_NOT_FOUND", "no Core '" + tenant_slug + "/" + slug + "'"));
  return core_spec(**row);
}

}  // namespace scaiflow::grid
