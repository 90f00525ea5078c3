#include "libs/base/text.h"
#include "libs/expr/context.h"
#include "libs/expr/expr.h"
#include "libs/expr/machine.h"
#include "libs/expr/program.h"

namespace scaiflow::expr {

namespace {

/// A template of several parts: text forms put in place. Counts as one node that writes the text.
Value render(const Program& program, Machine& machine, Context& cx) {
  std::string text;
  for (const Segment& segment : program.segments) {
    if (!segment.is_placeholder) {
      text += segment.literal;
      continue;
    }
    const Value value = machine.run(segment);
    if (cx.failed()) return {};
    append_text_form(text, value);
    if (text.size() > value_bytes_max) return cx.too_large();
  }
  if (!cx.step()) return {};
  Value out = cx.make_string(std::move(text));
  cx.settle();
  return out;
}

}  // namespace

tl::expected<Json, EvalError> evaluate(const Expression& expression, const Scope& scope, Fuel& fuel) {
  const Program& program = expression.program();
  if (!program.is_valid) {
    return tl::unexpected(EvalError{"ArgumentError", "expression: cannot be read", program.text, 0});
  }
  Context cx(fuel.limit);
  Machine machine(program, scope, cx);
  const Value value =
      yields_value(program) ? machine.run(program.segments.front()) : render(program, machine, cx);
  fuel.used += cx.steps();
  if (cx.failed()) {
    return tl::unexpected(
        EvalError{std::string(name_of(cx.code())), cx.message(), program.text, machine.error_offset()});
  }
  return to_json(value);
}

bool is_truthy(const Json& value) { return is_truthy(Value(value)); }

std::string text_form(const Json& value) {
  std::string text;
  append_text_form(text, Value(value));
  return text;
}

}  // namespace scaiflow::expr
