// Executions as rows and as the wire shows them (08 §8.6, §8.10).
#include "apps/core/host/host.h"
#include "libs/base/json_text.h"
#include "libs/ir/msgpack.h"
#include "libs/net/clock.h"

namespace scaiflow::core {

namespace {

constexpr std::size_t depth_max = 96;

enum Column : int {
  id_c,
  tenant_c,
  core_c,
  ir_c,
  flow_c,
  trigger_kind_c,
  trigger_name_c,
  instance_c,
  status_c,
  parent_c,
  root_c,
  forked_c,
  forked_seq_c,
  invoked_c,
  identity_c,
  input_c,
  output_c,
  error_c,
  waiting_c,
  in_c,
  out_c,
  cost_c,
  created_c,
  started_c,
  suspended_c,
  finished_c,
};

Json packed(const store::Row& row, int column) {
  Json out;
  if (row.is_null(column) || ir::unpack(row.text(column), 0, depth_max, out)) return {};
  return out;
}

Json text(const store::Row& row, int column) {
  return row.is_null(column) ? Json() : Json(row.string(column));
}
Json time(const store::Row& row, int column) {
  return row.is_null(column) ? Json() : Json(net::wire_time(row.integer(column)));
}

/// The stored error as the wire shows it: `{type, message, code, location}`.
Json error_of(const store::Row& row) {
  if (row.is_null(error_c)) return {};
  machine::ErrorValue error;
  const auto json = try_parse_json(row.text(error_c));
  if (!json || !machine::from_json(*json, error)) return {};
  return machine::wire_of(error);
}

Json waiting_of(const store::Row& row, int column) {
  return wire_waiting(row.is_null(column) ? Json() : try_parse_json(row.text(column)).value_or(Json()));
}

std::int64_t duration_of(const store::Row& row) {
  if (row.is_null(started_c)) return 0;
  const int end = !row.is_null(finished_c) ? finished_c : suspended_c;
  const std::int64_t until = row.is_null(end) ? net::wall_ms() : row.integer(end);
  return std::max<std::int64_t>(until - row.integer(started_c), 0);
}

}  // namespace

Json wire_waiting(const Json& stored) {
  JsonArray out;
  if (!stored.is_array()) return Json(std::move(out));
  for (const Json& each : stored.as_array()) {
    Json shown = Json::object({{"kind", each["kind"]},
                               {"node_id", each["node_id"]},
                               {"since", net::wire_time(each.int_or("since", 0))}});
    if (each.contains("checkpoint_id")) shown.set("checkpoint_id", each["checkpoint_id"]);
    if (each.contains("due_at")) shown.set("due_at", net::wire_time(each.int_or("due_at", 0)));
    out.push_back(std::move(shown));
  }
  return Json(std::move(out));
}

const char* const execution_columns =
    "id, tenant_id, core_id, ir_hash, flow_name, trigger_kind, trigger_name, instance_key, status, "
    "parent_id, root_id, "
    "forked_from, forked_seq, invoked_by, identity, input, output, error, waiting_on, tokens_in, tokens_out, "
    "cost_micros, "
    "created_at, started_at, suspended_at, finished_at";

Json result_record(const store::Row& row, const std::vector<std::string>& checkpoint_ids) {
  JsonArray checkpoints(checkpoint_ids.begin(), checkpoint_ids.end());
  Json first = checkpoints.empty() ? Json() : checkpoints.front();
  JsonObject out;
  out.append("execution_id", row.string(id_c));
  out.append("status", row.string(status_c));
  out.append("output", packed(row, output_c));
  out.append("error", error_of(row));
  out.append("checkpoint_id", std::move(first));
  out.append("checkpoint_ids", std::move(checkpoints));
  out.append("instance_key", text(row, instance_c));
  out.append("duration_ms", duration_of(row));
  out.append("usage", Json::object({{"input_tokens", row.integer(in_c)},
                                    {"output_tokens", row.integer(out_c)},
                                    {"cost", static_cast<double>(row.integer(cost_c)) / 1e6}}));
  return out;
}

Json execution_record(const store::Row& row, const std::vector<std::string>& checkpoint_ids) {
  Json out = result_record(row, checkpoint_ids);
  out.set("core_id", row.string(core_c));
  out.set("ir_hash", row.string(ir_c));
  out.set("flow_name", row.string(flow_c));
  out.set("trigger",
          Json::object({{"kind", row.string(trigger_kind_c)}, {"name", text(row, trigger_name_c)}}));
  out.set("input", packed(row, input_c));
  out.set("parent_execution_id", text(row, parent_c));
  out.set("root_execution_id", row.string(root_c));
  out.set("forked_from", row.is_null(forked_c) ? Json()
                                               : Json::object({{"execution_id", row.string(forked_c)},
                                                               {"seq", row.integer(forked_seq_c)}}));
  out.set("invoked_by", row.string(invoked_c));
  out.set("identity", try_parse_json(row.text(identity_c)).value_or(Json()));
  out.set("waiting_on", waiting_of(row, waiting_c));
  out.set("created_at", time(row, created_c));
  out.set("started_at", time(row, started_c));
  out.set("suspended_at", time(row, suspended_c));
  out.set("finished_at", time(row, finished_c));
  return out;
}

Result<std::vector<std::string>> pending_checkpoints(store::Connection& db, const std::string& execution_id) {
  std::vector<std::string> out;
  Result<void> read = db.query(
      "SELECT id FROM mod_scaicore_checkpoints WHERE execution_id = ? AND +status = 'pending' ORDER BY "
      "created_at, id",
      {execution_id}, [&](const store::Row& row) { out.push_back(row.string(0)); });
  if (!read) return tl::unexpected(read.error());
  return out;
}

Result<Json> stored_status(store::Connection& db, const std::string& execution_id) {
  auto read =
      db.query_one("SELECT status, waiting_on FROM mod_scaicore_executions WHERE id = ?", {execution_id},
                   [](const store::Row& row) {
                     return Json::object({{"status", row.string(0)}, {"waiting_on", waiting_of(row, 1)}});
                   });
  if (!read) return tl::unexpected(read.error());
  if (!*read) return fail("EXECUTION_NOT_FOUND", "no such execution");
  return std::move(**read);
}

Result<Json> stored_result(store::Connection& db, const std::string& tenant_id,
                           const std::string& execution_id) {
  Result<std::vector<std::string>> checkpoints = pending_checkpoints(db, execution_id);
  if (!checkpoints) return tl::unexpected(checkpoints.error());
  Json out;
  Result<void> read =
      db.query(std::string("SELECT ") + execution_columns + " FROM mod_scaicore_executions WHERE id = ?",
               {execution_id}, [&](const store::Row& row) {
                 if (tenant_id.empty() || row.text(tenant_c) == tenant_id)
                   out = result_record(row, *checkpoints);
               });
  if (!read) return tl::unexpected(read.error());
  if (out.is_null()) return fail("EXECUTION_NOT_FOUND", "no such execution");
  return out;
}

}  // namespace scaiflow::core
