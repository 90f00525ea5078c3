#include "libs/ir/ir.h"

namespace scaiflow::ir {
namespace {

/// Collects the bodies of one block through an overload per block kind that has any.
struct Children {
  std::vector<ChildBody> found;

  void add(BodySlot slot, const Body& body, std::size_t index = 0) { found.push_back({slot, index, &body}); }
  void add(BodySlot slot, const std::optional<Body>& body) {
    if (body) add(slot, *body);
  }
  template <class List>
  void add_all(BodySlot slot, const List& list) {
    for (std::size_t i = 0; i < list.size(); ++i) add(slot, list[i].body, i);
  }

  void operator()(const GuardedBlock& block) {
    add(BodySlot::OnValidationFailure, block.on_validation_failure);
  }
  void operator()(const ParallelBlock& block) { add_all(BodySlot::Branch, block.branches); }
  void operator()(const ForeachBlock& block) { add(BodySlot::Main, block.body); }
  void operator()(const WhileBlock& block) { add(BodySlot::Main, block.body); }
  void operator()(const BudgetBlock& block) { add(BodySlot::Main, block.body); }
  void operator()(const MatchBlock& block) {
    add_all(BodySlot::Arm, block.arms);
    add(BodySlot::Else, block.else_body);
  }
  void operator()(const TryBlock& block) {
    add(BodySlot::Main, block.body);
    add_all(BodySlot::Catch, block.catches);
    add(BodySlot::Finally, block.finally_);
  }
  void operator()(const CheckpointBlock& block) { add_all(BodySlot::OnResponse, block.on_response); }
  void operator()(const RigidBlock&) {}
  void operator()(const FlexibleBlock&) {}
  void operator()(const ModelCallBlock&) {}
  void operator()(const CoreCallBlock&) {}
  void operator()(const AwaitResponsesBlock&) {}
  void operator()(const DebugBlock&) {}
};

std::string listed(std::string_view list, std::size_t index) {
  return "/" + std::string(list) + "/" + std::to_string(index) + "/body";
}

}  // namespace

std::vector<ChildBody> child_bodies(const Block& block) {
  Children children;
  std::visit(children, block.detail);
  return std::move(children.found);
}

std::string pointer_of(const ChildBody& child) {
  switch (child.slot) {
    case BodySlot::Main: return "/body";
    case BodySlot::Branch: return listed("branches", child.index);
    case BodySlot::Arm: return listed("arms", child.index);
    case BodySlot::Else: return "/else_body";
    case BodySlot::Catch: return listed("catches", child.index);
    case BodySlot::Finally: return "/finally";
    case BodySlot::OnResponse: return listed("on_response", child.index);
    case BodySlot::OnValidationFailure: return "/on_validation_failure";
  }
  return {};
}

BlockIndex::BlockIndex(const Module& module) {
  for_each_block(module, [this](const Block& block) { blocks_.try_emplace(block.id, &block); });
}

const Block* BlockIndex::find(std::string_view id) const {
  const auto it = blocks_.find(id);
  return it == blocks_.end() ? nullptr : it->second;
}

Block* find_block(Module& module, std::string_view id) {
  const Block* found = nullptr;
  for_each_block(module, [&](const Block& block) {
    if (!found && block.id == id) found = &block;
  });
  return const_cast<Block*>(found);
}

const Flow* find_flow(const Module& module, std::string_view name) {
  for (const Flow& flow : module.flows) {
    if (flow.name == name) return &flow;
  }
  return nullptr;
}

const Model* find_model(const Module& module, std::string_view role) {
  if (role.empty()) return module.models.empty() ? nullptr : &module.models.front();
  for (const Model& model : module.models) {
    if (model.role == role) return &model;
  }
  return nullptr;
}

const Statements* statements_of(const Block& block) {
  if (const auto* rigid = block.as<RigidBlock>()) return &rigid->statements;
  if (const auto* debug = block.as<DebugBlock>()) return &debug->statements;
  return nullptr;
}

}  // namespace scaiflow::ir
