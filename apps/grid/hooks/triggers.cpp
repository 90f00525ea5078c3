#include "apps/grid/hooks/triggers.h"

#include <algorithm>

#include "apps/grid/envelope.h"
#include "libs/ir/codec.h"
#include "libs/net/clock.h"

namespace scaiflow::grid {

namespace {

Json text_or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

Json time_or_null(const std::optional<std::int64_t>& ms) { return ms ? Json(net::wire_time(*ms)) : Json(); }

Json plain_json(const ir::Trigger& trigger) {
  Json out = Json::object({{"name", trigger.name},
                           {"kind", trigger.kind},
                           {"target_flow", trigger.target_flow},
                           {"method", text_or_null(trigger.method)},
                           {"path", text_or_null(trigger.path)},
                           {"auth", trigger.auth},
                           {"verification", Json()},
                           {"cron", text_or_null(trigger.cron)},
                           {"timezone", text_or_null(trigger.timezone)},
                           {"enabled", true},
                           {"url", Json()}});
  return out.set("next_due_at", Json())
      .set("last_fired_at", Json())
      .set("last_execution_id", Json())
      .set("skipped", 0);
}

std::string path_below(const ir::Trigger& trigger) {
  const std::string path = trigger.path.value_or("/");
  return path == "/" ? "" : path;
}

void add_schedule(const core::ScheduleRow& row, Json& out) {
  out.set("enabled", row.enabled)
      .set("next_due_at", row.enabled ? time_or_null(row.next_due_at_ms) : Json())
      .set("last_fired_at", time_or_null(row.last_due_at_ms))
      .set("last_execution_id", text_or_null(row.last_execution_id))
      .set("skipped", row.skipped);
}

Result<void> add_last_run(TriggerStore& triggers, const std::string& core_id, const std::string& name,
                          Json& out) {
  auto last = triggers.last_run(core_id, name);
  if (!last) return tl::unexpected(last.error());
  if (!*last) return {};
  out.set("last_fired_at", net::wire_time((*last)->at_ms)).set("last_execution_id", (*last)->execution_id);
  return {};
}

}  // namespace

Result<Json> triggers_json(TriggerStore& triggers, const CoreRow& core, const ir::Module& module,
                           const std::string& base_url) {
  auto schedules = triggers.schedules(core.id);
  if (!schedules) return tl::unexpected(schedules.error());
  auto hooks = triggers.hooks(core.id);
  if (!hooks) return tl::unexpected(hooks.error());
  Json items = Json::array();
  for (const ir::Trigger& trigger : module.triggers) {
    Json item = plain_json(trigger);
    const auto named = [&](const auto& row) { return row.trigger_name == trigger.name; };
    const auto schedule = std::find_if(schedules->begin(), schedules->end(), named);
    const auto hook = std::find_if(hooks->begin(), hooks->end(), named);
    if (schedule != schedules->end()) add_schedule(*schedule, item);
    if (hook != hooks->end()) {
      item.set("enabled", hook->enabled)
          .set("verification", hook->verification)
          .set("url", base_url + "/v1/hooks/" + hook->hook_id + path_below(trigger));
    }
    if (trigger.kind == "api") {
      item.set("url", base_url + "/v1/modules/scaicore/cores/" + core.id + "/api" + path_below(trigger));
    }
    if (trigger.kind != "schedule") {
      if (auto added = add_last_run(triggers, core.id, trigger.name, item); !added)
        return tl::unexpected(added.error());
    }
    items.push_back(std::move(item));
  }
  return items;
}

Result<Json> schedules_json(TriggerStore& triggers, const std::string& core_id) {
  auto rows = triggers.schedules(core_id);
  if (!rows) return tl::unexpected(rows.error());
  Json out = Json::array();
  for (const core::ScheduleRow& row : *rows) {
    out.push_back(Json::object({{"trigger", row.trigger_name},
                                {"next_due_at", row.enabled ? time_or_null(row.next_due_at_ms) : Json()},
                                {"last_fired_at", time_or_null(row.last_due_at_ms)}}));
  }
  return out;
}

Result<std::optional<ir::Module>> module_of(CoreStore& cores, const CoreRow& core) {
  if (!core.ir_hash) return std::optional<ir::Module>();
  auto bundle = cores.bundle(core.id, *core.ir_hash);
  if (!bundle) return tl::unexpected(bundle.error());
  auto module = ir::decode(bundle->value_or(""));
  if (!module)
    return tl::unexpected(make_error("INTERNAL_ERROR", "stored IR of " + core.id + " does not load"));
  return std::optional(std::move(*module));
}

}  // namespace scaiflow::grid
