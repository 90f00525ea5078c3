#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "generated/cpp/ir_records.h"

namespace scaiflow::ir {

/// Which body of a block a child body is; `Main` is the field `body`.
enum class BodySlot : std::uint8_t {
  Main,
  Branch,
  Arm,
  Else,
  Catch,
  Finally,
  OnResponse,
  OnValidationFailure,
};

/// A body inside a block. `index` counts branches, arms, catches and responses; 0 for the rest.
struct ChildBody {
  BodySlot slot = BodySlot::Main;
  std::size_t index = 0;
  const Body* body = nullptr;
};

/// The bodies inside `block`, in encoding order; absent ones are left out.
std::vector<ChildBody> child_bodies(const Block& block);

/// JSON pointer of a child body below its block: `/arms/0/body`, `/else_body`.
std::string pointer_of(const ChildBody& child);

/// Calls `visit(const Block&)` for every block of `body`, each before its children, in encoding order.
template <class Visit>
void for_each_block(const Body& body, Visit&& visit) {
  std::vector<std::pair<const Body*, std::size_t>> open{{&body, 0}};
  while (!open.empty()) {
    auto& [current, next] = open.back();
    if (next == current->size()) {
      open.pop_back();
      continue;
    }
    const Block& block = (*current)[next++];
    visit(block);
    const std::vector<ChildBody> children = child_bodies(block);
    for (auto child = children.rbegin(); child != children.rend(); ++child) open.emplace_back(child->body, 0);
  }
}

/// The same for every flow of the module.
template <class Visit>
void for_each_block(const Module& module, Visit&& visit) {
  for (const Flow& flow : module.flows) for_each_block(flow.body, visit);
}

/// Calls `visit(const Statement&)` for every statement, each `if` before its lists.
template <class Visit>
void for_each_statement(const Statements& statements, Visit&& visit) {
  std::vector<std::pair<const Statements*, std::size_t>> open{{&statements, 0}};
  while (!open.empty()) {
    auto& [current, next] = open.back();
    if (next == current->size()) {
      open.pop_back();
      continue;
    }
    const Statement& statement = (*current)[next++];
    visit(statement);
    if (const auto* choice = statement.as<IfStatement>()) {
      open.emplace_back(&choice->else_, 0);
      open.emplace_back(&choice->then, 0);
    }
  }
}

/// Finds blocks by id. Holds pointers into the module, which must outlive it unchanged.
class BlockIndex {
 public:
  explicit BlockIndex(const Module& module);
  /// Null when no block has the id; of several with one id (E417) the first.
  const Block* find(std::string_view id) const;
  std::size_t size() const { return blocks_.size(); }

 private:
  std::unordered_map<std::string_view, const Block*> blocks_;
};

/// The first block of that id in encoding order, or null.
Block* find_block(Module& module, std::string_view id);

/// The flow of that name, or null.
const Flow* find_flow(const Module& module, std::string_view name);

/// The model of that role; the first for an empty role; null when there is none.
const Model* find_model(const Module& module, std::string_view role);

/// The statements of a rigid or debug block, or null.
const Statements* statements_of(const Block& block);

}  // namespace scaiflow::ir
