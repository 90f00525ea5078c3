#pragma once

#include <optional>
#include <string>

#include "libs/ir/ir.h"

namespace scaiflow::grid {

/// The flow that a chat runs: that of the first `api` trigger, else of the first webhook, else the first.
const ir::Flow* default_flow(const ir::Module& module);

/// The block whose text is the flow's answer as it comes (08 §8.12): a plain `flexible` block of the flow's
/// own body whose value the flow gives as it is, or as `response`. Nothing when there is no such block.
std::optional<std::string> stream_source(const ir::Flow& flow);

}  // namespace scaiflow::grid
