#pragma once

#include "apps/core/host/ports.h"
#include "apps/grid/scaiqueue/messages.h"

namespace scaiflow::grid {

/// Plugin `scaiqueue` (02 §8, §11): what a flow publishes, claims and settles commits together with the
/// record of its result.
class QueuePlugin final : public core::Plugin {
 public:
  QueuePlugin(Messages& messages, store::Database& database) : messages_(messages), database_(database) {}

  std::vector<std::string> methods() const override { return {"publish", "claim", "complete", "fail"}; }
  std::optional<tl::expected<core::PreparedWrite, core::PluginFailure>> prepare(
      const core::PluginCall& call) override;
  core::Cancel call(core::PluginCall call, std::function<void(core::PluginResult)> done) override;

 private:
  using Prepared = tl::expected<core::PreparedWrite, core::PluginFailure>;
  Prepared publish(const core::PluginCall& call);
  Prepared claim(const core::PluginCall& call);
  Prepared settle(const core::PluginCall& call);

  Messages& messages_;
  store::Database& database_;
};

}  // namespace scaiflow::grid
