#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "apps/core/host/ports.h"
#include "apps/core/machine/program.h"

namespace scaiflow::core {

/// Plugins by endpoint name.
class PluginRegistry {
 public:
  void add(std::string name, std::shared_ptr<Plugin> plugin) {
    plugins_[std::move(name)] = std::move(plugin);
  }
  Plugin* find(const std::string& name) const;
  /// The plugin behind an alias and its configuration: as the Core has it ({`alias`, `endpoint`, `config`}),
  /// else as its module says; null when it is not served.
  Plugin* of_alias(const machine::Program& program, const Json& core_plugins, const std::string& alias,
                   Json* config = nullptr) const;
  /// The plugin of an endpoint `plugin://<name>`.
  Plugin* of_endpoint(const std::string& endpoint) const;

 private:
  std::map<std::string, std::shared_ptr<Plugin>> plugins_;
};

}  // namespace scaiflow::core
