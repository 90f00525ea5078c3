#include "apps/grid/mcp/mcp_wire.h"

#include <algorithm>

#include "apps/grid/envelope.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"

namespace scaiflow::grid::mcp {

namespace {

constexpr char stateless_version[] = "2026-07-28";
constexpr std::string_view initialized_versions[] = {"2025-11-25", "2025-06-18", "2025-03-26"};
constexpr char version_member[] = "io.modelcontextprotocol/protocolVersion";

constexpr int parse_error = -32700;
constexpr int invalid_request = -32600;
constexpr int header_mismatch = -32020;
constexpr int unsupported_version = -32022;

bool is_initialized_version(std::string_view version) {
  return std::find(std::begin(initialized_versions), std::end(initialized_versions), version) !=
         std::end(initialized_versions);
}

/// A header value, out of the base64 that carries what is not plain.
std::string decoded(std::string_view header) {
  constexpr std::string_view begin = "=?base64?", end = "?=";
  if (!header.starts_with(begin) || !header.ends_with(end)) return std::string(header);
  std::string out;
  const std::string_view text = header.substr(begin.size(), header.size() - begin.size() - end.size());
  return base64_decode(text, out) ? out : std::string();
}

Fault mismatch(const std::string& header) {
  return {400, header_mismatch, "the header " + header + " differs from the body", {}};
}

/// The headers of the stateless era repeat what the body says.
tl::expected<void, Fault> check_headers(const net::HttpRequest& request, const Message& message) {
  if (message.protocol_version != stateless_version) {
    return tl::unexpected(
        Fault{400, unsupported_version, "the protocol version is not supported",
              Json::object({{"supported", supported_versions()}, {"requested", message.protocol_version}})});
  }
  if (request.headers.get("MCP-Protocol-Version") != message.protocol_version)
    return tl::unexpected(mismatch("MCP-Protocol-Version"));
  if (request.headers.get("Mcp-Method") != message.method) return tl::unexpected(mismatch("Mcp-Method"));
  const Json& name = message.params["name"];
  if (message.method == "tools/call" && Json(decoded(request.headers.get("Mcp-Name"))) != name) {
    return tl::unexpected(mismatch("Mcp-Name"));
  }
  return {};
}

}  // namespace

Json supported_versions() {
  Json out = Json::array({stateless_version});
  for (const std::string_view version : initialized_versions) out.push_back(version);
  return out;
}

tl::expected<Message, Fault> read(const net::HttpRequest& request, Json& id) {
  auto body = try_parse_json(request.body);
  if (!body) return tl::unexpected(Fault{400, parse_error, "the body is not JSON", {}});
  const bool is_message =
      body->is_object() && (*body)["jsonrpc"] == Json("2.0") && (*body)["method"].is_string();
  if (!is_message)
    return tl::unexpected(Fault{400, invalid_request, "expected one JSON-RPC request or notification", {}});
  Message out;
  id = out.id = (*body)["id"];
  out.method = (*body)["method"].as_string();
  out.params = (*body)["params"].is_object() ? (*body)["params"] : Json::object();
  const Json& version = out.params["_meta"][version_member];
  if (version.is_string()) {
    out.era = Era::Stateless;
    out.protocol_version = version.as_string();
    if (auto checked = check_headers(request, out); !checked) return tl::unexpected(checked.error());
    return out;
  }
  out.protocol_version = std::string(request.headers.get("MCP-Protocol-Version"));
  if (!out.protocol_version.empty() && !is_initialized_version(out.protocol_version))
    return tl::unexpected(Fault{400, invalid_request, "the protocol version is not supported", {}});
  return out;
}

Json response(const Json& id, Json result) {
  return Json::object({{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}});
}

net::HttpResponse answer(const Json& id, Json result) {
  return json_response(200, response(id, std::move(result)));
}

net::HttpResponse answer(const Json& id, const Fault& fault) {
  Json error = Json::object({{"code", fault.code}, {"message", fault.message}});
  if (!fault.data.is_null()) error.set("data", fault.data);
  return json_response(fault.status, Json::object({{"jsonrpc", "2.0"}, {"id", id}, {"error", error}}));
}

std::string agreed_version(const Json& params) {
  const std::string asked = params.string_or("protocolVersion", "");
  return is_initialized_version(asked) ? asked : std::string(initialized_versions[0]);
}

}  // namespace scaiflow::grid::mcp
