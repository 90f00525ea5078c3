#include "apps/core/host/turn_write.h"

#include <algorithm>
#include <iterator>

#include "libs/base/json_text.h"
#include "libs/ir/msgpack.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::core {

namespace {

using store::Blob;
using store::Connection;
using store::Param;

constexpr std::int64_t year_2020_ms = 1'577'836'800'000;

Result<void> run(Connection& db, std::string_view sql, const store::Params& params) {
  Result<std::int64_t> changed = db.execute(sql, params);
  if (!changed) return tl::unexpected(changed.error());
  return {};
}

/// One row must have changed.
Result<void> run_one(Connection& db, std::string_view sql, const store::Params& params) {
  Result<std::int64_t> changed = db.execute(sql, params);
  if (!changed) return tl::unexpected(changed.error());
  if (*changed == 1) return {};
  return fail(condition_failed, "the row was changed meanwhile");
}

Blob packed(const Json& value) {
  Blob out;
  ir::pack(out.bytes, value);
  return out;
}

Param packed_or_null(const Json& value) { return value.is_null() ? Param(nullptr) : Param(packed(value)); }
Param text_or_null(const Json& value) { return value.is_null() ? Param(nullptr) : Param(to_text(value)); }

}  // namespace

std::int64_t EventIds::next() {
  const std::int64_t ms = std::max<std::int64_t>(net::wall_ms() - year_2020_ms, last_ >> 19);
  std::int64_t id = (ms << 19) | (node_number_ << 9);
  if (id <= last_) id = last_ + 1;
  if (((id >> 9) & 1023) != node_number_)
    id = ((ms + 1) << 19) | (node_number_ << 9);  // the counter ran over
  return last_ = id;
}

std::int64_t first_event_id(std::int64_t wall_ms) {
  return std::max<std::int64_t>(wall_ms - year_2020_ms, 0) << 19;
}

namespace {

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  from.clear();
}

}  // namespace

bool TurnWrite::is_seen_by_effects() const { return conditional || !opened.empty() || !updated.empty(); }

bool TurnWrite::absorb(TurnWrite& next) {
  const bool own_condition = next.create || next.claim_epoch || !next.mail_taken.empty();
  if (own_condition || next.is_seen_by_effects()) return false;
  append(records, next.records);
  append(payloads, next.payloads);
  append(usage, next.usage);
  append(mail_sent, next.mail_sent);
  for (Json& event : next.events.events) events.events.push_back(std::move(event));
  for (Json& event : next.module_events.events) module_events.events.push_back(std::move(event));
  if (next.snapshot) {
    snapshot = std::move(next.snapshot);
    snapshot_seq = next.snapshot_seq;
  }
  if (next.timers && !(create && next.timers->empty())) timers = next.timers;
  if (next.status) {
    const auto started_at_ms = status ? status->started_at_ms : std::nullopt;
    status = next.status;
    if (!status->started_at_ms) status->started_at_ms = started_at_ms;
  }
  instance_delta += next.instance_delta;
  now_ms = next.now_ms;
  return true;
}

/// A unit follows the one before it or fails with it: a journal has no gaps.
Result<void> TurnWrite::apply(Connection& db, EventIds& ids) {
  if (!written || records.empty()) return write_parts(db, ids);
  const std::int64_t before = records.front().seq - 1;
  if (*written < before) return fail(condition_failed, "the turn before was not written");
  *written = before;
  Result<void> done = write_parts(db, ids);
  if (done) *written = records.back().seq;
  return done;
}

Result<void> TurnWrite::write_parts(Connection& db, EventIds& ids) {
  using Step = Result<void> (TurnWrite::*)(Connection&);
  for (const Step step :
       {&TurnWrite::write_execution, &TurnWrite::write_records, &TurnWrite::write_checkpoints,
        &TurnWrite::write_mail_and_timers, &TurnWrite::write_rest}) {
    if (Result<void> done = (this->*step)(db); !done) return done;
  }
  if (Result<void> done = insert_events(db, events, ids); !done) return done;
  return insert_events(db, module_events, ids);
}

Result<void> TurnWrite::write_execution(Connection& db) {
  const StatusChange change = status.value_or(StatusChange{});
  if (create) {
    const NewExecution& row = *create;
    const bool changed = status.has_value();
    return run(
        db,
        "INSERT INTO mod_scaicore_executions (id, tenant_id, core_id, ir_hash, flow_name, "
        "trigger_kind, trigger_name, "
        "instance_key, status, owner_node, owner_epoch, last_seq, snapshot_seq, journal_bytes, "
        "idem_key, idem_hash, "
        "parent_id, parent_effect, root_id, invoked_by, identity, input, output, error, waiting_on, "
        "tokens_in, "
        "tokens_out, cost_micros, created_at, started_at, suspended_at, finished_at, purge_at, forked_from, "
        "forked_seq) VALUES "
        "(?,?,?,?,?,?,?,?,?,?,1,0,0,0,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        {row.id,
         row.tenant_id,
         row.core_id,
         row.ir_hash,
         row.flow_name,
         row.trigger_kind,
         row.trigger_name,
         row.instance_key,
         changed ? change.status : row.status,
         changed ? Param(change.owner_node) : Param(row.owner_node),
         row.idem_key,
         row.idem_hash,
         row.parent_id,
         row.parent_effect,
         row.root_id,
         row.invoked_by,
         to_text(row.identity),
         packed(row.input),
         packed_or_null(change.output),
         change.error ? Param(to_text(machine::to_json(*change.error))) : Param(nullptr),
         text_or_null(change.waiting_on),
         change.usage.input_tokens,
         change.usage.output_tokens,
         change.usage.cost_micros,
         row.created_at_ms,
         row.started_at_ms,
         change.suspended_at_ms,
         change.finished_at_ms,
         change.purge_at_ms,
         row.forked_from,
         row.forked_seq});
  }
  if (claim_epoch) {
    Result<void> claimed =
        run_one(db,
                "UPDATE mod_scaicore_executions SET owner_node = ?, owner_epoch = owner_epoch + 1 "
                "WHERE id = ? AND owner_epoch = ?",
                {claim_node, execution_id, *claim_epoch});
    if (!claimed) return claimed;
  }
  if (!status) return {};
  return run_one(
      db,
      "UPDATE mod_scaicore_executions SET status = ?, owner_node = ?, waiting_on = ?, output = ?, error = ?, "
      "tokens_in = ?, tokens_out = ?, cost_micros = ?, started_at = COALESCE(started_at, ?), suspended_at = "
      "?, "
      "finished_at = ?, purge_at = ? WHERE id = ?",
      {change.status, change.owner_node, text_or_null(change.waiting_on), packed_or_null(change.output),
       change.error ? Param(to_text(machine::to_json(*change.error))) : Param(nullptr),
       change.usage.input_tokens, change.usage.output_tokens, change.usage.cost_micros, change.started_at_ms,
       change.suspended_at_ms, change.finished_at_ms, change.purge_at_ms, execution_id});
}

Result<void> TurnWrite::write_records(Connection& db) {
  for (const Payload& payload : payloads) {
    Result<std::int64_t> known = db.execute(
        "UPDATE mod_scaicore_payloads SET refs = refs + 1, touched_at = ? WHERE tenant_id = ? AND sha256 = ?",
        {now_ms, tenant_id, payload.sha256});
    if (!known) return tl::unexpected(known.error());
    if (*known > 0) continue;
    Result<void> stored =
        run(db,
            "INSERT INTO mod_scaicore_payloads (tenant_id, sha256, size, mime, body, refs, touched_at) "
            "VALUES (?,?,?,?,?,1,?)",
            {tenant_id, payload.sha256, static_cast<std::int64_t>(payload.bytes.size()),
             "application/x-msgpack", Blob{payload.bytes}, now_ms});
    if (!stored) return stored;
  }
  for (const Record& record : records) {
    Result<void> stored =
        run(db,
            "INSERT INTO mod_scaicore_journal (execution_id, seq, type, at, epoch, format, body, crc) "
            "VALUES (?,?,?,?,?,?,?,?)",
            {execution_id, record.seq, record.type, record.at_ms, record.epoch, record.format,
             Blob{record.body}, static_cast<std::int64_t>(record.crc)});
    if (!stored) return stored;
  }
  if (!snapshot) return {};
  Result<void> stored = run(
      db,
      "INSERT INTO mod_scaicore_snapshots (execution_id, seq, format, body, created_at) VALUES (?,?,2,?,?)",
      {execution_id, snapshot_seq, Blob{*snapshot}, now_ms});
  if (!stored) return stored;
  // Two are kept: this one and the one before.
  return run(db,
             "DELETE FROM mod_scaicore_snapshots WHERE execution_id = ? AND seq < (SELECT MAX(seq) FROM "
             "mod_scaicore_snapshots WHERE execution_id = ? AND seq < ?)",
             {execution_id, execution_id, snapshot_seq});
}

Result<void> TurnWrite::write_mail_and_timers(Connection& db) {
  for (const std::string& key : mail_taken) {
    Result<void> taken =
        run_one(db, "DELETE FROM mod_scaicore_mailbox WHERE execution_id = ? AND dedupe_key = ?",
                {execution_id, key});
    if (!taken) return taken;
  }
  for (const MailRow& mail : mail_sent) {
    if (Result<void> sent = insert_mail(db, mail, now_ms); !sent) return sent;
  }
  if (!timers) return {};
  if (Result<void> cleared =
          run(db, "DELETE FROM mod_scaicore_timers WHERE execution_id = ?", {execution_id});
      !cleared) {
    return cleared;
  }
  for (const TimerRow& timer : *timers) {
    Result<void> kept = run(
        db,
        "INSERT INTO mod_scaicore_timers (execution_id, timer_id, shard, due_at, kind) VALUES (?,?,0,?,?)",
        {execution_id, timer.timer_id, timer.due_at_ms, timer.kind});
    if (!kept) return kept;
  }
  return {};
}

Result<void> insert_mail(Connection& db, const MailRow& mail, std::int64_t now_ms) {
  Result<void> sent = run(db,
                          "INSERT INTO mod_scaicore_mailbox (execution_id, dedupe_key, type, body, "
                          "created_at) VALUES (?,?,?,?,?)",
                          {mail.execution_id, mail.dedupe_key, mail.type, Blob{mail.body}, now_ms});
  if (!sent && sent.error().code == store::db_error::UniqueViolation) return {};
  return sent;
}

namespace {

Result<void> record_usage(Connection& db, const UsageRecord& usage) {
  return run(
      db,
      "INSERT INTO grid_usage (id, tenant_id, at, principal_id, core_id, execution_id, block_id, provider, "
      "model, "
      "operation, tokens_in, tokens_out, tokens_cached, cost_micros, duration_ms, status) VALUES "
      "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
      {net::new_id("use_"), usage.tenant_id, usage.at_ms, usage.principal_id, usage.core_id,
       usage.execution_id, usage.block_id, usage.provider, usage.model, usage.operation, usage.tokens_in,
       usage.tokens_out, usage.tokens_cached, usage.cost_micros, usage.duration_ms, usage.status});
}

}  // namespace

Result<void> TurnWrite::write_rest(Connection& db) {
  if (conditional) {
    Result<bool> held = conditional(db);
    if (!held) return tl::unexpected(held.error());
    if (!*held) return fail(condition_failed, "what the effect relied on was changed meanwhile");
  }
  for (const UsageRecord& each : usage) {
    Result<void> noted = accounting ? accounting->record(db, each) : record_usage(db, each);
    if (!noted) return noted;
  }
  if (instance_delta == 0) return {};
  Result<std::int64_t> known = db.execute(
      "UPDATE mod_scaicore_instances SET active = active + ?, last_used_at = ?, deactivated_at = NULL WHERE "
      "core_id = ? AND "
      "instance_key = ?",
      {instance_delta, now_ms, core_id, instance_key});
  if (!known) return tl::unexpected(known.error());
  if (*known > 0) return {};
  return run(db,
             "INSERT INTO mod_scaicore_instances (core_id, instance_key, owner_node, epoch, active, "
             "last_used_at) VALUES "
             "(?,?,NULL,0,?,?)",
             {core_id, instance_key, std::max(instance_delta, 0), now_ms});
}

Result<void> insert_events(Connection& db, EventBatch& batch, EventIds& ids) {
  batch.ids.clear();
  for (std::size_t from = 0; from < batch.events.size(); from += events_per_row) {
    const std::size_t count = std::min(events_per_row, batch.events.size() - from);
    const auto begin = batch.events.begin() + static_cast<std::ptrdiff_t>(from);
    const JsonArray part(begin, begin + static_cast<std::ptrdiff_t>(count));
    batch.ids.push_back(ids.next());
    Result<void> stored = run(db,
                              "INSERT INTO mod_scaicore_events (id, tenant_id, core_id, execution_id, n, "
                              "body) VALUES (?,?,?,?,?,?)",
                              {batch.ids.back(), batch.tenant_id, batch.core_id, batch.execution_id,
                               static_cast<std::int64_t>(count), packed(Json(part))});
    if (!stored) return stored;
  }
  return {};
}

}  // namespace scaiflow::core
