#include "apps/core/host/plugins/builtin.h"

#include "apps/core/host/host.h"
#include "apps/core/host/plugins/mcp_plugin.h"

namespace scaiflow::core {

namespace {

/// A plugin of `[runtime.plugins]`; null when the settings name nothing to reach.
std::shared_ptr<Plugin> configured_plugin(Host& host, const Json& settings) {
  if (settings.string_or("type", "http") != "http")
    return make_mcp_plugin(*host.ports.http, host.timers, host.pool, settings);
  return settings.contains("url") ? make_bridge_plugin(*host.ports.http, settings) : nullptr;
}

}  // namespace

void add_builtin_plugins(PluginRegistry& registry, Host& host) {
  const auto rule = [&host] {
    net::OutboundRule now;
    if (host.settings.allow_private_upstreams) now.private_upstreams = net::PrivateUpstreams::Allow;
    now.hosts = host.settings.upstream_hosts;
    if (host.ports.own_listeners) now.own_listeners = host.ports.own_listeners();
    return now;
  };
  registry.add("http", make_http_plugin(*host.ports.http, host.database, rule));
  registry.add("kv", make_kv_plugin(host.database));
  registry.add("scaidrive", make_drive_plugin(host.pool, host.settings.data_dir + "/drive"));
  if (!host.settings.plugins.is_object()) return;
  for (const auto& [name, settings] : host.settings.plugins.as_object()) {
    if (std::shared_ptr<Plugin> plugin = configured_plugin(host, settings)) {
      registry.add(name, make_limited_plugin(std::move(plugin), settings.int_or("max_concurrent", 32),
                                             settings.int_or("timeout_ms", 0)));
    }
  }
}

}  // namespace scaiflow::core
