// Executions that come back into memory: woken by mail, adopted after a crash (07 §17.4-17.5).
#include <algorithm>

#include "apps/core/host/runner.h"
#include "apps/core/machine/ids.h"
#include "libs/base/json_text.h"
#include "libs/net/clock.h"

namespace scaiflow::core {

namespace {

using store::Connection;

struct StoredExecution {
  Loaded loaded;
  std::vector<Record> records;
  std::optional<std::string> snapshot;
};

Result<void> read_row(Connection& db, const std::string& id, StoredExecution& out) {
  bool found = false;
  Result<void> read = db.query(
      "SELECT tenant_id, core_id, ir_hash, flow_name, trigger_kind, trigger_name, instance_key, status, "
      "owner_epoch, "
      "parent_id, parent_effect, root_id, invoked_by, identity, created_at FROM mod_scaicore_executions "
      "WHERE id = ?",
      {id}, [&](const store::Row& row) {
        found = true;
        NewExecution& each = out.loaded.row;
        each.id = id;
        each.tenant_id = row.string(0);
        each.core_id = row.string(1);
        each.ir_hash = row.string(2);
        each.flow_name = row.string(3);
        each.trigger_kind = row.string(4);
        each.trigger_name = row.maybe_string(5);
        each.instance_key = row.maybe_string(6);
        out.loaded.status = row.string(7);
        out.loaded.epoch = row.integer(8);
        each.parent_id = row.maybe_string(9);
        each.parent_effect = row.maybe_string(10);
        each.root_id = row.string(11);
        each.invoked_by = row.string(12);
        each.identity = try_parse_json(row.text(13)).value_or(Json());
        each.created_at_ms = row.integer(14);
      });
  if (read && !found) return fail("EXECUTION_NOT_FOUND", "no such execution");
  return read;
}

Result<void> read_journal(Connection& db, const std::string& id, StoredExecution& out) {
  Result<void> read = db.query(
      "SELECT seq, body FROM mod_scaicore_snapshots WHERE execution_id = ? ORDER BY seq DESC LIMIT 1", {id},
      [&](const store::Row& row) {
        out.loaded.snapshot_seq = row.integer(0);
        out.snapshot = row.string(1);
      });
  if (!read) return read;
  Result<std::vector<Record>> records = read_records(db, id, out.loaded.snapshot_seq, INT64_MAX);
  if (!records) return tl::unexpected(records.error());
  out.records = std::move(*records);
  return {};
}

/// What closed a checkpoint first: its row says so already, and a cancellation or an expiry that was stepped
/// before it could never commit. Then in order of arrival, timers last.
Result<std::vector<MailRow>> mail_of(Connection& db, const std::string& id) {
  std::vector<MailRow> out;
  Result<void> read = db.query(
      "SELECT dedupe_key, type, body FROM mod_scaicore_mailbox WHERE execution_id = ? ORDER BY CASE WHEN "
      "type IN (6, 7) THEN 0 WHEN type = 5 THEN 2 ELSE 1 END, created_at, dedupe_key",
      {id}, [&](const store::Row& row) {
        out.push_back({id, row.string(0), static_cast<int>(row.integer(1)), row.string(2)});
      });
  if (!read) return tl::unexpected(read.error());
  return out;
}

Result<StoredExecution> read_stored(Connection& db, const std::string& id) {
  StoredExecution out;
  if (Result<void> read = read_row(db, id, out); !read) return tl::unexpected(read.error());
  if (out.loaded.status != "running" && out.loaded.status != "suspended") return out;
  if (Result<void> read = read_journal(db, id, out); !read) return tl::unexpected(read.error());
  Result<std::vector<MailRow>> mail = mail_of(db, id);
  if (!mail) return tl::unexpected(mail.error());
  out.loaded.mail = std::move(*mail);
  return out;
}

}  // namespace

Result<std::vector<Record>> read_records(Connection& db, const std::string& execution_id, std::int64_t after,
                                         std::int64_t limit) {
  std::vector<Record> out;
  Result<void> read = db.query(
      "SELECT seq, type, at, epoch, format, body, crc FROM mod_scaicore_journal WHERE execution_id = ? AND "
      "seq > ? ORDER BY seq "
      "LIMIT ?",
      {execution_id, after, limit}, [&](const store::Row& row) {
        Record record;
        record.seq = row.integer(0);
        record.type = static_cast<int>(row.integer(1));
        record.at_ms = row.integer(2);
        record.epoch = row.integer(3);
        record.format = static_cast<int>(row.integer(4));
        record.body = row.string(5);
        record.crc = static_cast<std::uint32_t>(row.integer(6));
        out.push_back(std::move(record));
      });
  if (!read) return tl::unexpected(read.error());
  return out;
}

PayloadReader payload_reader(Host& host, const std::string& tenant_id) {
  return [&host, tenant_id](const std::string& sha256) -> Result<std::string> {
    auto bytes = host.database.read([&](Connection& db) {
      return db.query_one("SELECT body FROM mod_scaicore_payloads WHERE tenant_id = ? AND sha256 = ?",
                          {tenant_id, sha256}, [](const store::Row& row) { return row.string(0); });
    });
    if (!bytes) return tl::unexpected(bytes.error());
    if (!*bytes) return fail("JournalCorruptError", "a payload of the journal is missing");
    return std::move(**bytes);
  };
}

namespace {

/// Replays the records; each turn must produce the commands that it produced then.
Result<void> fold_records(Host& host, const StoredExecution& stored, Loaded& out) {
  const PayloadReader payloads = payload_reader(host, out.row.tenant_id);
  for (const Record& record : stored.records) {
    if (record.seq != out.state.seq + 1) return fail("JournalCorruptError", "a journal record is missing");
    Result<DecodedRecord> decoded = decode_record(record, payloads);
    if (!decoded) return tl::unexpected(decoded.error());
    machine::Commands commands;
    machine::Progress progress = machine::step(*out.program, out.state, decoded->event, commands);
    while (progress == machine::Progress::Yielded)
      progress = machine::resume(*out.program, out.state, commands);
    if (machine::hash_of(commands) != decoded->command_hash) {
      return fail("ReplayDivergedError", "the journal replays to other commands than it was written with");
    }
    out.journal_bytes += static_cast<std::int64_t>(record.body.size());
  }
  return {};
}

}  // namespace

Result<Journal> load_journal(Host& host, const std::string& execution_id, std::int64_t seq) {
  StoredExecution stored;
  Result<void> read = host.database.read([&](Connection& db) -> Result<void> {
    if (Result<void> row = read_row(db, execution_id, stored); !row) return row;
    Result<std::vector<Record>> records = read_records(db, execution_id, 0, seq > 0 ? seq : INT64_MAX);
    if (!records) return tl::unexpected(records.error());
    stored.records = std::move(*records);
    return {};
  });
  if (!read) return tl::unexpected(read.error());
  Journal out;
  out.row = std::move(stored.loaded.row);
  const PayloadReader payloads = payload_reader(host, out.row.tenant_id);
  for (const Record& record : stored.records) {
    Result<DecodedRecord> decoded = decode_record(record, payloads);
    if (!decoded) return tl::unexpected(decoded.error());
    out.events.push_back(std::move(decoded->event));
    out.hashes.push_back(decoded->command_hash);
  }
  return out;
}

namespace {

/// What the origin of a fork recorded; an origin that is gone has nothing to say.
std::shared_ptr<const machine::AnswerBook> book_of(Host& host, const machine::ForkApplied& fork) {
  machine::Recording recording;
  if (fork.mode == "replay") {
    const Result<Journal> origin = load_journal(host, fork.origin, fork.origin_seq);
    const auto program = origin ? host.programs.load(origin->row.ir_hash)
                                : Result<machine::ProgramPtr>(tl::unexpected(origin.error()));
    if (program) recording = machine::record_of(**program, origin->events, fork.origin_seq);
  }
  return std::make_shared<const machine::AnswerBook>(fork.origin, std::move(recording), fork.answers);
}

}  // namespace

Result<Loaded> load_execution(Host& host, const std::string& execution_id) {
  Result<StoredExecution> stored =
      host.database.read([&](Connection& db) { return read_stored(db, execution_id); });
  if (!stored) return tl::unexpected(stored.error());
  Loaded& out = stored->loaded;
  if (out.status != "running" && out.status != "suspended") return std::move(out);
  Result<machine::ProgramPtr> program = host.programs.load(out.row.ir_hash);
  if (!program) return tl::unexpected(program.error());
  out.program = *program;
  Result<CorePtr> core = host.core_of(out.row, *program);
  if (!core) return tl::unexpected(core.error());
  out.core = *core;
  if (stored->snapshot) {
    Result<machine::State> state = decode_state(*stored->snapshot);
    if (!state) return tl::unexpected(state.error());
    out.state = std::move(*state);
  }
  if (Result<void> folded = fold_records(host, *stored, out); !folded) return tl::unexpected(folded.error());
  if (out.state.fork) out.book = book_of(host, *out.state.fork);
  return std::move(out);
}

Result<Loaded> fold_execution(Host& host, const std::string& execution_id, std::int64_t seq) {
  StoredExecution stored;
  Result<void> read = host.database.read([&](Connection& db) -> Result<void> {
    if (Result<void> row = read_row(db, execution_id, stored); !row) return row;
    Result<std::vector<Record>> records = read_records(db, execution_id, 0, seq > 0 ? seq : INT64_MAX);
    if (!records) return tl::unexpected(records.error());
    stored.records = std::move(*records);
    return {};
  });
  if (!read) return tl::unexpected(read.error());
  Loaded& out = stored.loaded;
  Result<machine::ProgramPtr> program = host.programs.load(out.row.ir_hash);
  if (!program) return tl::unexpected(program.error());
  out.program = *program;
  if (Result<void> folded = fold_records(host, stored, out); !folded) return tl::unexpected(folded.error());
  return std::move(out);
}

machine::ProgramPtr program_of(Host& host, const std::string& execution_id) {
  auto hash = host.database.read([&](Connection& db) {
    return db.query_one("SELECT ir_hash FROM mod_scaicore_executions WHERE id = ?", {execution_id},
                        [](const store::Row& row) { return row.string(0); });
  });
  if (!hash || !*hash) return nullptr;
  return host.programs.load(**hash).value_or(nullptr);
}

Slot slot_of(const Loaded& loaded) {
  Slot slot = slot_of(loaded.core->spec, loaded.program->module().instance, loaded.row.instance_key);
  slot.core_id = loaded.row.core_id;
  slot.exempt_node = loaded.row.parent_id.has_value();
  slot.exempt_instance = loaded.state.start.shares_slot;
  return slot;
}

void Runner::mail(const std::string& execution_id) {
  lane_.post([this, id = execution_id] {
    const auto at = drivers_.find(id);
    if (at != drivers_.end()) return read_mail(id, at->second->generation);
    if (loading_.contains(id)) {
      mailed_while_loading_.insert(id);
    } else {
      load(id, Cause::Resume);
    }
  });
}

void Runner::adopt(const std::string& execution_id, std::function<void()> done) {
  lane_.post([this, id = execution_id, done = std::move(done)] {
    adopting_[id].push_back(done);
    load(id, Cause::Crash);
  });
}

void Runner::begin(const std::string& execution_id) {
  lane_.post([this, id = execution_id] { load(id, Cause::Start); });
}

/// The load of an execution is over, well or not.
void Runner::load_over(const std::string& id) {
  loading_.erase(id);
  const auto adopting = adopting_.find(id);
  if (adopting == adopting_.end()) return;
  const std::vector<std::function<void()>> done = std::move(adopting->second);
  adopting_.erase(adopting);
  for (const auto& each : done) each();
}

void Runner::read_mail(const std::string& id, std::int64_t generation) {
  Driver* driver = find(id, generation);
  if (!driver) return;
  ++driver->mail_reads;
  host_.pool.post([this, id, generation] {
    auto mail = host_.database.read([&](Connection& db) { return mail_of(db, id); });
    lane_.post([this, id, generation, mail = std::move(mail)] {
      Driver* each = find(id, generation);
      if (!each) {
        if (mail && !mail->empty()) this->mail(id);  // it has left meanwhile
        return;
      }
      --each->mail_reads;
      if (mail) take_mail(*each, *mail);  // else the sweep finds it again
      leave_if_idle(id, generation);
    });
  });
}

void Runner::take_mail(Driver& driver, const std::vector<MailRow>& mail) {
  for (const MailRow& row : mail) {
    if (!driver.mail_known.insert(row.dedupe_key).second) continue;
    Result<machine::EventBody> body = decode_body(row.type, row.body);
    Incoming incoming;
    incoming.mail_key = row.dedupe_key;
    incoming.settled = [this, id = driver.id, generation = driver.generation, key = row.dedupe_key] {
      if (Driver* each = find(id, generation)) each->mail_known.erase(key);
    };
    if (body) {
      incoming.body = std::move(*body);
    } else {
      incoming.body =
          machine::HostFault{machine::make_error("JournalCorruptError", "mail", body.error().message)};
    }
    driver.inbox.push_back(std::move(incoming));
  }
  pump(driver);
}

void Runner::load(const std::string& id, Cause cause) {
  if (host_.stopping || loading_.contains(id)) return;
  if (drivers_.contains(id)) return load_over(id);
  loading_.insert(id);
  host_.pool.post([this, id, cause] {
    auto loaded = std::make_shared<Result<Loaded>>(load_execution(host_, id));
    lane_.post([this, id, cause, loaded] { install(id, cause, loaded); });
  });
}

void Runner::install(const std::string& id, Cause cause, const std::shared_ptr<Result<Loaded>>& loaded) {
  if (!*loaded) return load_failed(id, loaded->error());
  const Loaded& found = **loaded;
  const auto fenced = fenced_.extract(id);
  if (fenced && found.status == "running" && found.epoch != fenced.mapped()) {
    load_over(id);  // another owner has claimed it since: it is theirs (07 §17.4)
    mailed_while_loading_.erase(id);
    return;
  }
  const bool live = found.status == "running" || found.status == "suspended";
  const bool calm = cause == Cause::Resume && found.mail.empty() && !mailed_while_loading_.contains(id);
  if (!live || (found.status == "suspended" && calm)) return forget(id, found);
  if (cause == Cause::Crash || (cause == Cause::Resume && found.status == "running")) {
    host_.admission.occupy(slot_of(found));
    return install_admitted(id, Cause::Crash, loaded);
  }
  const auto go = [this, id, cause] {
    lane_.post([this, id, cause] {
      host_.pool.post([this, id, cause] {
        auto again = std::make_shared<Result<Loaded>>(load_execution(host_, id));
        lane_.post([this, id, cause, again] {
          if (!*again) return load_failed(id, again->error());
          install_admitted(id, cause, again);
        });
      });
    });
  };
  const auto answer = host_.admission.admit(slot_of(found), Admission::Turn::Resumed, id, go);
  if (answer == Admission::Answer::Admitted) install_admitted(id, cause, loaded);
}

void Runner::install_admitted(const std::string& id, Cause cause,
                              const std::shared_ptr<Result<Loaded>>& loaded) {
  Loaded& found = **loaded;
  load_over(id);
  const bool mailed = mailed_while_loading_.erase(id) > 0;
  auto driver = std::make_unique<Driver>();
  driver->id = id;
  driver->generation = next_generation_++;
  driver->core = found.core;
  driver->program = found.program;
  driver->slot = slot_of(found);
  driver->state = std::move(found.state);
  driver->row = std::move(found.row);
  driver->book = std::move(found.book);
  driver->claim_from = found.epoch;
  driver->epoch = found.epoch + 1;
  driver->snapshot_seq = found.snapshot_seq;
  driver->journal_bytes = found.journal_bytes;
  driver->created = true;
  driver->committed = driver->state.status;
  if (driver->state.start.telemetry == "full") driver->timing.emplace(driver->state, net::steady_us());
  driver->counted =
      found.status == "running" && driver->slot.instance_max > 0 && !driver->slot.exempt_instance;
  Driver& placed = *(drivers_[id] = std::move(driver));
  if (const auto replies = waiting_.find(id); replies != waiting_.end()) {
    placed.replies = std::move(replies->second);
    waiting_.erase(replies);
  }
  constexpr const char* causes[] = {"start", "resume", "crash"};
  machine::Adopted adopted{host_.settings.node_id, placed.epoch, causes[static_cast<int>(cause)]};
  Incoming incoming;
  incoming.body = std::move(adopted);
  // Taken before mail is stepped: what that starts is issued after its own commit.
  incoming.settled = [this, id, generation = placed.generation, open = machine::outstanding(placed.state)] {
    lane_.post([this, id, generation, open] { reissue(id, generation, open); });
  };
  placed.inbox.push_back(std::move(incoming));
  // Mail goes first, before timers that are due meanwhile: a resolution beats the expiry that it raced.
  take_mail(placed, found.mail);
  if (mailed) read_mail(id, placed.generation);
}

/// What was under way when the last owner ended starts again; what may run once only and had begun ends
/// unknown.
void Runner::reissue(const std::string& id, std::int64_t generation, const machine::Outstanding& open) {
  for (const std::string& effect_id : open.unknown_outcomes) {
    Driver* driver = find(id, generation);
    if (!driver) return;
    fail_effect(*driver, effect_id,
                machine::make_error("EffectOutcomeUnknown", "unknown",
                                    "the effect was interrupted; whether it happened is not known"));
  }
  for (const machine::Command& command : open.commands) {
    Driver* driver = find(id, generation);
    if (!driver) return;
    run(*driver, command);
  }
}

/// Ended, or still queued: mail for it has no receiver.
void Runner::forget(const std::string& id, const Loaded& found) {
  load_over(id);
  mailed_while_loading_.erase(id);
  if (found.status == "completed" || found.status == "failed" || found.status == "cancelled") {
    host_.database.write(
        [id](Connection& db) -> Result<void> {
          auto gone = db.execute("DELETE FROM mod_scaicore_mailbox WHERE execution_id = ?", {id});
          return gone ? Result<void>() : Result<void>(tl::unexpected(gone.error()));
        },
        [](const Result<void>&) {});
  }
  const auto replies = waiting_.find(id);
  if (replies == waiting_.end()) return;
  const std::vector<ReplyPtr> all = std::move(replies->second);
  waiting_.erase(replies);
  for (const ReplyPtr& reply : all) answer_late(id, reply);
}

void Runner::load_failed(const std::string& id, const Error& error) {
  fenced_.erase(id);
  mailed_while_loading_.erase(id);
  const bool final = error.code == "JournalCorruptError" || error.code == "ReplayDivergedError" ||
                     error.code == "IrUnavailableError";
  if (final) return fail_stored(id, error);
  load_over(id);
  // A stopped Core's executions wait for its next start, as does their mail.
  if (error.code == "RECORD_UNKNOWN" || error.code == "EXECUTION_NOT_FOUND" || error.code == "CORE_STOPPED")
    return;
  // The database or the Core is away for now: the sweep tries again.
  host_.timers.after(5'000, lane_, [this, id] { load(id, Cause::Resume); });
}

namespace {

/// Ends the row, and answers the execution that called it.
Result<void> write_failed(Connection& db, const std::string& id, const machine::ErrorValue& error,
                          std::int64_t now_ms) {
  auto changed = db.execute(
      "UPDATE mod_scaicore_executions SET status = 'failed', owner_node = NULL, error = ?, finished_at = ? "
      "WHERE id = ? AND status IN ('running', 'suspended')",
      {to_text(machine::to_json(error)), now_ms, id});
  if (!changed) return tl::unexpected(changed.error());
  for (const char* table : {"mailbox", "timers"}) {
    auto gone =
        db.execute(std::string("DELETE FROM mod_scaicore_") + table + " WHERE execution_id = ?", {id});
    if (!gone) return tl::unexpected(gone.error());
  }
  StoredExecution stored;
  if (Result<void> row = read_row(db, id, stored); !row) return row;
  if (!stored.loaded.row.parent_id) return {};
  machine::CallAnswered answered;
  answered.call_id = machine::call_id_of(stored.loaded.row.parent_effect.value_or(""));
  answered.status = "failed";
  answered.error = error;
  const machine::EventBody body = std::move(answered);
  const std::string& parent = *stored.loaded.row.parent_id;
  return insert_mail(db, {parent, "call:" + id + ":end", machine::type_of(body), encode_body(body)}, now_ms);
}

}  // namespace

/// An execution that cannot be folded ends `failed`; its journal stays, all others are unaffected (07 §17.5
/// row 12).
void Runner::fail_stored(const std::string& id, const Error& error) {
  const machine::ErrorValue value = machine::make_error(error.code, "", error.message);
  host_.log.error("an execution cannot be read and has failed",
                  Json::object({{"execution_id", id}, {"code", error.code}}));
  host_.database.write(
      [this, id, value](Connection& db) { return write_failed(db, id, value, host_.wall_ms()); },
      [this, id](const Result<void>&) {
        lane_.post([this, id] {
          load_over(id);
          const auto replies = waiting_.find(id);
          if (replies == waiting_.end()) return;
          const std::vector<ReplyPtr> all = std::move(replies->second);
          waiting_.erase(replies);
          for (const ReplyPtr& reply : all) answer_late(id, reply);
        });
      });
}

}  // namespace scaiflow::core
