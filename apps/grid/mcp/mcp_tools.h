#pragma once

#include <string>
#include <vector>

#include "apps/grid/scaicore/core_store.h"
#include "libs/ir/ir.h"

namespace scaiflow::grid {

/// A tool that an MCP client sees: one per `api` trigger of a published Core (08 §8.12).
struct McpTool {
  std::string name;
  std::string trigger;
  Json described;  ///< as `tools/list` shows it
};

std::vector<McpTool> mcp_tools(const CoreRow& core, const ir::Module& module);

}  // namespace scaiflow::grid
