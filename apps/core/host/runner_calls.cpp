// Calls to other Cores (07 §15): the callee is an execution of its own, found by its parent and effect.
#include <algorithm>

#include "apps/core/host/runner.h"
#include "apps/core/machine/ids.h"
#include "libs/ir/codec.h"

namespace scaiflow::core {

namespace {

struct Address {
  std::string tenant, slug;
};

Address address_of(const std::string& target) {
  constexpr std::string_view scheme = "core://";
  const std::size_t slash = target.find('/', scheme.size());
  return {target.substr(scheme.size(), slash - scheme.size()), target.substr(slash + 1)};
}

machine::ErrorValue call_error(const std::string& code, const std::string& message) {
  machine::ErrorValue error = machine::make_error("CoreCallError", code, message);
  error.retryable = code == "not_running";
  return error;
}

std::string call_code(const std::string& code) {
  if (code == "CORE_NOT_RUNNING" || code == "SERVICE_UNAVAILABLE") return "not_running";
  if (code == "VALIDATION_ERROR" || code == "PAYLOAD_TOO_LARGE") return "failed";
  return "not_found";
}

bool is_shared_with(const CoreSpec& core, const std::string& tenant_slug) {
  const Json& list = core.metadata["shared_with"];
  if (!list.is_array()) return false;
  return std::any_of(list.as_array().begin(), list.as_array().end(),
                     [&](const Json& item) { return item == Json("*") || item == Json(tenant_slug); });
}

/// The IR that `version` asks for: null = current, an exact semver (newest of that number), or 8 or more
/// characters of a hash.
Result<std::string> version_of(Host& host, const CoreSpec& core, const std::optional<std::string>& version) {
  if (!version) return core.ir_hash;
  auto found = host.database.read([&](store::Connection& db) {
    return db.query_one(
        "SELECT ir_hash FROM mod_scaicore_core_versions WHERE core_id = ? AND (version = ? OR (? >= 8 AND "
        "ir_hash LIKE ?)) "
        "ORDER BY created_at DESC LIMIT 1",
        {core.id, *version, static_cast<std::int64_t>(version->size()), *version + "%"},
        [](const store::Row& row) { return row.string(0); });
  });
  if (!found) return tl::unexpected(found.error());
  if (*found) return **found;
  return fail("version_not_found", "the Core has no version '" + *version + "'");
}

/// True when the execution, or one that called it, runs in the callee's Core and instance.
bool shares_slot_with(const machine::State& state, const CoreSpec& callee,
                      const machine::StartCall& command) {
  return state.start.core_id == callee.id &&
         (!state.start.instance_key || state.start.instance_key == command.instance_key);
}

}  // namespace

void Runner::start_call(Driver& driver, const machine::StartCall& command) {
  if (!begin_once(driver, command.effect_id, command.at_most_once)) return;
  driver.effects[command.effect_id] = nullptr;
  const std::string caller_tenant = driver.core->spec.tenant_slug;
  auto start = std::make_shared<machine::State>();
  start->start = driver.state.start;
  StartRequest request;
  request.tenant_id = driver.row.tenant_id;
  request.flow = command.flow;
  request.input = command.input;
  request.instance_key = command.instance_key;
  request.invoked_by = driver.row.invoked_by;
  request.identity = driver.row.identity;
  CallerRef caller;
  caller.execution_id = driver.id;
  caller.effect_id = command.effect_id;
  caller.root_id = driver.row.root_id;
  caller.core_id = driver.row.core_id;
  caller.depth = command.depth;
  const std::string id = driver.id;
  const std::int64_t generation = driver.generation;
  const auto failed = [this, id, generation, effect = command.effect_id](const std::string& code,
                                                                         const std::string& message) {
    with(id, generation, [this, effect, code, message](Driver& each) {
      fail_effect(each, effect, call_error(code, message));
    });
  };
  host_.pool.post([this, command, request, caller, caller_tenant, start, failed, id, generation]() mutable {
    const Address address = address_of(command.target);
    Result<CoreSpec> callee = host_.ports.cores->by_slug(address.tenant, address.slug);
    if (!callee) return failed("not_found", "there is no Core '" + command.target + "'");
    const bool own = callee->tenant_id == request.tenant_id;
    if (!own && !is_shared_with(*callee, caller_tenant)) {
      return failed("access_denied", "the Core '" + command.target + "' is not shared with this tenant");
    }
    Result<std::string> hash = version_of(host_, *callee, command.version);
    if (!hash)
      return failed(hash.error().code == "version_not_found" ? "version_not_found" : "not_running",
                    hash.error().message);
    request.tenant_id = callee->tenant_id;
    request.core_id = callee->id;
    if (command.version) request.ir_hash = *hash;
    caller.instance_key = command.instance_key;
    caller.shares_slot = shares_slot_with(*start, *callee, command);
    auto reply = std::make_shared<Reply>();
    reply->done = [this, command, failed, id, generation](const Result<StartOutcome>& outcome) {
      if (!outcome) return failed(call_code(outcome.error().code), outcome.error().message);
      with(id, generation, [this, command](Driver& each) { call_started(each, command); });
    };
    host_.start(std::move(request), caller, reply);
  });
}

/// The callee is stored: an asynchronous call has its value, a synchronous one waits for the callee's mail.
void Runner::call_started(Driver& driver, const machine::StartCall& command) {
  if (!command.is_async) return read_mail(driver.id, driver.generation);
  driver.effects.erase(command.effect_id);
  machine::EffectSucceeded begun;
  begun.effect_id = command.effect_id;
  begun.result = Json::object({{"call_id", command.call_id}});
  driver.inbox.push_back({std::move(begun), {}, {}, {}, {}});
  pump(driver);
}

void Runner::cancel_call(Driver& driver, const machine::CancelCall& command) {
  driver.effects.erase(command.effect_id);
  host_.pool.post([this, parent = driver.id, command] {
    auto child = host_.database.read([&](store::Connection& db) {
      return db.query_one("SELECT id FROM mod_scaicore_executions WHERE parent_id = ? AND parent_effect = ?",
                          {parent, command.effect_id}, [](const store::Row& row) { return row.string(0); });
    });
    if (!child || !*child) return;
    machine::EventBody body = machine::CancelRequested{command.reason, "execution:" + parent, true};
    host_.send({**child, "cancel", machine::type_of(body), encode_body(body)});
  });
}

}  // namespace scaiflow::core
