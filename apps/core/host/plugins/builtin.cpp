#include "apps/core/host/plugins/builtin.h"

#include "apps/core/host/host.h"

namespace scaiflow::core {

void add_builtin_plugins(PluginRegistry& registry, Host& host) {
  OutboundRule rule;
  rule.allow_private = host.settings.allow_private_upstreams;
  rule.hosts = host.settings.upstream_hosts;
  rule.own_addresses = host.settings.own_addresses;
  registry.add("http", make_http_plugin(*host.ports.http, host.database, rule));
  registry.add("kv", make_kv_plugin(host.database));
  registry.add("scaidrive", make_drive_plugin(host.pool, host.settings.data_dir + "/drive"));
  if (!host.settings.plugins.is_object()) return;
  for (const auto& [name, settings] : host.settings.plugins.as_object()) {
    if (settings.string_or("type", "http") == "http" && settings.contains("url")) {
      registry.add(name, make_bridge_plugin(*host.ports.http, settings));
    }
  }
}

}  // namespace scaiflow::core
