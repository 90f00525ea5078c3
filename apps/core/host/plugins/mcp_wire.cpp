#include "apps/core/host/plugins/mcp_wire.h"

#include <algorithm>

#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/net/sse.h"

namespace scaiflow::core::mcp {

namespace {

Json client_info() { return Json::object({{"name", "scaiflow"}, {"version", "0.1.0"}}); }

/// Header values are visible ASCII; any other name travels in base64.
std::string header_text(const std::string& name) {
  const bool plain =
      std::all_of(name.begin(), name.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  return plain ? name : "=?base64?" + base64_encode(name) + "?=";
}

PluginResult failed(std::string code, std::string message) {
  return tl::unexpected(PluginFailure{std::move(code), std::move(message), false, {}});
}

std::string all_text(const Json& content) {
  std::string out;
  if (!content.is_array()) return out;
  for (const Json& part : content.as_array()) {
    if (part.string_or("type", "") == "text") out += (out.empty() ? "" : "\n") + part.string_or("text", "");
  }
  return out;
}

}  // namespace

Json request(std::int64_t id, const std::string& method, Json params) {
  return Json::object({{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}});
}

Json stateless_params(Json params) {
  Json meta = params["_meta"].is_object() ? params["_meta"] : Json::object();
  meta.set("io.modelcontextprotocol/protocolVersion", newest_version)
      .set("io.modelcontextprotocol/clientInfo", client_info())
      .set("io.modelcontextprotocol/clientCapabilities", Json::object());
  return params.set("_meta", std::move(meta));
}

net::Headers stateless_headers(const std::string& method, const Json& params) {
  net::Headers out{{"MCP-Protocol-Version", newest_version}, {"Mcp-Method", method}};
  if (params["name"].is_string()) out.set("Mcp-Name", header_text(params["name"].as_string()));
  return out;
}

Json initialize_params() {
  return Json::object({{"protocolVersion", newest_initialized_version},
                       {"capabilities", Json::object()},
                       {"clientInfo", client_info()}});
}

std::optional<Json> response_in(const std::string& content_type, const std::string& body, std::int64_t id) {
  std::optional<Json> found;
  const auto look = [&](const std::string& text) {
    auto message = try_parse_json(text);
    if (message && (*message)["id"] == Json(id) && !message->contains("method")) found = std::move(*message);
  };
  if (content_type.find("text/event-stream") == std::string::npos) {
    look(body);
    return found;
  }
  net::SseParser parser([&](const net::SseEvent& event) { look(event.data); }, 8u << 20);
  parser.feed(body);
  return found;
}

PluginResult result_of(const Json& response) {
  const Json& error = response["error"];
  if (!error.is_object()) return response["result"];
  const std::string message = error.string_or("message", "the server refused the call");
  const std::int64_t code = error.int_or("code", 0);
  const bool unknown =
      code == -32601 || (code == -32602 && to_lower(message).find("tool") != std::string::npos);
  return failed(unknown ? "unknown_method" : "rejected", message);
}

PluginResult tool_result(const Json& result) {
  const Json& content = result["content"];
  const std::string text = all_text(content);
  if (result.bool_or("isError", false)) return failed("tool_error", text.empty() ? "the tool failed" : text);
  if (result.string_or("resultType", "complete") == "input_required")
    return failed("bad_response", "the tool asks for input, which a flow cannot give");
  if (!result["structuredContent"].is_null()) return result["structuredContent"];
  if (!content.is_array()) return failed("bad_response", "the tool answered without content");
  if (content.size() != 1 || content.at(0).string_or("type", "") != "text") return content;
  const auto parsed = try_parse_json(text);
  if (parsed && (parsed->is_object() || parsed->is_array())) return *parsed;
  return Json(text);
}

std::vector<std::string> tool_names(const Json& result) {
  std::vector<std::string> out;
  if (!result["tools"].is_array()) return out;
  for (const Json& tool : result["tools"].as_array()) out.push_back(tool.string_or("name", ""));
  return out;
}

}  // namespace scaiflow::core::mcp
