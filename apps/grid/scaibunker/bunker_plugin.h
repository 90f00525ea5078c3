#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apps/core/host/ports.h"
#include "apps/grid/scaibunker/bunkers.h"

namespace scaiflow::grid {

/// Plugin `scaibunker` (02 §9, §11): sandboxes for the nodes of a flow. Calls without `bunker` use the
/// execution's own one, made on first use from the Core's capability (07 §10).
class BunkerPlugin final : public core::Plugin {
 public:
  /// Commands run on `pool`, each for its whole time.
  BunkerPlugin(Bunkers& bunkers, net::Executor& pool) : bunkers_(bunkers), pool_(pool) {}

  std::vector<std::string> methods() const override {
    return {"create", "exec", "write_file", "read_file", "destroy"};
  }
  std::string problem() const override { return jail_problem(); }
  core::Cancel call(core::PluginCall call, std::function<void(core::PluginResult)> done) override;
  void ended(const std::string& execution_id) override;

 private:
  core::PluginResult run(const core::PluginCall& call, const StopPtr& stop);
  Result<BunkerRow> create(const core::PluginCall& call);
  Result<BunkerRow> bunker_of(const core::PluginCall& call);
  core::PluginResult exec(const core::PluginCall& call, const StopPtr& stop);
  Result<Json> write_file(const core::PluginCall& call);
  Result<Json> read_file(const core::PluginCall& call);
  Result<Json> destroy(const core::PluginCall& call);

  Bunkers& bunkers_;
  net::Executor& pool_;
};

}  // namespace scaiflow::grid
