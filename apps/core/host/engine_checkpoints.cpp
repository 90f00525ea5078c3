// Checkpoints from outside: reading, resolving, cancelling, reassigning (08 §8.9).
#include <algorithm>

#include "apps/core/host/engine_impl.h"
#include "libs/base/json_text.h"
#include "libs/net/clock.h"

namespace scaiflow::core {

namespace {

using store::Connection;

Result<Json> read_checkpoint(Connection& db, const std::string& tenant_id, const std::string& id) {
  Json out;
  Result<void> read = db.query(std::string("SELECT ") + checkpoint_columns +
                                   " FROM mod_scaicore_checkpoints WHERE id = ? AND tenant_id = ?",
                               {id, tenant_id}, [&](const store::Row& row) { out = checkpoint_record(row); });
  if (!read) return tl::unexpected(read.error());
  if (out.is_null()) return fail("CHECKPOINT_NOT_FOUND", "no such checkpoint");
  return out;
}

Result<void> must_be_pending(const Json& checkpoint) {
  const std::string status = checkpoint.string_or("status", "");
  if (status == "pending") return {};
  if (status == "resolved") return fail("CHECKPOINT_ALREADY_RESOLVED", "the checkpoint was resolved before");
  return fail("CHECKPOINT_NOT_PENDING", "the checkpoint is " + status);
}

/// Text is read as `{decision: text}`; the decision must be one of the options, when there are any.
Result<Json> resolution_of(const Json& checkpoint, const Json& given) {
  const bool is_object = given.is_object();
  if (!is_object && !given.is_string()) {
    return tl::unexpected(Error{
        "VALIDATION_ERROR", "resolution: expected text or an object", Retry::Never,
        Json::array({Json::object({{"field", "resolution"}, {"message", "expected text or an object"}})})});
  }
  const Json resolution = is_object ? given : Json::object({{"decision", given}});
  const Json& options = checkpoint["options"];
  if (checkpoint.string_or("checkpoint_type", "") == "debug_breakpoint") return resolution;
  if (!options.is_array() || options.size() == 0) return resolution;
  const Json& chosen = resolution["decision"].is_null() ? resolution["value"] : resolution["decision"];
  const auto& list = options.as_array();
  if (std::find(list.begin(), list.end(), chosen) != list.end()) return resolution;
  return tl::unexpected(Error{
      "CHECKPOINT_OPTION_INVALID", "the decision is not one of the options", Retry::Never,
      Json::array(
          {Json::object({{"field", "resolution.decision"}, {"message", "is not one of the options"}})})});
}

/// Closes a pending row; who comes second finds none.
Result<void> close_row(Connection& db, const std::string& id, const std::string& status,
                       const Json& resolution, const std::string& by,
                       const std::optional<std::string>& comment, std::int64_t now_ms) {
  auto changed = db.execute(
      "UPDATE mod_scaicore_checkpoints SET status = ?, resolution = ?, resolved_by = ?, resolved_at = ?, "
      "comment = ? WHERE id = ? "
      "AND status = 'pending'",
      {status, resolution.is_null() ? store::Param(nullptr) : store::Param(to_text(resolution)), by, now_ms,
       comment, id});
  if (!changed) return tl::unexpected(changed.error());
  if (*changed == 1) return {};
  return fail("CHECKPOINT_NOT_PENDING", "the checkpoint is no longer pending");
}

/// What closing a checkpoint from outside writes, in one transaction: row, wake-up, event, queue message.
Result<Json> close(Host& host, Connection& db, const CheckpointClosing& closing) {
  Result<Json> checkpoint = read_checkpoint(db, closing.tenant_id, closing.id);
  if (!checkpoint) return checkpoint;
  if (Result<void> pending = must_be_pending(*checkpoint); !pending) return tl::unexpected(pending.error());
  if (closing.message_id && checkpoint->string_or("queue_message_id", "") != *closing.message_id)
    return fail("CHECKPOINT_NOT_FOUND", "the checkpoint knows no such message");
  const std::int64_t now_ms = host.wall_ms();
  Json resolution;
  machine::EventBody body = machine::CheckpointCancelled{closing.id, closing.reason};
  if (closing.status == "resolved") {
    Result<Json> checked = resolution_of(*checkpoint, closing.resolution);
    if (!checked) return checked;
    resolution = std::move(*checked);
    body = machine::CheckpointResolved{closing.id,      resolution,  closing.by, machine::iso_time(now_ms),
                                       closing.comment, std::nullopt};
  }
  Result<void> closed =
      close_row(db, closing.id, closing.status, resolution, closing.by, closing.comment, now_ms);
  if (!closed) return tl::unexpected(closed.error());
  const std::string execution_id = checkpoint->string_or("execution_id", "");
  Result<void> sent =
      insert_mail(db, {execution_id, "cp:" + closing.id, machine::type_of(body), encode_body(body)}, now_ms);
  if (!sent) return tl::unexpected(sent.error());
  EventBatch batch{closing.tenant_id, checkpoint->string_or("core_id", ""), execution_id, {}, {}};
  batch.events.push_back(Json::array({"scaicore.checkpoint_resolved", now_ms,
                                      Json::object({{"checkpoint_id", closing.id},
                                                    {"execution_id", execution_id},
                                                    {"node_id", (*checkpoint)["node_id"]},
                                                    {"status", closing.status},
                                                    {"resolved_by", closing.by}})}));
  if (Result<void> told = insert_events(db, batch, host.event_ids); !told)
    return tl::unexpected(told.error());
  Result<Json> after = read_checkpoint(db, closing.tenant_id, closing.id);
  if (!after) return after;
  if (host.ports.bridge && !(*after)["queue_message_id"].is_null()) {
    Result<void> told = host.ports.bridge->close_review(db, *after, closing.status);
    if (!told) return tl::unexpected(told.error());
  }
  return after;
}

void wake(Host& host, const std::string& execution_id) {
  host.hub.committed();
  if (!execution_id.empty()) host.runner_of(execution_id).mail(execution_id);
}

void run_close(Host& host, CheckpointClosing closing, std::function<void(Result<Json>)> done) {
  auto after = std::make_shared<Json>();
  host.database.write(
      [&host, closing = std::move(closing), after](Connection& db) -> Result<void> {
        Result<Json> closed = close(host, db, closing);
        if (!closed) return tl::unexpected(closed.error());
        *after = std::move(*closed);
        return {};
      },
      [&host, after, done = std::move(done)](const Result<void>& written) {
        if (!written) return done(tl::unexpected(written.error()));
        wake(host, after->string_or("execution_id", ""));
        done(*after);
      });
}

}  // namespace

Result<Json> EngineImpl::close_checkpoint(Connection& db, const CheckpointClosing& closing) {
  return close(*host_, db, closing);
}

void EngineImpl::unit_committed(const std::string& execution_id) { wake(*host_, execution_id); }

Result<Json> EngineImpl::get_checkpoint(const std::string& tenant_id, const std::string& id) {
  return host_->database.read([&](Connection& db) { return read_checkpoint(db, tenant_id, id); });
}

Result<Page> EngineImpl::list_checkpoints(const CheckpointFilter& filter) {
  // A narrower filter than the tenant leads the search: the plus takes its index away.
  const bool narrow = filter.core_id || filter.execution_id || filter.assignee_raw;
  std::string sql = std::string("SELECT ") + checkpoint_columns + " FROM mod_scaicore_checkpoints WHERE " +
                    (narrow ? "+tenant_id = ?" : "tenant_id = ?");
  store::Params params{filter.tenant_id};
  const auto where = [&](const std::optional<std::string>& value, const char* condition) {
    if (!value) return;
    sql += condition;
    params.emplace_back(*value);
  };
  where(filter.core_id, " AND core_id = ?");
  where(filter.execution_id, " AND execution_id = ?");
  where(filter.assignee_raw, " AND assignee_raw = ?");
  where(filter.checkpoint_type, " AND checkpoint_type = ?");
  if (filter.status == "failed") {
    sql += " AND status IN ('expired', 'cancelled')";
  } else if (filter.status != "all") {
    where(filter.status, " AND status = ?");
  }
  const std::size_t first = filter.cursor.find('.'), second = filter.cursor.find('.', first + 1);
  if (!filter.cursor.empty()) {
    if (first == std::string::npos || second == std::string::npos)
      return fail("VALIDATION_ERROR", "the cursor cannot be read");
    sql += " AND (priority_rank, created_at, id) > (?, ?, ?)";
    params.emplace_back(static_cast<std::int64_t>(std::strtoll(filter.cursor.c_str(), nullptr, 10)));
    params.emplace_back(
        static_cast<std::int64_t>(std::strtoll(filter.cursor.c_str() + first + 1, nullptr, 10)));
    params.emplace_back(filter.cursor.substr(second + 1));
  }
  sql += " ORDER BY priority_rank, created_at, id LIMIT ?";
  params.emplace_back(filter.limit + 1);
  JsonArray items;
  std::vector<std::string> cursors;
  Result<void> read = host_->database.read([&](Connection& db) {
    return db.query(sql, params, [&](const store::Row& row) {
      items.push_back(checkpoint_record(row));
      cursors.push_back(std::to_string(row.integer(31)) + "." + std::to_string(row.integer(28)) + "." +
                        row.string(0));
    });
  });
  if (!read) return tl::unexpected(read.error());
  const bool more = static_cast<std::int64_t>(items.size()) > filter.limit;
  if (more) items.pop_back();
  const Json next = more ? Json(cursors[items.size() - 1]) : Json();
  return Json::object({{"items", std::move(items)}, {"next_cursor", next}, {"has_more", more}});
}

void EngineImpl::resolve_checkpoint(const std::string& tenant_id, const std::string& id, Json resolution,
                                    const std::string& by, std::optional<std::string> comment,
                                    std::function<void(Result<Json>)> done) {
  run_close(*host_, {tenant_id, id, "resolved", by, {}, std::move(resolution), std::move(comment), {}},
            std::move(done));
}

void EngineImpl::cancel_checkpoint(const std::string& tenant_id, const std::string& id,
                                   const std::string& reason, const std::string& by,
                                   std::function<void(Result<Json>)> done) {
  run_close(*host_, {tenant_id, id, "cancelled", by, reason.empty() ? "user" : reason, {}, {}, {}},
            std::move(done));
}

void EngineImpl::reassign_checkpoint(const std::string& tenant_id, const std::string& id,
                                     const std::string& assignee, std::function<void(Result<Json>)> done) {
  auto after = std::make_shared<Json>();
  host_->database.write(
      [tenant_id, id, assignee, after](Connection& db) -> Result<void> {
        Result<Json> checkpoint = read_checkpoint(db, tenant_id, id);
        if (!checkpoint) return tl::unexpected(checkpoint.error());
        if (Result<void> pending = must_be_pending(*checkpoint); !pending) return pending;
        const std::string type = assignee_type_of(assignee);
        const Json resolved = resolved_assignee(assignee);
        auto changed = db.execute(
            "UPDATE mod_scaicore_checkpoints SET assignee_raw = ?, assignee_type = ?, assignee_resolved = ? "
            "WHERE id = ? AND "
            "status = 'pending'",
            {assignee, type, resolved.is_null() ? store::Param(nullptr) : store::Param(to_text(resolved)),
             id});
        if (!changed) return tl::unexpected(changed.error());
        Result<Json> now = read_checkpoint(db, tenant_id, id);
        if (!now) return tl::unexpected(now.error());
        *after = std::move(*now);
        return {};
      },
      [after, done = std::move(done)](const Result<void>& written) {
        if (written) {
          done(*after);
        } else {
          done(tl::unexpected(written.error()));
        }
      });
}

}  // namespace scaiflow::core
