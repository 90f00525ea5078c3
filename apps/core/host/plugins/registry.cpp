#include "apps/core/host/plugins/registry.h"

#include <string_view>

namespace scaiflow::core {

Plugin* PluginRegistry::find(const std::string& name) const {
  const auto at = plugins_.find(name);
  return at == plugins_.end() ? nullptr : at->second.get();
}

Plugin* PluginRegistry::of_endpoint(const std::string& endpoint) const {
  constexpr std::string_view scheme = "plugin://";
  return endpoint.starts_with(scheme) ? find(endpoint.substr(scheme.size())) : nullptr;
}

Plugin* PluginRegistry::of_alias(const machine::Program& program, const Json& core_plugins,
                                 const std::string& alias, Json* config) const {
  if (core_plugins.is_array()) {
    for (const Json& plugin : core_plugins.as_array()) {
      if (plugin["alias"] != Json(alias)) continue;
      if (config) *config = plugin["config"];
      return of_endpoint(plugin.string_or("endpoint", ""));
    }
  }
  for (const ir::Plugin& plugin : program.module().plugins) {
    if (plugin.alias != alias) continue;
    if (config) *config = Json(plugin.config);
    Plugin* const named = of_endpoint(plugin.endpoint);
    return named ? named : find(alias);
  }
  return nullptr;
}

}  // namespace scaiflow::core
