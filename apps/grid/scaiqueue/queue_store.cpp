#include "apps/grid/scaiqueue/queue_store.h"

#include <algorithm>

#include "apps/grid/envelope.h"
#include "apps/grid/scaiqueue/queue_rules.h"
#include "generated/cpp/limits.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::grid {

namespace {

using store::Connection;
using Unit = store::Database::Unit;

Result<std::int64_t> count(Connection& db, const std::string& sql, const store::Params& params) {
  auto row = db.query_one(sql, params, [](const store::Row& r) { return r.integer(0); });
  if (!row) return tl::unexpected(row.error());
  return row->value_or(0);
}

Result<Json> scope_record(Connection& db, const ScopeRow& row) {
  const auto queues = count(db, "SELECT COUNT(*) FROM mod_scaiqueue_queues WHERE scope_id = ?", {row.id});
  if (!queues) return tl::unexpected(queues.error());
  return Json::object({{"id", row.id},
                       {"slug", row.slug},
                       {"display_name", row.display_name},
                       {"description", row.description},
                       {"status", row.status},
                       {"queue_count", *queues},
                       {"created_at", net::wire_time(row.created_at_ms)}});
}

Result<Json> queue_record(Connection& db, const QueueRow& row) {
  const std::string depth = "SELECT COUNT(*) FROM mod_scaiqueue_messages WHERE queue_id = ? AND state = ?";
  const auto pending = count(db, depth, {row.id, "pending"});
  const auto claimed = count(db, depth, {row.id, "claimed"});
  if (!pending || !claimed) return tl::unexpected(pending ? claimed.error() : pending.error());
  return Json::object({{"id", row.id},
                       {"scope_id", row.scope_id},
                       {"slug", row.slug},
                       {"display_name", row.display_name},
                       {"description", row.description},
                       {"ordering", row.ordering},
                       {"consumer_mode", row.consumer_mode},
                       {"max_retries", row.max_retries},
                       {"visibility_timeout_s", row.visibility_timeout_s},
                       {"max_depth", row.max_depth ? Json(*row.max_depth) : Json()},
                       {"overflow_policy", row.overflow_policy},
                       {"purpose", row.purpose},
                       {"is_system", row.is_system},
                       {"status", row.status},
                       {"depth_pending", *pending},
                       {"depth_claimed", *claimed}});
}

Result<void> read_number(const Json& fields, const char* name, std::int64_t least, std::int64_t most,
                         std::int64_t& out) {
  const Json& value = fields[name];
  if (value.is_null()) return {};
  if (!value.is_int() || value.as_int() < least || value.as_int() > most) {
    return tl::unexpected(invalid(
        name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most)));
  }
  out = value.as_int();
  return {};
}

Result<std::string> slug_of_fields(const Json& fields) {
  const std::string slug = fields.string_or("slug", "");
  if (is_slug(slug)) return slug;
  return tl::unexpected(invalid("slug", "must be lower-case letters, digits and single dashes"));
}

/// The fields that a queue may change later.
Result<void> read_changes(const Json& fields, QueueRow& row) {
  row.display_name = cut(fields.string_or("display_name", row.display_name), 200);
  row.description = cut(fields.string_or("description", row.description), 2'000);
  if (auto read = read_number(fields, "max_retries", 0, 100, row.max_retries); !read) return read;
  if (auto read = read_number(fields, "visibility_timeout_s", 1, limits::visibility_timeout_s_max,
                              row.visibility_timeout_s);
      !read)
    return read;
  std::int64_t depth = row.max_depth.value_or(0);
  if (auto read = read_number(fields, "max_depth", 1, 1'000'000'000, depth); !read) return read;
  if (depth > 0) row.max_depth = depth;
  row.overflow_policy = fields.string_or("overflow_policy", row.overflow_policy);
  if (row.overflow_policy == "reject" || row.overflow_policy == "drop_oldest") return {};
  return tl::unexpected(invalid("overflow_policy", "must be one of reject, drop_oldest"));
}

/// `consumer_mode` of ScaiFlow names an ordering, or broadcast (08 §8.13).
Result<void> read_modes(const Json& fields, QueueRow& row) {
  const std::string mode = fields.string_or("consumer_mode", row.consumer_mode);
  row.ordering = fields.string_or("ordering", row.ordering);
  const bool is_mode = mode == "broadcast" || mode == "competing";
  row.consumer_mode = is_mode ? mode : "competing";
  if (!is_mode) row.ordering = mode;
  const char* const orderings[] = {"fifo", "priority", "deadline"};
  if (std::find(std::begin(orderings), std::end(orderings), row.ordering) != std::end(orderings)) return {};
  return tl::unexpected(invalid("consumer_mode", "must be one of fifo, priority, deadline, broadcast"));
}

/// Runs `act(db, scope)` in a write; its value.
template <class Act>
auto in_scope(store::Database& database, const std::string& tenant_id, const std::string& scope, Act act) {
  return database.write_sync([&](Connection& db) -> decltype(act(db, std::declval<const ScopeRow&>())) {
    const auto found = find_scope(db, tenant_id, scope);
    if (!found) return tl::unexpected(found.error());
    return act(db, *found);
  });
}

template <class Act>
auto read_scope_of(store::Database& database, const std::string& tenant_id, const std::string& scope,
                   Act act) {
  return database.read([&](Connection& db) -> decltype(act(db, std::declval<const ScopeRow&>())) {
    const auto found = find_scope(db, tenant_id, scope);
    if (!found) return tl::unexpected(found.error());
    return act(db, *found);
  });
}

}  // namespace

Result<Json> QueueStore::create_scope(const std::string& tenant_id, const Json& fields) {
  const auto slug = slug_of_fields(fields);
  if (!slug) return tl::unexpected(slug.error());
  const std::string id = net::new_id("sc_");
  auto done = database_.write_sync(Unit([&](Connection& db) -> Result<void> {
    auto inserted =
        run(db,
            "INSERT INTO mod_scaiqueue_scopes (id, tenant_id, slug, display_name, description, status, "
            "created_at) VALUES (?, ?, ?, ?, ?, 'active', ?)",
            {id, tenant_id, *slug, cut(fields.string_or("display_name", *slug), 200),
             cut(fields.string_or("description", ""), 2'000), net::wall_ms()});
    if (!inserted && inserted.error().code == store::db_error::UniqueViolation)
      return fail("SLUG_CONFLICT", "a scope with the slug '" + *slug + "' exists");
    if (!inserted) return inserted;
    for (const char* system : {"_dead_letter", "_events", "_audit", "_integrity", "_corrections"}) {
      QueueRow row;
      row.id = net::new_id("q_");
      row.tenant_id = tenant_id;
      row.scope_id = id;
      row.slug = row.display_name = system;
      row.is_system = true;
      if (auto made = insert_queue(db, row); !made) return made;
    }
    return {};
  }));
  if (!done) return tl::unexpected(done.error());
  return get_scope(tenant_id, id);
}

Result<Json> QueueStore::get_scope(const std::string& tenant_id, const std::string& scope) {
  return read_scope_of(database_, tenant_id, scope, scope_record);
}

Result<std::vector<Json>> QueueStore::list_scopes(const std::string& tenant_id,
                                                  const std::optional<std::string>& slug) {
  return database_.read([&](Connection& db) -> Result<std::vector<Json>> {
    std::vector<ScopeRow> rows;
    auto done =
        db.query("SELECT " + scope_columns + " FROM mod_scaiqueue_scopes WHERE tenant_id = ? ORDER BY slug",
                 {tenant_id}, [&](const store::Row& row) {
                   if (!slug || row.text(2) == *slug) rows.push_back(read_scope(row));
                 });
    if (!done) return tl::unexpected(done.error());
    std::vector<Json> out;
    for (const ScopeRow& row : rows) {
      auto record = scope_record(db, row);
      if (!record) return tl::unexpected(record.error());
      out.push_back(std::move(*record));
    }
    return out;
  });
}

Result<Json> QueueStore::patch_scope(const std::string& tenant_id, const std::string& scope,
                                     const Json& fields) {
  return in_scope(database_, tenant_id, scope, [&](Connection& db, const ScopeRow& row) -> Result<Json> {
    auto done = run(db, "UPDATE mod_scaiqueue_scopes SET display_name = ?, description = ? WHERE id = ?",
                    {cut(fields.string_or("display_name", row.display_name), 200),
                     cut(fields.string_or("description", row.description), 2'000), row.id});
    if (!done) return tl::unexpected(done.error());
    return scope_record(db, *find_scope(db, tenant_id, row.id));
  });
}

Result<Json> QueueStore::set_scope_status(const std::string& tenant_id, const std::string& scope,
                                          const std::string& status) {
  return in_scope(database_, tenant_id, scope, [&](Connection& db, const ScopeRow& row) -> Result<Json> {
    auto done = run(db, "UPDATE mod_scaiqueue_scopes SET status = ? WHERE id = ?", {status, row.id});
    if (!done) return tl::unexpected(done.error());
    return scope_record(db, *find_scope(db, tenant_id, row.id));
  });
}

Result<Json> QueueStore::create_queue(const std::string& tenant_id, const std::string& scope,
                                      const Json& fields) {
  QueueRow row;
  const auto slug = slug_of_fields(fields);
  if (!slug) return tl::unexpected(slug.error());
  row.id = net::new_id("q_");
  row.tenant_id = tenant_id;
  row.slug = row.display_name = *slug;
  row.purpose = cut(fields.string_or("purpose", "custom"), 80);
  if (auto read = read_modes(fields, row); !read) return tl::unexpected(read.error());
  if (auto read = read_changes(fields, row); !read) return tl::unexpected(read.error());
  return in_scope(database_, tenant_id, scope, [&](Connection& db, const ScopeRow& parent) -> Result<Json> {
    row.scope_id = parent.id;
    if (auto made = insert_queue(db, row); !made) return tl::unexpected(made.error());
    return queue_record(db, row);
  });
}

Result<Json> QueueStore::get_queue(const std::string& tenant_id, const std::string& scope,
                                   const std::string& queue) {
  return database_.read([&](Connection& db) -> Result<Json> {
    const auto row = find_queue(db, tenant_id, scope, queue);
    if (!row) return tl::unexpected(row.error());
    return queue_record(db, *row);
  });
}

Result<std::vector<Json>> QueueStore::list_queues(const std::string& tenant_id, const std::string& scope) {
  return read_scope_of(
      database_, tenant_id, scope, [&](Connection& db, const ScopeRow& parent) -> Result<std::vector<Json>> {
        std::vector<QueueRow> rows;
        auto done = db.query(
            "SELECT " + queue_columns + " FROM mod_scaiqueue_queues WHERE scope_id = ? ORDER BY slug",
            {parent.id}, [&](const store::Row& row) { rows.push_back(read_queue(row)); });
        if (!done) return tl::unexpected(done.error());
        std::vector<Json> out;
        for (const QueueRow& row : rows) {
          auto record = queue_record(db, row);
          if (!record) return tl::unexpected(record.error());
          out.push_back(std::move(*record));
        }
        return out;
      });
}

Result<Json> QueueStore::patch_queue(const std::string& tenant_id, const std::string& scope,
                                     const std::string& queue, const Json& fields) {
  return database_.write_sync([&](Connection& db) -> Result<Json> {
    auto row = find_queue(db, tenant_id, scope, queue);
    if (!row) return tl::unexpected(row.error());
    QueueRow modes = *row;
    if (auto read = read_modes(fields, modes); !read) return tl::unexpected(read.error());
    const bool given = fields.contains("ordering") || fields.contains("consumer_mode");
    if (given && (modes.ordering != row->ordering || modes.consumer_mode != row->consumer_mode))
      return tl::unexpected(invalid("consumer_mode", "ordering and consumer mode cannot change"));
    if (auto read = read_changes(fields, *row); !read) return tl::unexpected(read.error());
    auto done = run(db,
                    "UPDATE mod_scaiqueue_queues SET display_name = ?, description = ?, max_retries = ?, "
                    "visibility_timeout_s = ?, max_depth = ?, overflow_policy = ? WHERE id = ?",
                    {row->display_name, row->description, row->max_retries, row->visibility_timeout_s,
                     row->max_depth, row->overflow_policy, row->id});
    if (!done) return tl::unexpected(done.error());
    return queue_record(db, *row);
  });
}

Result<Json> QueueStore::set_queue_status(const std::string& tenant_id, const std::string& scope,
                                          const std::string& queue, const std::string& status) {
  return database_.write_sync([&](Connection& db) -> Result<Json> {
    auto row = find_queue(db, tenant_id, scope, queue);
    if (!row) return tl::unexpected(row.error());
    row->status = status;
    auto done = run(db, "UPDATE mod_scaiqueue_queues SET status = ? WHERE id = ?", {status, row->id});
    if (!done) return tl::unexpected(done.error());
    return queue_record(db, *row);
  });
}

Result<Json> QueueStore::purge_queue(const std::string& tenant_id, const std::string& scope,
                                     const std::string& queue, const std::string& actor) {
  return database_.write_sync([&](Connection& db) -> Result<Json> {
    const auto row = find_queue(db, tenant_id, scope, queue);
    if (!row) return tl::unexpected(row.error());
    // A review belongs to its checkpoint, which alone may close it.
    auto changed = db.execute(
        "UPDATE mod_scaiqueue_messages SET state = 'cancelled', completed_at = ? WHERE queue_id = ? AND "
        "state = 'pending' AND message_type <> 'hitl_request'",
        {net::wall_ms(), row->id});
    if (!changed) return tl::unexpected(changed.error());
    const Json about =
        Json::object({{"tenant_id", tenant_id}, {"scope_id", row->scope_id}, {"queue_id", row->id}});
    const Json details = Json::object({{"purged", *changed}});
    if (auto noted = audit(db, about, actor, "purged", details); !noted) return tl::unexpected(noted.error());
    return details;
  });
}

Result<Json> QueueStore::put_pattern(const std::string& tenant_id, const std::string& scope,
                                     const Json& fields) {
  const std::string name = fields.string_or("name", "");
  if (!is_slug(name)) return tl::unexpected(invalid("name", "must be lower-case letters, digits and dashes"));
  const std::string version = fields.string_or("version", "1");
  if (auto fits = check_pattern(fields["spec"]); !fits) return tl::unexpected(fits.error());
  return in_scope(database_, tenant_id, scope, [&](Connection& db, const ScopeRow& row) -> Result<Json> {
    auto made = run(db,
                    "INSERT INTO mod_scaiqueue_patterns (scope_id, name, version, spec, created_at) VALUES "
                    "(?, ?, ?, ?, ?)",
                    {row.id, name, version, to_text(fields["spec"]), net::wall_ms()});
    if (!made && made.error().code == store::db_error::UniqueViolation)
      return fail("SLUG_CONFLICT", "pattern '" + name + "' has version " + version);
    if (!made) return tl::unexpected(made.error());
    return Json::object({{"name", name}, {"version", version}, {"spec", fields["spec"]}});
  });
}

Result<std::vector<Json>> QueueStore::list_patterns(const std::string& tenant_id, const std::string& scope) {
  return read_scope_of(
      database_, tenant_id, scope, [&](Connection& db, const ScopeRow& row) -> Result<std::vector<Json>> {
        std::vector<Json> out;
        auto done = db.query(
            "SELECT name, version, spec FROM mod_scaiqueue_patterns WHERE scope_id = ? ORDER BY name, "
            "version",
            {row.id}, [&](const store::Row& r) {
              out.push_back(Json::object({{"name", r.string(0)},
                                          {"version", r.string(1)},
                                          {"spec", try_parse_json(r.text(2)).value_or(Json())}}));
            });
        if (!done) return tl::unexpected(done.error());
        return out;
      });
}

Result<Json> QueueStore::preview_pattern(const std::string& tenant_id, const std::string& scope,
                                         const std::string& name, const Json& fields) {
  return read_scope_of(database_, tenant_id, scope, [&](Connection& db, const ScopeRow& row) {
    Json pattern = fields;
    return render_pattern(db, row.id, pattern.set("name", name));
  });
}

Result<Json> QueueStore::put_schema(const std::string& tenant_id, const std::string& scope,
                                    const std::string& name, const std::string& version, const Json& schema) {
  return in_scope(database_, tenant_id, scope, [&](Connection& db, const ScopeRow& row) -> Result<Json> {
    auto gone = run(db, "DELETE FROM mod_scaiqueue_schemas WHERE scope_id = ? AND name = ? AND version = ?",
                    {row.id, name, version});
    if (!gone) return tl::unexpected(gone.error());
    auto made = run(db,
                    "INSERT INTO mod_scaiqueue_schemas (scope_id, name, version, spec, created_at) VALUES "
                    "(?, ?, ?, ?, ?)",
                    {row.id, name, version, to_text(schema), net::wall_ms()});
    if (!made) return tl::unexpected(made.error());
    return Json::object({{"name", name}, {"version", version}, {"schema", schema}});
  });
}

Result<Json> QueueStore::get_schema(const std::string& tenant_id, const std::string& scope,
                                    const std::string& name, const std::string& version) {
  return read_scope_of(database_, tenant_id, scope, [&](Connection& db, const ScopeRow& row) -> Result<Json> {
    auto schema = find_schema(db, row.id, name, version);
    if (!schema) return schema;
    return Json::object({{"name", name}, {"version", version}, {"schema", *schema}});
  });
}

Result<Json> QueueStore::put_rules(const std::string& tenant_id, const std::string& scope,
                                   const Json& rules) {
  if (auto fits = check_rules(rules); !fits) return tl::unexpected(fits.error());
  return in_scope(database_, tenant_id, scope, [&](Connection& db, const ScopeRow& row) -> Result<Json> {
    auto done = run(db, "DELETE FROM mod_scaiqueue_rules WHERE scope_id = ?", {row.id});
    for (std::size_t i = 0; done && i < rules.size(); ++i) {
      done = run(db, "INSERT INTO mod_scaiqueue_rules (scope_id, position, rule) VALUES (?, ?, ?)",
                 {row.id, static_cast<std::int64_t>(i), to_text(rules.at(i))});
    }
    if (!done) return tl::unexpected(done.error());
    return rules;
  });
}

Result<Json> QueueStore::get_rules(const std::string& tenant_id, const std::string& scope) {
  return read_scope_of(database_, tenant_id, scope, [&](Connection& db, const ScopeRow& row) -> Result<Json> {
    auto rules = read_rules(db, row.id);
    if (!rules) return tl::unexpected(rules.error());
    return Json(JsonArray(*rules));
  });
}

Result<Json> QueueStore::list_audit(const std::string& tenant_id, const std::string& scope,
                                    const std::string& correlation_id, const std::string& cursor,
                                    std::int64_t limit) {
  return read_scope_of(database_, tenant_id, scope, [&](Connection& db, const ScopeRow& row) -> Result<Json> {
    std::string where = "scope_id = ? AND id > ?";
    store::Params params{row.id, cursor};
    if (!correlation_id.empty()) {
      where += " AND correlation_id = ?";
      params.emplace_back(correlation_id);
    }
    params.emplace_back(limit + 1);
    JsonArray items;
    std::vector<std::string> ids;
    auto done = db.query(
        "SELECT id, at, actor, action, queue_id, message_id, correlation_id, details FROM "
        "mod_scaiqueue_audit WHERE " +
            where + " ORDER BY id LIMIT ?",
        params, [&](const store::Row& r) {
          const auto text = [&](int column) { return r.is_null(column) ? Json() : Json(r.string(column)); };
          ids.push_back(r.string(0));
          items.push_back(Json::object({{"at", net::wire_time(r.integer(1))},
                                        {"actor", r.string(2)},
                                        {"action", r.string(3)},
                                        {"queue_id", text(4)},
                                        {"message_id", text(5)},
                                        {"correlation_id", text(6)},
                                        {"details", try_parse_json(r.text(7)).value_or(Json())}}));
        });
    if (!done) return tl::unexpected(done.error());
    const bool more = static_cast<std::int64_t>(items.size()) > limit;
    if (more) items.pop_back();
    const Json next = more ? Json(ids[items.size() - 1]) : Json();
    return Json::object({{"items", Json(std::move(items))}, {"next_cursor", next}, {"has_more", more}});
  });
}

}  // namespace scaiflow::grid
