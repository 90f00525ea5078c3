#pragma once

#include <memory>

#include "apps/core/host/ports.h"
#include "libs/net/executor.h"
#include "libs/net/http_client.h"

namespace scaiflow::core {

/// A plugin behind an MCP server (07 §10): `mcp_http` with `url` and `headers`, or `mcp_stdio` with `command`
/// and `env`. It speaks the stateless era and falls back to the one that begins with `initialize`. Null when
/// the settings name no server.
std::shared_ptr<Plugin> make_mcp_plugin(net::HttpClient& client, net::Timers& timers, net::Executor& executor,
                                        const Json& settings);
/// At most `max_concurrent` calls of a plugin at once, none longer than `timeout_ms` (0 = as long as it is
/// given).
std::shared_ptr<Plugin> make_limited_plugin(std::shared_ptr<Plugin> plugin, std::int64_t max_concurrent,
                                            std::int64_t timeout_ms);

}  // namespace scaiflow::core
