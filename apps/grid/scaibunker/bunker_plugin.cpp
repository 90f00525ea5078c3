#include "apps/grid/scaibunker/bunker_plugin.h"

#include "generated/cpp/limits.h"
#include "libs/base/hash.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"

namespace scaiflow::grid {

namespace {

using core::PluginCall;
using core::PluginFailure;
using core::PluginResult;

constexpr std::size_t id_chars = 26;
constexpr char default_image[] = "python-3.12";

/// The id that every issue of one effect finds again.
std::string id_of(const std::string& key) { return "bnk_" + sha256_hex(key).substr(0, id_chars); }

PluginFailure failure_of(const Error& error) {
  const bool away = error.code == "WORKER_UNAVAILABLE" || error.code == "SERVICE_UNAVAILABLE" ||
                    error.code == "database_unavailable";
  return {away ? "unreachable" : "rejected", error.message, error.retry == Retry::Later, {}};
}

PluginResult answer(Result<Json> result) {
  if (result) return std::move(*result);
  return tl::unexpected(failure_of(result.error()));
}

/// What the Core's capability says, `image` at least.
Json capability_of(const PluginCall& call) {
  Json out = call.context.capabilities["bunker"];
  if (!out.is_object()) out = Json::object();
  if (!out.contains("image")) out.set("image", default_image);
  return out;
}

Json handle_of(const BunkerRow& row) {
  return Json::object(
      {{"bunker_id", row.id}, {"status", row.status}, {"image", row.image}, {"lifecycle", row.lifecycle}});
}

/// Members of the one JSON object on stdout beside the result's own, which win (02 §9.2).
Json with_members(const Json& result) {
  const auto printed = try_parse_json(result.string_or("stdout", ""));
  if (!printed || !printed->is_object()) return result;
  Json out = result;
  for (const auto& [name, value] : printed->as_object()) {
    if (!result.contains(name)) out.set(name, value);
  }
  return out;
}

}  // namespace

core::Cancel BunkerPlugin::call(PluginCall call, std::function<void(PluginResult)> done) {
  auto stop = std::make_shared<StopSwitch>();
  const bool taken = pool_.try_post([this, call = std::move(call), stop, done] { done(run(call, stop)); });
  if (!taken)
    done(tl::unexpected(PluginFailure{"unreachable", "too many commands wait for a sandbox", true, {}}));
  return [stop] { stop->stop(); };
}

void BunkerPlugin::ended(const std::string& execution_id) {
  pool_.post([this, execution_id] {
    const auto rows = bunkers_.of_session(execution_id);
    if (!rows) return;
    for (const BunkerRow& row : *rows) {
      if (row.lifecycle == "ephemeral") (void)bunkers_.destroy(row);
    }
  });
}

PluginResult BunkerPlugin::run(const PluginCall& call, const StopPtr& stop) {
  if (call.method == "exec") return exec(call, stop);
  if (call.method == "write_file") return answer(write_file(call));
  if (call.method == "read_file") return answer(read_file(call));
  if (call.method == "destroy") return answer(destroy(call));
  return answer(create(call).map(handle_of));
}

Result<BunkerRow> BunkerPlugin::create(const PluginCall& call) {
  BunkerOwner owner;
  owner.tenant_id = call.context.tenant_id;
  owner.session_type = "scaicore";
  owner.session_ref = call.context.execution_id;
  owner.elevated = call.context.privilege_level == "elevated";
  owner.id = id_of(call.key);
  Json fields = call.args;
  if (!fields.contains("image")) fields.set("image", capability_of(call)["image"]);
  if (fields.string_or("lifecycle", "") != "session") return bunkers_.create(fields, owner);
  // A session outlives the execution: the next one of the same instance finds it.
  owner.session_ref = call.context.core_id + "/" + call.context.instance_key.value_or("");
  const auto known = bunkers_.of_session(*owner.session_ref);
  if (!known) return tl::unexpected(known.error());
  for (const BunkerRow& row : *known) {
    if (row.tenant_id == owner.tenant_id && row.name == call.context.block_id) return row;
  }
  fields.set("name", call.context.block_id);
  return bunkers_.create(fields, owner);
}

/// By id or handle, else the execution's own one.
Result<BunkerRow> BunkerPlugin::bunker_of(const PluginCall& call) {
  const Json& given = call.args["bunker"];
  const Json& id = given.is_object() ? given["bunker_id"] : given;
  if (id.is_string()) return bunkers_.get(call.context.tenant_id, id.as_string());
  BunkerOwner owner;
  owner.tenant_id = call.context.tenant_id;
  owner.session_type = "scaicore";
  owner.session_ref = call.context.execution_id;
  owner.elevated = call.context.privilege_level == "elevated";
  owner.id = id_of(call.context.execution_id + "/own");
  const auto own = bunkers_.get(owner.tenant_id, owner.id);
  return own ? own : bunkers_.create(capability_of(call), owner);
}

PluginResult BunkerPlugin::exec(const PluginCall& call, const StopPtr& stop) {
  auto request = exec_request(call.args);
  if (!request) return tl::unexpected(failure_of(request.error()));
  request->stop = stop;
  const auto bunker = bunker_of(call);
  if (!bunker) return tl::unexpected(failure_of(bunker.error()));
  const auto result = bunkers_.exec(*bunker, *request);
  if (!result) return tl::unexpected(failure_of(result.error()));
  const std::int64_t code = result->int_or("exit_code", 0);
  if (code == 0 || call.args.bool_or("allow_failure", false)) return with_members(*result);
  const std::string why = result->bool_or("timed_out", false)
                              ? "the command did not end within " + std::to_string(request->timeout_s) + " s"
                              : "the command ended with exit code " + std::to_string(code);
  return tl::unexpected(PluginFailure{"exit_code", why, false, *result});
}

Result<Json> BunkerPlugin::write_file(const PluginCall& call) {
  const Json& content = call.args["content"];
  std::string bytes = content.is_string() ? content.as_string() : to_text(content);
  if (call.args.string_or("encoding", "text") == "base64") {
    std::string decoded;
    if (!base64_decode(bytes, decoded)) return fail("VALIDATION_ERROR", "content is not base64");
    bytes = std::move(decoded);
  }
  const auto bunker = bunker_of(call);
  if (!bunker) return tl::unexpected(bunker.error());
  const auto files = bunkers_.files(*bunker);
  if (!files) return tl::unexpected(files.error());
  if (auto written = files->write(call.args.string_or("path", ""), bytes); !written)
    return tl::unexpected(written.error());
  bunkers_.used(*bunker);
  return Json();
}

Result<Json> BunkerPlugin::read_file(const PluginCall& call) {
  const auto bunker = bunker_of(call);
  if (!bunker) return tl::unexpected(bunker.error());
  const auto files = bunkers_.files(*bunker);
  if (!files) return tl::unexpected(files.error());
  auto bytes = files->read(call.args.string_or("path", ""), limits::bunker_file_bytes_max);
  if (!bytes) return tl::unexpected(bytes.error());
  const std::string encoding = call.args.string_or("encoding", "text");
  if (encoding == "base64") return Json(base64_encode(*bytes));
  if (!is_utf8(*bytes)) return fail("VALIDATION_ERROR", "the file is not UTF-8: read it as base64");
  if (encoding != "json") return Json(std::move(*bytes));
  auto value = try_parse_json(*bytes);
  if (!value) return fail("VALIDATION_ERROR", "the file is not JSON");
  return std::move(*value);
}

Result<Json> BunkerPlugin::destroy(const PluginCall& call) {
  const Json& given = call.args["bunker"];
  const Json& id = given.is_object() ? given["bunker_id"] : given;
  const std::string wanted = id.is_string() ? id.as_string() : id_of(call.context.execution_id + "/own");
  const auto bunker = bunkers_.get(call.context.tenant_id, wanted);
  if (!bunker)
    return bunker.error().code == "BUNKER_NOT_FOUND" ? Json() : Result<Json>(tl::unexpected(bunker.error()));
  if (auto gone = bunkers_.destroy(*bunker); !gone) return tl::unexpected(gone.error());
  return Json();
}

}  // namespace scaiflow::grid
