#include "apps/grid/scaicore/fork_request.h"

#include "apps/grid/envelope.h"
#include "apps/grid/scaicore/core_store.h"

namespace scaiflow::grid {

namespace {

constexpr std::size_t breakpoints_max = 1'000;
constexpr std::size_t block_id_max = 200;

/// `true` when the member is one of two words, the first being the default.
Result<bool> is_second(const Json& body, const char* member, const char* first, const char* second) {
  const std::string word = body.string_or(member, first);
  const bool text = body[member].is_null() || body[member].is_string();
  if (!text || (word != first && word != second))
    return tl::unexpected(invalid(member, std::string("must be ") + first + " or " + second));
  return word == second;
}

Result<std::optional<std::string>> text_of(const Json& body, const char* member) {
  if (body[member].is_null()) return std::optional<std::string>();
  if (!body[member].is_string()) return tl::unexpected(invalid(member, "expected text"));
  return std::optional(body[member].as_string());
}

/// `ir_hash`, or the newest IR of `core_version` of the execution's Core.
Result<std::optional<std::string>> ir_of(Services& services, const Call& call, const Json& body) {
  Result<std::optional<std::string>> hash = text_of(body, "ir_hash");
  Result<std::optional<std::string>> version = text_of(body, "core_version");
  if (!hash) return hash;
  if (!version || (!*hash && !*version)) return version;
  if (*hash) {
    Result<bool> known = services.cores.has_ir(call.principal.tenant_id, **hash);
    if (!known) return tl::unexpected(known.error());
    return *known ? hash : tl::unexpected(invalid("ir_hash", "no Core of the tenant has stored it"));
  }
  Result<Json> origin = services.engine.get_execution(call.principal.tenant_id, call.param("id"));
  if (!origin) return tl::unexpected(origin.error());
  Result<std::optional<std::string>> found =
      services.cores.ir_of(origin->string_or("core_id", ""), **version);
  if (found && !*found)
    return tl::unexpected(invalid("core_version", "the Core has no version " + **version));
  return found;
}

Result<void> read_breakpoints(const Json& body, core::ForkRequest& out) {
  const Json& given = body["breakpoints"];
  if (given.is_null()) return {};
  if (!given.is_array() || given.size() > breakpoints_max)
    return tl::unexpected(invalid("breakpoints", "expected at most 1000 block ids"));
  for (const Json& each : given.as_array()) {
    if (!each.is_string() || each.as_string().size() > block_id_max)
      return tl::unexpected(invalid("breakpoints", "expected block ids"));
    out.breakpoints.push_back(each.as_string());
  }
  return {};
}

Result<void> read_edits(const Json& body, core::ForkRequest& out) {
  const Json& at = body["at_seq"];
  if (!at.is_null() && (!at.is_int() || at.as_int() < 1))
    return tl::unexpected(invalid("at_seq", "must be a whole number from 1"));
  if (at.is_int()) out.at_seq = at.as_int();
  for (const char* member : {"input", "set", "answer"}) {
    if (!body[member].is_null() && !body[member].is_object())
      return tl::unexpected(invalid(member, "expected an object"));
  }
  if (body["input"].is_object()) out.input = body["input"];
  if (body["set"].is_object()) out.set = body["set"];
  out.answer = body["answer"];
  return {};
}

}  // namespace

Result<Fork> fork_request(Services& services, const Call& call) {
  if (!call.principal.may("modules:use"))
    return tl::unexpected(make_error("AUTHZ_PERMISSION_DENIED", "permission_denied: need modules:use"));
  Result<Json> body = json_body(call.request);
  if (!body) return tl::unexpected(body.error());
  Fork out;
  out.request.tenant_id = call.principal.tenant_id;
  out.request.execution_id = call.param("id");
  out.request.invoked_by = call.principal.id;
  if (Result<void> read = read_edits(*body, out.request); !read) return tl::unexpected(read.error());
  if (Result<void> read = read_breakpoints(*body, out.request); !read) return tl::unexpected(read.error());
  Result<bool> stops = is_second(*body, "on_mismatch", "live", "stop");
  if (!stops) return tl::unexpected(stops.error());
  Result<bool> live = is_second(*body, "memory", "sandbox", "live");
  if (!live) return tl::unexpected(live.error());
  out.request.on_mismatch = *stops ? core::ForkRequest::Mismatch::Stop : core::ForkRequest::Mismatch::Live;
  out.request.memory = *live ? core::ForkRequest::Memory::Live : core::ForkRequest::Memory::Sandbox;
  Result<std::optional<std::string>> ir = ir_of(services, call, *body);
  if (!ir) return tl::unexpected(ir.error());
  out.request.ir_hash = std::move(*ir);
  out.dry_run = body->bool_or("dry_run", false);
  return out;
}

}  // namespace scaiflow::grid
