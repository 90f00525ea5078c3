#include "apps/core/machine/program.h"

#include "apps/core/machine/compiler.h"

namespace scaiflow::machine {

Result<std::shared_ptr<const Program>> Program::compile(ir::Module module, std::string ir_hash) {
  std::shared_ptr<Program> program(new Program());
  program->module_ = std::move(module);
  program->ir_hash_ = std::move(ir_hash);
  Compiler compiler(*program);
  compiler.run();
  if (!compiler.problem().empty()) return fail("MODULE", compiler.problem());
  return std::shared_ptr<const Program>(std::move(program));
}

const FlowEntry* Program::flow(std::string_view name) const {
  const auto at = flows_.find(name);
  return at == flows_.end() ? nullptr : &at->second;
}

BlockId Program::block_named(std::string_view id) const {
  const auto at = block_ids_.find(std::string(id));
  return at == block_ids_.end() ? -1 : at->second;
}

const expr::Type* Program::variable_type(std::string_view name) const {
  const auto at = variables_.find(std::string(name));
  return at == variables_.end() || !at->second ? nullptr : &*at->second;
}

const expr::Type* Program::memory_type(std::string_view name) const {
  const auto at = memory_.find(std::string(name));
  return at == memory_.end() ? nullptr : &at->second;
}

}  // namespace scaiflow::machine
