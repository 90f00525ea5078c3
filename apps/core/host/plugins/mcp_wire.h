#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/core/host/ports.h"
#include "libs/net/http_types.h"

/// Messages of the Model Context Protocol as its client needs them (07 §10).
namespace scaiflow::core::mcp {

inline constexpr char newest_version[] = "2026-07-28";
inline constexpr char newest_initialized_version[] =
    "2025-11-25";  ///< of the era that begins with `initialize`

Json request(std::int64_t id, const std::string& method, Json params);
/// The parameters of a request of the stateless era, which carries its version and its client with it.
Json stateless_params(Json params);
/// `MCP-Protocol-Version`, `Mcp-Method` and, for a tool, `Mcp-Name`.
net::Headers stateless_headers(const std::string& method, const Json& params);
Json initialize_params();

/// The response with that id in a body: JSON, or a stream of events.
std::optional<Json> response_in(const std::string& content_type, const std::string& body, std::int64_t id);
/// `result` of a response, or what its error means to the one who called a plugin.
PluginResult result_of(const Json& response);
/// What a `tools/call` gave: structured content, else its only text, else its parts.
PluginResult tool_result(const Json& result);
std::vector<std::string> tool_names(const Json& result);

}  // namespace scaiflow::core::mcp
