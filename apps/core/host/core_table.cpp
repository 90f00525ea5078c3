#include "apps/core/host/core_table.h"

#include <algorithm>
#include <set>

#include "apps/core/host/models/providers.h"
#include "apps/core/host/schedules/cron_times.h"
#include "apps/core/machine/step.h"
#include "libs/base/text.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::core {

CorePtr CoreTable::find(const std::string& core_id) const {
  const std::lock_guard lock(mutex_);
  const auto at = cores_.find(core_id);
  return at == cores_.end() ? nullptr : at->second;
}

void CoreTable::put(CorePtr core) {
  const std::lock_guard lock(mutex_);
  cores_[core->spec.id] = std::move(core);
}

void CoreTable::remove(const std::string& core_id) {
  const std::lock_guard lock(mutex_);
  cores_.erase(core_id);
}

namespace {

/// Models that some block asks for; a declared role that none uses is not needed.
std::set<const ir::Model*> used_models(const machine::Program& program) {
  std::set<const ir::Model*> out;
  for (int i = 0; i < program.block_count(); ++i) {
    const machine::BlockCode& code = program.block(i).code;
    if (const auto* model = std::get_if<machine::ModelCode>(&code)) out.insert(model->model);
    if (const auto* modality = std::get_if<machine::ModalityCode>(&code)) out.insert(modality->model);
  }
  return out;
}

bool is_served(const ir::Model& model, ModelCatalogue* catalogue, const Providers& providers,
               const CoreSpec& core) {
  const auto serves = [&](const std::string& ref, const std::string& name) {
    return providers.may_serve(ref, name) ||
           (catalogue && catalogue->resolve(core.tenant_id, ref, name).has_value());
  };
  return serves(model.provider, model.model) ||
         std::any_of(model.fallback.begin(), model.fallback.end(),
                     [&](const ir::ModelRef& other) { return serves(other.provider, other.model); });
}

}  // namespace

Result<void> check_served(const machine::Program& program, const PluginRegistry& plugins,
                          ModelCatalogue* catalogue, const Providers& providers, const CoreSpec& core) {
  for (const ir::Plugin& plugin : program.module().plugins) {
    const Plugin* served = plugins.of_alias(program, core.plugins, plugin.alias);
    if (!served) {
      return fail("PLUGIN_UNAVAILABLE",
                  "plugin '" + plugin.alias + "' (" + plugin.endpoint + ") is not served here");
    }
    if (const std::string problem = served->problem(); !problem.empty()) {
      return fail("PLUGIN_UNAVAILABLE", "plugin '" + plugin.alias + "': " + problem);
    }
  }
  for (const Json& capability : program.module().capabilities) {
    if (!capability.contains("bunker")) continue;
    const Plugin* bunkers = plugins.find("scaibunker");
    const std::string problem = bunkers ? bunkers->problem() : "sandboxes are not served here";
    if (!problem.empty()) return fail("CAPABILITY_UNAVAILABLE", "capability 'bunker': " + problem);
  }
  for (const ir::MemoryField& field : program.module().memory) {
    if (code_points(field.name) > limits::memory_field_chars_max) {
      return fail("INVALID_SOURCE_IR", "the name of memory field '" + field.name + "' has more than " +
                                           std::to_string(limits::memory_field_chars_max) + " characters");
    }
  }
  for (const ir::Trigger& trigger : program.module().triggers) {
    const std::string zone = trigger.timezone.value_or("UTC");
    if (trigger.kind == "schedule" && !find_zone(zone, net::wall_ms()))
      return fail("CAPABILITY_UNAVAILABLE", "the time zone '" + zone + "' is not known to this system");
  }
  for (const ir::Model* model : used_models(program)) {
    if (is_served(*model, catalogue, providers, core)) continue;
    return fail("MODEL_ROLE_UNAVAILABLE", "no provider serves model '" + model->model + "' of role '" +
                                              model->role +
                                              "': configure one, for instance OPENAI_API_KEY or OLLAMA_HOST");
  }
  return {};
}

Result<void> check_input_size(const Json& input) {
  constexpr auto bytes_max = static_cast<std::size_t>(limits::trigger_input_bytes_max);
  if (machine::json_bytes(input, bytes_max) <= bytes_max) return {};
  return fail("PAYLOAD_TOO_LARGE", "the input is larger than " + std::to_string(bytes_max) + " bytes");
}

namespace {

struct Target {
  const machine::FlowEntry* flow = nullptr;
  const ir::Trigger* trigger = nullptr;
};

/// `internal` flows are for callers of the same Core alone.
enum class CallerCore : std::uint8_t { Same, Other };

/// Flow by name, else trigger by name, else the first `api` trigger, the first `webhook` one, the first flow
/// (08 §8.6).
Result<Target> target_of(const machine::Program& program, const StartRequest& request, CallerCore caller) {
  Target out;
  const auto& triggers = program.module().triggers;
  const auto first_of = [&](std::string_view kind) -> const ir::Trigger* {
    for (const ir::Trigger& each : triggers) {
      if (each.kind == kind) return &each;
    }
    return nullptr;
  };
  if (request.flow) {
    out.flow = program.flow(*request.flow);
    const bool hidden =
        out.flow && out.flow->source->visibility == ir::Visibility::Internal && caller != CallerCore::Same;
    if (!out.flow || hidden) return fail("FLOW_NOT_FOUND", "the Core has no flow '" + *request.flow + "'");
    for (const ir::Trigger& each : triggers) {
      if (!out.trigger && each.target_flow == *request.flow) out.trigger = &each;
    }
    return out;
  }
  if (request.trigger) {
    for (const ir::Trigger& each : triggers) {
      if (each.name == *request.trigger) out.trigger = &each;
    }
    if (!out.trigger) return fail("TRIGGER_NOT_FOUND", "the Core has no trigger '" + *request.trigger + "'");
  } else {
    out.trigger = first_of("api");
    if (!out.trigger) out.trigger = first_of("webhook");
  }
  out.flow = out.trigger ? program.flow(out.trigger->target_flow)
                         : program.flow(program.module().flows.front().name);
  if (!out.flow) return fail("FLOW_NOT_FOUND", "the Core has no such flow");
  return out;
}

Result<void> check_request_input(const machine::Program& program, const machine::FlowEntry& flow,
                                 const Json& input) {
  if (!input.is_object()) {
    return tl::unexpected(
        Error{"VALIDATION_ERROR", "input: expected an object", Retry::Never,
              Json::array({Json::object({{"field", "input"}, {"message", "expected an object"}})})});
  }
  if (Result<void> fits = check_input_size(input); !fits) return fits;
  JsonArray details;
  std::string first;
  for (const machine::InputProblem& problem : machine::check_input(program, flow, input)) {
    if (first.empty()) first = problem.message;
    details.push_back(Json::object({{"field", "input." + problem.field}, {"message", problem.message}}));
  }
  if (details.empty()) return {};
  return tl::unexpected(Error{"VALIDATION_ERROR", first, Retry::Never, Json(std::move(details))});
}

/// Entity mode: the request's key, else the input's member (08 §8.6).
Result<std::optional<std::string>> instance_key_of(const ir::Instance& instance,
                                                   const StartRequest& request) {
  if (instance.mode != ir::InstanceMode::Entity) return std::optional<std::string>();
  std::optional<std::string> key = request.instance_key;
  const std::string member = instance.entity_key.value_or("");
  if (!key && !member.empty()) {
    const Json& given = request.input[member];
    if (given.is_string() || given.is_int() || given.is_bool()) key = expr::text_form(given);
  }
  if (key && !key->empty() && code_points(*key) <= 255) return key;
  return tl::unexpected(Error{
      "VALIDATION_ERROR", "an entity Core needs an instance key of 1 to 255 characters", Retry::Never,
      Json::array({Json::object({{"field", "input." + member}, {"message", "instance key is missing"}})})});
}

/// `config.<name>`: the environment entry of that name, converted, else the default; secrets become
/// references.
void fill_config(const CoreSpec& core, const machine::Program& program, machine::Started& started) {
  for (const ir::ConfigParam& param : program.module().config) {
    const Json& entry = core.environment[param.name];
    const bool secret = param.secret || entry.string_or("type", "") == "secret";
    if (secret) {
      const std::string mark = hex(net::random_bytes(16));
      started.secrets.set(param.name, "\x02secret:" + mark + ":" + param.name + "\x03");
      continue;
    }
    const Json& given = entry.is_object() ? entry["value"] : entry;
    auto type = expr::Type::from_json(param.type);
    auto converted = given.is_null() || !type
                         ? tl::expected<Json, std::vector<std::string>>(param.default_)
                         : expr::check(given, *type, expr::Strictness::ModelAnswer, program.types());
    started.config.set(param.name, converted ? *converted : param.default_);
  }
}

machine::Limits limits_of(const CoreSpec& core, const EngineSettings& settings) {
  machine::Limits out;
  const Json& limits = core.resource_limits;
  if (limits["max_execution_ms"].is_int()) out.execution_ms_max = limits["max_execution_ms"].as_int();
  if (limits["max_tokens_per_execution"].is_int())
    out.tokens_max = limits["max_tokens_per_execution"].as_int();
  const Json& cost = limits["max_cost_per_execution"];
  if (cost.is_number()) out.cost_micros_max = static_cast<std::int64_t>(cost.as_double() * 1e6 + 0.5);
  if (cost.is_string())
    out.cost_micros_max =
        static_cast<std::int64_t>(std::strtod(cost.as_string().c_str(), nullptr) * 1e6 + 0.5);
  out.state_bytes_max = settings.state_bytes_max;
  out.model_call_ms = settings.model_call_ms;
  out.cancel_grace_ms = settings.cancel_grace_ms;
  out.low_confidence_permille = static_cast<std::int64_t>(settings.low_confidence_below * 1000 + 0.5);
  return out;
}

void fill_row(StartPlan& plan, const StartRequest& request, const std::optional<CallerRef>& caller) {
  const machine::Started& started = plan.started;
  NewExecution& row = plan.row;
  row.id = started.execution_id;
  row.tenant_id = started.tenant_id;
  row.core_id = started.core_id;
  row.ir_hash = started.ir_hash;
  row.flow_name = started.flow;
  row.trigger_kind = started.trigger.kind;
  if (!started.trigger.name.empty()) row.trigger_name = started.trigger.name;
  row.instance_key = started.instance_key;
  if (request.idempotency_key) {
    row.idem_key = started.core_id + "/" + *request.idempotency_key;
    row.idem_hash = request.idempotency_hash;
  }
  if (caller) {
    row.parent_id = caller->execution_id;
    row.parent_effect = caller->effect_id;
  }
  row.root_id = started.root_execution_id;
  row.invoked_by = request.invoked_by;
  row.identity = request.identity;
  row.input = request.input;
  row.created_at_ms = net::wall_ms();
}

}  // namespace

Slot slot_of(const CoreSpec& core, const ir::Instance& instance, const std::optional<std::string>& key) {
  Slot slot;
  slot.core_id = core.id;
  slot.core_max = core.resource_limits.int_or("max_concurrent_executions", 0);
  if (instance.mode == ir::InstanceMode::Stateless) return slot;
  slot.instance_max = instance.max_concurrent;
  slot.instance_key = key.value_or("_");
  if (instance.mode == ir::InstanceMode::Entity) slot.instances_max = instance.max_active_instances;
  slot.idle_timeout_ms = instance.idle_timeout_ms;
  slot.overflow = instance.overflow;
  return slot;
}

Result<StartPlan> plan_start(const CorePtr& core, const machine::ProgramPtr& program,
                             const StartRequest& request, const std::optional<CallerRef>& caller,
                             const EngineSettings& settings) {
  const CoreSpec& spec = core->spec;
  if (spec.status != "running") {
    return fail("CORE_NOT_RUNNING", "the Core is " + spec.status, Retry::Later);
  }
  Result<Target> target = target_of(
      *program, request, caller && caller->core_id == spec.id ? CallerCore::Same : CallerCore::Other);
  if (!target) return tl::unexpected(target.error());
  if (Result<void> checked = check_request_input(*program, *target->flow, request.input); !checked) {
    return tl::unexpected(checked.error());
  }
  const ir::Instance& instance = program->module().instance;
  auto key = instance_key_of(instance, request);
  if (!key) return tl::unexpected(key.error());
  StartPlan plan;
  plan.core = core;
  plan.program = program;
  machine::Started& started = plan.started;
  started.execution_id = request.execution_id.empty() ? net::new_id("exec_") : request.execution_id;
  started.tenant_id = spec.tenant_id;
  started.core_id = spec.id;
  started.core_name = spec.name;
  started.flow = target->flow->source->name;
  if (target->trigger) started.trigger = {target->trigger->kind, target->trigger->name};
  const auto& triggers = program->module().triggers;
  started.entry_name = target->trigger    ? target->trigger->name
                       : triggers.empty() ? ""
                                          : triggers.front().name;
  if (started.trigger.kind.empty()) started.trigger.kind = "api";
  started.input = request.input;
  started.instance_key = *key;
  started.partition_key = key->value_or("_");
  if (instance.mode == ir::InstanceMode::Stateless && settings.stateless_memory == "isolated") {
    started.partition_key = "exec:" + started.execution_id;
  }
  started.ir_hash = program->ir_hash();
  started.identity = request.identity;
  started.root_execution_id = caller ? caller->root_id : started.execution_id;
  started.depth = caller ? caller->depth : 0;
  started.shares_slot = caller && caller->shares_slot;
  if (caller) started.parent = machine::ParentRef{caller->execution_id, caller->effect_id};
  fill_config(spec, *program, started);
  started.limits = limits_of(spec, settings);
  started.telemetry = spec.metadata.string_or("telemetry", "full");
  started.preamble = spec.metadata.string_or("skill_text", "");
  started.debug = request.debug;
  const std::string escalation = spec.metadata.string_or("escalation_assignee", "");
  if (!escalation.empty()) started.checkpoint_assignee = escalation;
  plan.slot = slot_of(spec, instance, *key);
  plan.slot.exempt_node = caller.has_value();
  plan.slot.exempt_instance = caller && caller->shares_slot;
  fill_row(plan, request, caller);
  if (request.beside) {
    plan.beside = [beside = request.beside, id = plan.row.id](store::Connection& db) {
      return beside(db, id);
    };
  }
  return plan;
}

}  // namespace scaiflow::core
