#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "apps/core/host/plugins/registry.h"
#include "libs/net/executor.h"
#include "libs/net/http_client.h"
#include "libs/net/outbound.h"
#include "libs/store/database.h"

namespace scaiflow::core {

struct Host;

/// `http`, `kv`, `scaidrive`, and the bridges of `[runtime.plugins]`.
void add_builtin_plugins(PluginRegistry& registry, Host& host);

/// The outbound rule as it is now: which ports are our own is known only once the server listens.
using OutboundRuleNow = std::function<net::OutboundRule()>;

/// Binary bodies are stored as payloads of the tenant and handed on as blob references (07 §10).
std::shared_ptr<Plugin> make_http_plugin(net::HttpClient& client, store::Database& database,
                                         OutboundRuleNow rule);
std::shared_ptr<Plugin> make_kv_plugin(store::Database& database);
/// Files below `root/<tenant>/`. The knowledge base is put there when a tenant's folder is made.
std::shared_ptr<Plugin> make_drive_plugin(net::Executor& pool, std::string root);
/// `POST url` {`method`,`args`,`context`} (07 §10).
std::shared_ptr<Plugin> make_bridge_plugin(net::HttpClient& client, const Json& settings);

}  // namespace scaiflow::core
