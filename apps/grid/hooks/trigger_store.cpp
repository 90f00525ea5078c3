#include "apps/grid/hooks/trigger_store.h"

#include <algorithm>

#include "apps/grid/envelope.h"
#include "libs/base/json_text.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::grid {

namespace {

using store::Connection;

const std::string select =
    "SELECT hook_id, tenant_id, core_id, trigger_name, method, path, verification, enabled FROM "
    "mod_scaicore_hooks WHERE ";

HookRow hook_of(const store::Row& row) {
  HookRow out;
  out.hook_id = row.string(0);
  out.tenant_id = row.string(1);
  out.core_id = row.string(2);
  out.trigger_name = row.string(3);
  out.method = row.string(4);
  out.path = row.string(5);
  out.verification = row.is_null(6) ? Json() : try_parse_json(row.text(6)).value_or(Json());
  out.enabled = row.integer(7) != 0;
  return out;
}

Result<std::vector<HookRow>> hooks_of(Connection& db, const std::string& core_id) {
  std::vector<HookRow> out;
  Result<void> read = db.query(select + "core_id = ? ORDER BY trigger_name", {core_id},
                               [&](const store::Row& row) { out.push_back(hook_of(row)); });
  if (!read) return tl::unexpected(read.error());
  return out;
}

store::Param json_or_null(const Json& value) {
  return value.is_null() ? store::Param(nullptr) : store::Param(to_text(value));
}

/// `hook_` and 26 random characters: whoever has it may call, so nothing about it can be guessed.
std::string new_hook_id() {
  static constexpr char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
  std::string out = "hook_";
  for (const char byte : net::random_bytes(26)) out += alphabet[static_cast<unsigned char>(byte) % 32];
  return out;
}

Result<void> insert(Connection& db, const HookRow& hook, std::int64_t now_ms) {
  auto done = db.execute(
      "INSERT INTO mod_scaicore_hooks (hook_id, tenant_id, core_id, trigger_name, method, path, "
      "verification, enabled, created_at) VALUES (?,?,?,?,?,?,?,?,?)",
      {hook.hook_id, hook.tenant_id, hook.core_id, hook.trigger_name, hook.method, hook.path,
       json_or_null(hook.verification), hook.enabled, now_ms});
  return done ? Result<void>() : Result<void>(tl::unexpected(done.error()));
}

Result<void> drop_hooks(Connection& db, const std::string& core_id) {
  auto gone = db.execute("DELETE FROM mod_scaicore_hooks WHERE core_id = ?", {core_id});
  return gone ? Result<void>() : Result<void>(tl::unexpected(gone.error()));
}

Result<void> replace_hooks(Connection& db, const std::string& tenant_id, const std::string& core_id,
                           const std::vector<ir::Trigger>& triggers, std::int64_t now_ms) {
  auto known = hooks_of(db, core_id);
  if (!known) return tl::unexpected(known.error());
  if (Result<void> gone = drop_hooks(db, core_id); !gone) return gone;
  for (const ir::Trigger& trigger : triggers) {
    if (trigger.kind != "webhook") continue;
    const auto old = std::find_if(known->begin(), known->end(),
                                  [&](const HookRow& each) { return each.trigger_name == trigger.name; });
    HookRow hook = old != known->end() ? *old : HookRow{};
    if (hook.hook_id.empty()) hook.hook_id = new_hook_id();
    hook.tenant_id = tenant_id;
    hook.core_id = core_id;
    hook.trigger_name = trigger.name;
    hook.method = trigger.method.value_or("POST");
    hook.path = trigger.path.value_or("/");
    if (Result<void> added = insert(db, hook, now_ms); !added) return added;
  }
  return {};
}

Error no_hook(const std::string& trigger_name) {
  return make_error("TRIGGER_NOT_FOUND", "the Core has no webhook '" + trigger_name + "'");
}

}  // namespace

Result<void> TriggerStore::replace(Connection& db, const std::string& tenant_id, const std::string& core_id,
                                   const std::vector<ir::Trigger>& triggers, std::int64_t now_ms) {
  Result<void> done = core::replace_schedules(db, tenant_id, core_id, triggers, now_ms);
  return done ? replace_hooks(db, tenant_id, core_id, triggers, now_ms) : done;
}

Result<void> TriggerStore::drop(Connection& db, const std::string& core_id) {
  Result<void> done = core::drop_schedules(db, core_id);
  return done ? drop_hooks(db, core_id) : done;
}

Result<std::optional<HookRow>> TriggerStore::hook(const std::string& hook_id) {
  return database_.read(
      [&](Connection& db) { return db.query_one(select + "hook_id = ?", {hook_id}, hook_of); });
}

Result<std::vector<HookRow>> TriggerStore::hooks(const std::string& core_id) {
  return database_.read([&](Connection& db) { return hooks_of(db, core_id); });
}

Result<std::vector<core::ScheduleRow>> TriggerStore::schedules(const std::string& core_id) {
  return database_.read([&](Connection& db) { return core::read_schedules(db, core_id); });
}

Result<void> TriggerStore::enable(const std::string& core_id, const std::string& trigger_name,
                                  core::Switch to) {
  auto switched = database_.write_sync(store::Database::Unit(
      [&](Connection& db) { return core::switch_schedule(db, core_id, trigger_name, to, net::wall_ms()); }));
  if (switched || switched.error().code != "TRIGGER_NOT_FOUND") return switched;
  return change_hook(core_id, trigger_name, "enabled", to == core::Switch::On);
}

Result<void> TriggerStore::verify(const std::string& core_id, const std::string& trigger_name,
                                  const Json& verification) {
  return change_hook(core_id, trigger_name, "verification", json_or_null(verification));
}

Result<void> TriggerStore::rotate(const std::string& core_id, const std::string& trigger_name) {
  return change_hook(core_id, trigger_name, "hook_id", new_hook_id());
}

Result<void> TriggerStore::change_hook(const std::string& core_id, const std::string& trigger_name,
                                       const std::string& column, store::Param value) {
  return database_.write_sync(store::Database::Unit([&](Connection& db) -> Result<void> {
    auto changed =
        db.execute("UPDATE mod_scaicore_hooks SET " + column + " = ? WHERE core_id = ? AND trigger_name = ?",
                   {value, core_id, trigger_name});
    if (!changed) return tl::unexpected(changed.error());
    return *changed == 1 ? Result<void>() : Result<void>(tl::unexpected(no_hook(trigger_name)));
  }));
}

Result<std::optional<TriggerStore::LastRun>> TriggerStore::last_run(const std::string& core_id,
                                                                    const std::string& trigger_name) {
  return database_.read([&](Connection& db) {
    return db.query_one(
        "SELECT id, created_at FROM mod_scaicore_executions WHERE core_id = ? AND trigger_name = ? ORDER BY "
        "created_at DESC LIMIT 1",
        {core_id, trigger_name},
        [](const store::Row& row) { return LastRun{row.string(0), row.integer(1)}; });
  });
}

}  // namespace scaiflow::grid
