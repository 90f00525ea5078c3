// Reading executions, their journals and states (08 §8.10).
#include "apps/core/host/blobs.h"
#include "apps/core/host/engine_impl.h"
#include "apps/core/machine/scope.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/net/clock.h"

namespace scaiflow::core {

namespace {

using store::Connection;
constexpr std::size_t shown_body_bytes = 4'096;

Error bad_cursor() {
  return {"VALIDATION_ERROR", "the cursor cannot be read", Retry::Never,
          Json::array({Json::object({{"field", "cursor"}, {"message", "cannot be read"}})})};
}

/// `<created_at>.<id>` of the last row seen.
struct Position {
  std::int64_t created_at = 0;
  std::string id;
};

std::optional<Position> position_of(const std::string& cursor) {
  const std::size_t dot = cursor.find('.');
  if (dot == 0 || dot == std::string::npos || dot > 18 || cursor.find_first_not_of("0123456789") != dot)
    return std::nullopt;
  return Position{std::stoll(cursor.substr(0, dot)), cursor.substr(dot + 1)};
}

void add_filters(const ExecutionFilter& filter, std::string& sql, store::Params& params) {
  const auto where = [&](const auto& value, const char* condition) {
    if (!value) return;
    sql += condition;
    params.emplace_back(*value);
  };
  where(filter.core_id, " AND core_id = ?");
  where(filter.status, " AND status = ?");
  where(filter.flow, " AND flow_name = ?");
  where(filter.trigger, " AND trigger_name = ?");
  where(filter.instance_key, " AND instance_key = ?");
  where(filter.parent, " AND parent_id = ?");
  where(filter.since_ms, " AND created_at >= ?");
  where(filter.until_ms, " AND created_at < ?");
  if (filter.node_id) {
    sql += " AND status = 'suspended' AND waiting_on LIKE ?";
    params.emplace_back("%\"node_id\":" + to_text(Json(*filter.node_id)) + "%");
  }
}

/// What belongs to the Core rather than to the row.
void add_core(Host& host, Json& record) {
  const std::string id = record.string_or("core_id", "");
  CorePtr core = host.cores.find(id);
  std::string slug;
  if (core) {
    slug = core->spec.slug;
  } else if (Result<CoreSpec> spec = host.ports.cores->by_id(id)) {
    slug = spec->slug;
  }
  record.set("core_slug", slug.empty() ? Json() : Json(slug));
}

Result<void> add_version(Connection& db, Json& record) {
  std::string version;
  Result<void> read =
      db.query("SELECT version FROM mod_scaicore_core_versions WHERE core_id = ? AND ir_hash = ?",
               {record.string_or("core_id", ""), record.string_or("ir_hash", "")},
               [&](const store::Row& row) { version = row.string(0); });
  if (!read) return read;
  record.set("version", version.empty() ? Json() : Json(version));
  std::int64_t seq = 0;
  read =
      db.query("SELECT MAX(seq) FROM mod_scaicore_journal WHERE execution_id = ?",
               {record.string_or("execution_id", "")}, [&](const store::Row& row) { seq = row.integer(0); });
  record.set("journal_seq", seq);
  return read;
}

Result<void> check_tenant(Connection& db, const std::string& tenant_id, const std::string& id) {
  bool found = false;
  Result<void> read = db.query("SELECT 1 FROM mod_scaicore_executions WHERE id = ? AND tenant_id = ?",
                               {id, tenant_id}, [&](const store::Row&) { found = true; });
  if (read && !found) return fail("EXECUTION_NOT_FOUND", "no such execution");
  return read;
}

}  // namespace

Result<Json> EngineImpl::get_execution(const std::string& tenant_id, const std::string& execution_id) {
  Json out;
  Result<void> read = host_->database.read([&](Connection& db) -> Result<void> {
    Result<std::vector<std::string>> checkpoints = pending_checkpoints(db, execution_id);
    if (!checkpoints) return tl::unexpected(checkpoints.error());
    Result<void> row = db.query(std::string("SELECT ") + execution_columns +
                                    " FROM mod_scaicore_executions WHERE id = ? AND tenant_id = ?",
                                {execution_id, tenant_id},
                                [&](const store::Row& each) { out = execution_record(each, *checkpoints); });
    if (!row) return row;
    if (out.is_null()) return fail("EXECUTION_NOT_FOUND", "no such execution");
    return add_version(db, out);
  });
  if (!read) return tl::unexpected(read.error());
  add_core(*host_, out);
  return out;
}

Result<Page> EngineImpl::list_executions(const ExecutionFilter& filter) {
  std::string sql =
      std::string("SELECT ") + execution_columns + " FROM mod_scaicore_executions WHERE tenant_id = ?";
  store::Params params{filter.tenant_id};
  add_filters(filter, sql, params);
  if (!filter.cursor.empty()) {
    const auto at = position_of(filter.cursor);
    if (!at) return tl::unexpected(bad_cursor());
    sql += " AND (created_at < ? OR (created_at = ? AND id < ?))";
    params.insert(params.end(), {at->created_at, at->created_at, at->id});
  }
  sql += " ORDER BY created_at DESC, id DESC LIMIT ?";
  params.emplace_back(filter.limit + 1);
  JsonArray items;
  std::vector<std::string> cursors;
  Result<void> read = host_->database.read([&](Connection& db) -> Result<void> {
    Result<void> rows = db.query(sql, params, [&](const store::Row& row) {
      Json record = execution_record(row, {});
      cursors.push_back(std::to_string(row.integer(22)) + "." + row.string(0));
      record.erase("input").erase("output");
      items.push_back(std::move(record));
    });
    if (!rows) return rows;
    for (Json& item : items) {
      if (item.string_or("status", "") != "suspended") continue;
      Result<std::vector<std::string>> checkpoints =
          pending_checkpoints(db, item.string_or("execution_id", ""));
      if (!checkpoints) return tl::unexpected(checkpoints.error());
      JsonArray ids(checkpoints->begin(), checkpoints->end());
      item.set("checkpoint_id", ids.empty() ? Json() : ids.front());
      item.set("checkpoint_ids", std::move(ids));
    }
    return {};
  });
  if (!read) return tl::unexpected(read.error());
  const bool more = static_cast<std::int64_t>(items.size()) > filter.limit;
  if (more) items.pop_back();
  for (Json& item : items) add_core(*host_, item);
  const Json next = more ? Json(cursors[items.size() - 1]) : Json();
  return Json::object({{"items", std::move(items)}, {"next_cursor", next}, {"has_more", more}});
}

namespace {

/// Where an event belongs: `execution:block:occurrence...` of its effect.
void add_place(const machine::Program* program, const Json& body, JsonObject& out) {
  const std::string effect_id = body.string_or("effect_id", "");
  const std::size_t first = effect_id.find(':');
  const std::size_t second = first == std::string::npos ? first : effect_id.find(':', first + 1);
  if (second == std::string::npos) {
    for (const char* name : {"block_id", "node_id", "occurrence"}) out.append(name, nullptr);
    return;
  }
  const std::string block_id = effect_id.substr(first + 1, second - first - 1);
  const machine::BlockId block = program ? program->block_named(block_id) : -1;
  const bool has_node = block >= 0 && program->block(block).node_id();
  out.append("block_id", block_id);
  out.append("node_id", has_node ? Json(*program->block(block).node_id()) : Json());
  out.append("occurrence",
             static_cast<std::int64_t>(std::strtoll(effect_id.c_str() + second + 1, nullptr, 10)));
}

Json journal_item(const DecodedRecord& record, std::int64_t bytes, const machine::Program* program,
                  BodySize size) {
  Json body = machine::to_json(record.event.body);
  JsonObject out;
  out.append("seq", record.event.seq);
  out.append("type", machine::name_of(record.event.body));
  out.append("at", net::wire_time(record.event.at_ms));
  if (record.event.skew_ms != 0) out.append("skew_ms", record.event.skew_ms);
  add_place(program, body, out);
  const std::string reused = body["meta"].string_or("reused_from", body.string_or("reused_from", ""));
  if (size == BodySize::Cut && machine::json_bytes(body, shown_body_bytes) > shown_body_bytes) {
    body = Json::object({{"truncated", true}, {"text", cut(to_text(body), shown_body_bytes)}});
  }
  out.append("body", std::move(body));
  out.append("bytes", bytes);
  if (!reused.empty()) out.append("reused_from", reused);
  return out;
}

}  // namespace

Result<Page> EngineImpl::read_journal(const std::string& tenant_id, const std::string& execution_id,
                                      std::int64_t after, std::int64_t limit, BodySize size) {
  Result<std::vector<Record>> records =
      host_->database.read([&](Connection& db) -> Result<std::vector<Record>> {
        if (Result<void> checked = check_tenant(db, tenant_id, execution_id); !checked)
          return tl::unexpected(checked.error());
        return read_records(db, execution_id, after, limit + 1);
      });
  if (!records) return tl::unexpected(records.error());
  const machine::ProgramPtr program = program_of(*host_, execution_id);
  const bool more = static_cast<std::int64_t>(records->size()) > limit;
  if (more) records->pop_back();
  JsonArray items;
  const PayloadReader payloads = payload_reader(*host_, tenant_id);
  for (const Record& record : *records) {
    Result<DecodedRecord> decoded = decode_record(record, payloads);
    if (!decoded) return tl::unexpected(decoded.error());
    items.push_back(
        journal_item(*decoded, static_cast<std::int64_t>(record.body.size()), program.get(), size));
  }
  const Json next = more ? Json(std::to_string(records->back().seq)) : Json();
  return Json::object({{"items", std::move(items)}, {"next_cursor", next}, {"has_more", more}});
}

namespace {

Json frame_json(const machine::Program& program, const machine::Frame& frame) {
  if (frame.block < 0)
    return Json::object({{"block_id", nullptr}, {"node_id", nullptr}, {"kind", "body"}, {"detail", nullptr}});
  const machine::BlockEntry& block = program.block(frame.block);
  return Json::object({{"block_id", block.id()},
                       {"node_id", block.node_id() ? Json(*block.node_id()) : Json()},
                       {"kind", name_of(block.kind)},
                       {"detail", Json::object({{"occurrence", frame.occurrence}, {"index", frame.index}})}});
}

Json budgets_json(const machine::Program& program, const machine::State& state) {
  JsonArray out;
  for (const auto& [id, fiber] : state.fibers) {
    for (const machine::Frame& frame : fiber.frames) {
      if (!frame.budget) continue;
      Json each = machine::to_json(*frame.budget);
      each.set("block_id", frame.block < 0 ? Json() : Json(program.block(frame.block).id()));
      out.push_back(std::move(each));
    }
  }
  return Json(std::move(out));
}

/// Requests that are open, as they were made: secrets are references in them.
Json effects_json(const machine::Program& program, const machine::State& state) {
  JsonArray out;
  for (const auto& [id, effect] : state.effects) {
    const machine::BlockEntry& block = program.block(effect.block);
    out.push_back(Json::object(
        {{"effect_id", id},
         {"fiber", effect.fiber},
         {"block_id", block.id()},
         {"node_id", block.node_id() ? Json(*block.node_id()) : Json()},
         {"occurrence", effect.occurrence},
         {"held", effect.held},
         {"request", std::visit([](const auto& each) { return machine::to_json(each); }, effect.request)}}));
  }
  return Json(std::move(out));
}

Json state_json(const machine::Program& program, const machine::State& state) {
  const Json waits = machine::waiting_on(program, state);
  JsonArray fibers;
  for (const auto& [id, fiber] : state.fibers) {
    JsonArray frames;
    for (const machine::Frame& frame : fiber.frames) frames.push_back(frame_json(program, frame));
    const auto kind = static_cast<int>(fiber.wait.kind);
    fibers.push_back(
        Json::object({{"id", id},
                      {"name", fiber.name},
                      {"frames", std::move(frames)},
                      {"waiting_on", kind == 0 ? Json() : Json(names_of(fiber.wait.kind)[kind])}}));
  }
  const auto root = state.fibers.find(0);
  machine::Fiber ended;
  if (!state.final_bindings.is_null()) ended.bindings = state.final_bindings;
  return Json::object({{"seq", state.seq},
                       {"status", name_of(state.status)},
                       {"fibers", std::move(fibers)},
                       {"scope", machine::scope_of(state, root == state.fibers.end() ? ended : root->second)},
                       {"usage", machine::to_json(state.usage)},
                       {"budgets", budgets_json(program, state)},
                       {"effects", effects_json(program, state)},
                       {"variables", state.variables},
                       {"waiting_on", waits}});
}

}  // namespace

Result<Json> EngineImpl::read_state(const std::string& tenant_id, const std::string& execution_id,
                                    std::int64_t seq) {
  Result<void> checked =
      host_->database.read([&](Connection& db) { return check_tenant(db, tenant_id, execution_id); });
  if (!checked) return tl::unexpected(checked.error());
  Result<Loaded> loaded = fold_execution(*host_, execution_id, seq);
  if (!loaded) return tl::unexpected(loaded.error());
  return state_json(*loaded->program, loaded->state);
}

Result<StoredPayload> EngineImpl::read_payload(const std::string& tenant_id, const std::string& execution_id,
                                               const std::string& sha256) {
  return host_->database.read([&](Connection& db) -> Result<StoredPayload> {
    if (Result<void> checked = check_tenant(db, tenant_id, execution_id); !checked) {
      return tl::unexpected(checked.error());
    }
    auto found = Blob::load(db, tenant_id, sha256);
    if (!found) return tl::unexpected(found.error());
    if (!*found) return fail("EXECUTION_NOT_FOUND", "the execution has no such payload");
    return StoredPayload{std::move((*found)->type), std::move((*found)->bytes)};
  });
}

}  // namespace scaiflow::core
