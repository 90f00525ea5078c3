#include "apps/core/host/plugins/registry.h"

#include <string_view>

namespace scaiflow::core {

Plugin* PluginRegistry::find(const std::string& name) const {
  const auto at = plugins_.find(name);
  return at == plugins_.end() ? nullptr : at->second.get();
}

Plugin* PluginRegistry::of_alias(const machine::Program& program, const std::string& alias,
                                 Json* config) const {
  constexpr std::string_view scheme = "plugin://";
  for (const ir::Plugin& plugin : program.module().plugins) {
    if (plugin.alias != alias) continue;
    if (config) *config = Json(plugin.config);
    const bool named = std::string_view(plugin.endpoint).substr(0, scheme.size()) == scheme;
    return find(named ? plugin.endpoint.substr(scheme.size()) : alias);
  }
  return nullptr;
}

}  // namespace scaiflow::core
