#include "libs/expr/machine.h"

#include "libs/expr/operators.h"

namespace scaiflow::expr {

namespace {

/// Ends and skips are no tree nodes and cost nothing.
bool is_tree_node(Op op) {
  return op != Op::OrEnd && op != Op::AndEnd && op != Op::CoalesceEnd && op != Op::Else && op != Op::IfEnd &&
         op != Op::Lambda && op != Op::LambdaEnd;
}

bool decides_early(Method method) {
  return method == Method::Find || method == Method::Any || method == Method::All;
}

}  // namespace

Machine::Machine(const Program& program, const Scope& scope, Context& cx)
    : program_(program), scope_(scope), cx_(cx) {
  stack_.reserve(8);
}

Value Machine::run(const Segment& segment) {
  pc_ = segment.begin;
  while (pc_ < segment.end) {
    const Node& node = program_.nodes[pc_];
    if (is_tree_node(node.op) && !cx_.step()) {
      error_offset_ = node.offset;
      return {};
    }
    const bool jumped = execute(node);
    if (cx_.failed() || !cx_.settle()) {
      error_offset_ = node.offset;
      return {};
    }
    if (!jumped) ++pc_;
  }
  return pop();
}

/// True when the node has set the place to go on.
bool Machine::execute(const Node& node) {
  switch (node.op) {
    case Op::Constant: push(program_.constants[node.a]); return false;
    case Op::Name: return load_name(node);
    case Op::Param: push(loops_[node.b].params[node.count]); return false;
    case Op::Member: top() = member_of(top(), program_.texts[node.a], cx_); return false;
    case Op::Index: {
      const Value index = pop();
      top() = element_of(top(), index, cx_);
      return false;
    }
    case Op::Array: make_array(node); return false;
    case Op::Object: make_object(node); return false;
    case Op::Call: call_function(node); return false;
    case Op::Method:
      if (node.b == 0) return call_method(node), false;
      start_loop(node);
      return true;
    case Op::Not: top() = Value(Json(!is_truthy(top()))); return false;
    case Op::Negate: top() = negate(top(), cx_); return false;
    case Op::Equal:
    case Op::Unequal:
    case Op::Less:
    case Op::LessEqual:
    case Op::Greater:
    case Op::GreaterEqual:
    case Op::In:
    case Op::NotIn:
    case Op::Add:
    case Op::Subtract:
    case Op::Multiply:
    case Op::Divide:
    case Op::Remainder: {
      const Value right = pop();
      top() = apply_binary(node.op, top(), right, cx_);
      return false;
    }
    case Op::Or:
    case Op::OrEnd:
    case Op::And:
    case Op::AndEnd:
    case Op::Coalesce:
    case Op::CoalesceEnd:
    case Op::If:
    case Op::Else:
    case Op::IfEnd:
    case Op::Lambda:
    case Op::LambdaEnd: return execute_jump(node);
    case Op::Unknown: break;  // only in programs that are not valid, which are never evaluated
  }
  return false;
}

bool Machine::execute_jump(const Node& node) {
  const auto jump = [this, &node] {
    pc_ = node.a;
    return true;
  };
  if (node.op == Op::Or || node.op == Op::And) {
    const bool left = is_truthy(pop());
    if (left != (node.op == Op::Or)) return false;
    push(Value(Json(left)));
    return jump();
  }
  if (node.op == Op::OrEnd || node.op == Op::AndEnd) {
    top() = Value(Json(is_truthy(top())));
    return false;
  }
  if (node.op == Op::Coalesce) {
    if (!top().is_null()) return jump();
    pop();
    return false;
  }
  if (node.op == Op::If) return is_truthy(pop()) ? false : jump();
  if (node.op == Op::Else || node.op == Op::Lambda) return jump();
  if (node.op == Op::LambdaEnd) {
    accept_result();
    return true;
  }
  return false;
}

bool Machine::load_name(const Node& node) {
  const std::string& name = program_.texts[node.a];
  Json found;
  if (scope_.find(name, found)) {
    push(Value(std::move(found)));
  } else {
    push(cx_.fail(ErrorCode::UnknownName, "unknown name '" + name + "'"));
  }
  return false;
}

void Machine::make_array(const Node& node) {
  const Value* items = uppermost(node.a);
  Value array = cx_.make_array(std::vector<Value>(items, items + node.a));
  drop(node.a);
  push(std::move(array));
}

void Machine::make_object(const Node& node) {
  const Value* values = uppermost(node.a);
  Dict members;
  for (std::uint32_t i = 0; i < node.a; ++i) members.set(program_.keys[node.b + i], values[i]);
  Value object = cx_.make_map(std::move(members));
  drop(node.a);
  push(std::move(object));
}

void Machine::call_function(const Node& node) {
  Value result = expr::call_function(static_cast<Function>(node.a), uppermost(node.count), node.count, cx_);
  drop(node.count);
  push(std::move(result));
}

void Machine::call_method(const Node& node) {
  const Value* arguments = uppermost(node.count);
  Value result = expr::call_method(static_cast<Method>(node.a), arguments[-1], arguments, node.count, cx_);
  drop(node.count);
  top() = std::move(result);
}

// Methods with a lambda.

void Machine::start_loop(const Node& node) {
  Loop loop;
  loop.call = &node;
  loop.method = static_cast<Method>(node.a);
  const Value* arguments = uppermost(node.count);
  loop.arguments.assign(arguments, arguments + node.count);
  loop.receiver = arguments[-1];
  drop(node.count + 1u);
  if (!check_receiver(loop.method, loop.receiver, cx_)) return;
  loop.size = loop.receiver.is_map() ? Members(loop.receiver).size() : Items(loop.receiver).size();
  if (loop.method == Method::Reduce) loop.state = loop.arguments.front();
  if (loop.method == Method::All) loop.state = Value(Json(true));
  if (loop.method == Method::Any) loop.state = Value(Json(false));
  loops_.push_back(std::move(loop));
  advance_loop();
}

/// At the end of the lambda: its result is on the stack.
void Machine::accept_result() {
  Loop& loop = loops_.back();
  Value result = pop();
  if (loop.method == Method::Reduce) {
    loop.state = std::move(result);
  } else if (decides_early(loop.method)) {
    loop.is_done = is_truthy(result) == (loop.method != Method::All);
    if (loop.is_done)
      loop.state = loop.method == Method::Find ? loop.params[0] : Value(Json(loop.method == Method::Any));
  } else {
    loop.results.push_back(std::move(result));
  }
  ++loop.index;
  advance_loop();
}

/// Starts the lambda for the next element, or finishes the call.
void Machine::advance_loop() {
  Loop& loop = loops_.back();
  if (!loop.is_done && loop.index < loop.size) {
    set_params(loop);
    pc_ = loop.call->b;
    return;
  }
  pc_ = static_cast<std::uint32_t>(loop.call - program_.nodes.data()) + 1;
  Value result = finish_loop(loop);
  loops_.pop_back();
  push(std::move(result));
}

void Machine::set_params(Loop& loop) {
  if (loop.receiver.is_map()) {
    const Members members(loop.receiver);
    loop.params[0] = members.value(loop.index);
    loop.params[1] = Value(Json(members.key(loop.index)));
  } else if (loop.method == Method::Reduce) {
    loop.params[0] = loop.state;
    loop.params[1] = Items(loop.receiver)[loop.index];
  } else {
    loop.params[0] = Items(loop.receiver)[loop.index];
    loop.params[1] = Value(Json(static_cast<std::int64_t>(loop.index)));
  }
}

Value Machine::finish_loop(Loop& loop) {
  if (loop.method == Method::Reduce || decides_early(loop.method)) {
    cx_.work.elements += loop.index;
    return loop.state;
  }
  if (loop.receiver.is_map()) return fold_map(loop.method, loop.receiver, std::move(loop.results), cx_);
  const Call call{spec_of(loop.method).name, loop.receiver, loop.arguments.data(), loop.arguments.size(),
                  cx_};
  return fold(loop.method, loop.receiver, std::move(loop.results), call);
}

}  // namespace scaiflow::expr
