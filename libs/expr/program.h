#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libs/expr/functions.h"
#include "libs/expr/value.h"

namespace scaiflow::expr {

/// Kinds of tree nodes. The tree lies in postfix order, so that evaluation is a walk with a stack of values;
/// the parts of `? :`, `??`, `||`, `&&` and lambdas that may be skipped stand between a node that can jump
/// and an end node.
enum class Op : std::uint8_t {
  Constant,  ///< a: constant
  Name,      ///< a: text
  Param,     ///< a: params entry, b: level of its lambda, count: position in it
  Member,    ///< a: text
  Index,
  Array,    ///< a: number of items
  Object,   ///< a: number of members, b: first of `keys`
  Call,     ///< a: Function, count: arguments
  Method,   ///< a: Method, b: its Lambda node + 1 or 0, count: arguments without the lambda
  Unknown,  ///< an unknown call, for checks alone; count: values it takes, receiver included
  Not,
  Negate,
  Equal,
  Unequal,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  In,
  NotIn,
  Add,
  Subtract,
  Multiply,
  Divide,
  Remainder,
  Or,  ///< a: the node behind its end; likewise for the next three
  OrEnd,
  And,
  AndEnd,
  Coalesce,
  CoalesceEnd,
  If,    ///< a: first node of the else part
  Else,  ///< a: the node behind the end
  IfEnd,
  Lambda,  ///< a: the node behind its end, b: first of `params`, count: parameters, `lambda_method`
  LambdaEnd,
};

struct Node {
  Op op{};
  std::uint16_t count = 0;
  std::uint32_t offset = 0;  ///< in the whole text
  std::uint32_t a = 0;
  std::uint32_t b = 0;
};

/// A Lambda node also names the method that it is given to, so that a walk knows what its parameters are.
inline constexpr std::uint16_t lambda_count(std::size_t params, const MethodSpec* method) {
  const unsigned id = method ? static_cast<unsigned>(method->id) + 1 : 0;
  return static_cast<std::uint16_t>(id << 8 | (params > 255 ? 255 : params));
}
inline std::size_t lambda_params(const Node& lambda) { return lambda.count & 255u; }
inline const MethodSpec* lambda_method(const Node& lambda) {
  const unsigned id = lambda.count >> 8;
  return id == 0 ? nullptr : &spec_of(static_cast<Method>(id - 1));
}

/// A lambda parameter where it is declared.
struct Param {
  std::string name;
  std::uint32_t offset = 0;
};

/// A piece of a template: literal text, or the placeholder whose nodes are [begin, end).
struct Segment {
  bool is_placeholder = false;
  std::string literal;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t text_begin = 0;  ///< of the expression between the braces, trimmed, in the whole text
  std::uint32_t text_end = 0;
};

/// A parsed text. An expression has one segment, which is a placeholder without braces.
struct Program {
  std::string text;
  bool is_valid = true;
  bool is_template = false;
  std::vector<Segment> segments;
  std::vector<Node> nodes;
  std::vector<Value> constants;
  std::vector<std::string> texts;  ///< names and members
  std::vector<std::string> keys;   ///< of object literals
  std::vector<Param> params;
};

/// Exactly one placeholder and nothing else: the value keeps its type. True for every plain expression.
inline bool yields_value(const Program& program) {
  return program.segments.size() == 1 && program.segments.front().is_placeholder;
}

}  // namespace scaiflow::expr
