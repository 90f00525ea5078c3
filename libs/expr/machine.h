#pragma once

#include <cstdint>
#include <vector>

#include "libs/expr/context.h"
#include "libs/expr/expr.h"
#include "libs/expr/methods.h"
#include "libs/expr/program.h"

namespace scaiflow::expr {

/// Evaluates the nodes of a program with a stack of values and a stack of running lambda methods (03 §12).
class Machine {
 public:
  Machine(const Program& program, const Scope& scope, Context& cx);

  /// The value of one expression; null after a failure, which `cx` holds.
  Value run(const Segment& segment);
  std::uint32_t error_offset() const { return error_offset_; }

 private:
  /// A method that is calling its lambda.
  struct Loop {
    const Node* call = nullptr;
    Method method{};
    Value receiver;
    std::size_t size = 0;
    std::size_t index = 0;
    Value params[lambda_params_max];
    std::vector<Value> results;
    std::vector<Value> arguments;
    Value state;           ///< accumulator of reduce, outcome of find, any and all
    bool is_done = false;  ///< the outcome is known before the end
  };

  bool execute(const Node& node);
  bool execute_jump(const Node& node);
  bool load_name(const Node& node);
  void make_array(const Node& node);
  void make_object(const Node& node);
  void call_function(const Node& node);
  void call_method(const Node& node);
  void start_loop(const Node& node);
  void accept_result();
  void advance_loop();
  void set_params(Loop& loop);
  Value finish_loop(Loop& loop);

  void push(Value value) { stack_.push_back(std::move(value)); }
  Value pop() {
    Value value = std::move(stack_.back());
    stack_.pop_back();
    return value;
  }
  Value& top() { return stack_.back(); }
  /// The uppermost `count` values, in order.
  const Value* uppermost(std::size_t count) const { return stack_.data() + (stack_.size() - count); }
  void drop(std::size_t count) {
    stack_.erase(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
  }

  const Program& program_;
  const Scope& scope_;
  Context& cx_;
  std::uint32_t pc_ = 0;
  std::uint32_t error_offset_ = 0;
  std::vector<Value> stack_;
  std::vector<Loop> loops_;
};

}  // namespace scaiflow::expr
