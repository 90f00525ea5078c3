#include <gtest/gtest.h>

#include <functional>

#include "generated/cpp/limits.h"
#include "libs/ir/codec.h"
#include "libs/ir/verify.h"

// Every limit of a module (04 §10): what is as large as it may be has no problem, one more has its own.

namespace scaiflow::ir {
namespace {

using Made = std::function<Module(std::int64_t)>;

struct Limit {
  const char* name;
  std::int64_t value;
  const char* code;
  Made module_with;
};

std::string numbered(const char* prefix, std::int64_t i) { return prefix + std::to_string(i); }

Module sound_module() {
  Module module;
  module.name = "m";
  module.identity.name = module.identity.persona = "M";
  module.models.push_back({});
  module.models[0].role = "primary";
  module.models[0].provider = "p";
  module.models[0].model = "m";
  module.flows.push_back({});
  module.flows[0].name = "main";
  return module;
}

template <class Detail>
Module with_block(Detail detail) {
  Module module = sound_module();
  Block block;
  block.id = "b";
  block.detail = std::move(detail);
  module.flows[0].body.push_back(std::move(block));
  return module;
}

Module with_blocks(std::int64_t n) {
  Module module = sound_module();
  for (std::int64_t i = 0; i < n; ++i) {
    Block block;
    block.id = numbered("b", i);
    block.detail = RigidBlock{};
    module.flows[0].body.push_back(std::move(block));
  }
  return module;
}

Module with_statements(std::int64_t n) {
  RigidBlock block;
  for (std::int64_t i = 0; i < n; ++i) block.statements.push_back({ExpressionStatement{"1"}});
  return with_block(std::move(block));
}

Module with_iterations(std::int64_t n) {
  WhileBlock block;
  block.condition = "true";
  block.max_iterations = n;
  return with_block(std::move(block));
}

Module with_concurrent_items(std::int64_t n) {
  ForeachBlock block;
  block.item = "i";
  block.iterable = "[]";
  block.max_concurrent = n;
  return with_block(std::move(block));
}

Module with_concurrent_branches(std::int64_t n) {
  ParallelBlock block;
  block.max_concurrent = n;
  block.branches.push_back({});
  return with_block(std::move(block));
}

Module with_concurrent_executions(std::int64_t n) {
  Module module = sound_module();
  module.instance.max_concurrent = n;
  return module;
}

Module with_retries(std::int64_t n) {
  BudgetBlock block;
  block.limits.max_retries = n;
  return with_block(std::move(block));
}

Module with_options(std::int64_t n) {
  CheckpointBlock block;
  block.prompt = "?";
  for (std::int64_t i = 0; i < n; ++i) block.options.push_back(numbered("o", i));
  return with_block(std::move(block));
}

template <class Item>
Made declaring(std::vector<Item> Module::* list, const std::function<Item(std::int64_t)>& make) {
  return [=](std::int64_t n) {
    Module module = sound_module();
    auto& items = module.*list;
    for (auto i = static_cast<std::int64_t>(items.size()); i < n; ++i) items.push_back(make(i));
    return module;
  };
}

TypeDef type_number(std::int64_t i) { return {numbered("T", i), Json("int")}; }
Variable variable_number(std::int64_t i) { return {numbered("v", i), {}, {}, ""}; }
Plugin plugin_number(std::int64_t i) { return {numbered("p", i), "plugin://kv", {}}; }
Model model_number(std::int64_t i) {
  Model model;
  model.role = numbered("r", i);
  model.provider = model.model = "m";
  return model;
}
Trigger trigger_number(std::int64_t i) {
  Trigger trigger;
  trigger.kind = "webhook";
  trigger.name = numbered("t", i);
  trigger.target_flow = "main";
  trigger.path = "/" + trigger.name;
  return trigger;
}

const std::vector<Limit>& module_limits() {
  static const std::vector<Limit> all = {
      {"blocks", limits::blocks_max, "E420", with_blocks},
      {"statements", limits::statements_per_rigid_max, "E421", with_statements},
      {"iterations", limits::max_iterations_max, "E421", with_iterations},
      {"concurrent_items", limits::max_concurrent_max, "E421", with_concurrent_items},
      {"concurrent_branches", limits::max_concurrent_max, "E421", with_concurrent_branches},
      {"concurrent_executions", limits::max_concurrent_max, "E421", with_concurrent_executions},
      {"retries", limits::max_retries_max, "E421", with_retries},
      {"options", limits::checkpoint_options_max, "E421", with_options},
      {"types", limits::ir_declarations_max, "E421", declaring<TypeDef>(&Module::types, type_number)},
      {"variables", limits::ir_declarations_max, "E421",
       declaring<Variable>(&Module::variables, variable_number)},
      {"plugins", limits::ir_declarations_max, "E421", declaring<Plugin>(&Module::plugins, plugin_number)},
      {"models", limits::ir_declarations_max, "E421", declaring<Model>(&Module::models, model_number)},
      {"triggers", limits::ir_declarations_max, "E421",
       declaring<Trigger>(&Module::triggers, trigger_number)},
  };
  return all;
}

class ModuleLimit : public ::testing::TestWithParam<Limit> {};

TEST_P(ModuleLimit, IsHitAtItsValueAndNotBelow) {
  const auto& [name, value, code, module_with] = GetParam();
  for (const auto& found : verify(module_with(value))) {
    ADD_FAILURE() << value << " is allowed: " << found.code << " " << found.message;
  }
  const auto found = verify(module_with(value + 1));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].code, code);
  EXPECT_NE(found[0].message.find(std::to_string(value + 1)), std::string::npos) << found[0].message;
}

INSTANTIATE_TEST_SUITE_P(Chapter, ModuleLimit, testing::ValuesIn(module_limits()),
                         [](const auto& each) { return std::string(each.param.name); });

/// Encoded, a module may have `bundle_bytes_max` bytes: text of the size that is left makes it exact.
TEST(BundleLimit, BytesAreCountedExactly) {
  Module module = sound_module();
  const std::size_t most = limits::bundle_bytes_max;
  module.description = std::string(most / 2, 'x');
  const std::size_t room = most - encode(module).size();
  module.description += std::string(room, 'x');
  const std::string bundle = encode(module);
  ASSERT_EQ(bundle.size(), most);
  EXPECT_TRUE(decode(bundle));
  EXPECT_EQ(decode(bundle + "x").error().code, "SCIR_TOO_LARGE");
}

}  // namespace
}  // namespace scaiflow::ir
