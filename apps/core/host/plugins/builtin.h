#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "apps/core/host/plugins/registry.h"
#include "libs/net/executor.h"
#include "libs/net/http_client.h"
#include "libs/store/database.h"

namespace scaiflow::core {

struct Host;

/// `http`, `kv`, `scaidrive`, and the bridges of `[runtime.plugins]`.
void add_builtin_plugins(PluginRegistry& registry, Host& host);

/// The outbound rule of 10 §9.2 for URLs that a flow supplies.
struct OutboundRule {
  bool allow_private = false;              ///< `elevated` Cores, SCAIFLOW_ALLOW_PRIVATE_UPSTREAMS
  std::vector<std::string> hosts;          ///< SCAIFLOW_UPSTREAM_HOSTS; empty = any
  std::vector<std::string> own_addresses;  ///< `ip:port` of this process

  /// Why the URL may not be asked; empty when it may.
  std::string refusal(const std::string& url) const;
  net::AddressFilter filter() const;
};
/// Loopback, private, link-local, unique-local, multicast, unspecified, and IPv4-mapped forms of these.
bool is_private_address(std::string_view address);

/// Binary bodies are stored as payloads of the tenant and handed on as blob references (07 §10).
std::shared_ptr<Plugin> make_http_plugin(net::HttpClient& client, store::Database& database,
                                         OutboundRule rule);
std::shared_ptr<Plugin> make_kv_plugin(store::Database& database);
/// Files below `root/<tenant>/`. The knowledge base is put there when a tenant's folder is made.
std::shared_ptr<Plugin> make_drive_plugin(net::Executor& pool, std::string root);
/// `POST url` {`method`,`args`,`context`} (07 §10).
std::shared_ptr<Plugin> make_bridge_plugin(net::HttpClient& client, const Json& settings);

}  // namespace scaiflow::core
