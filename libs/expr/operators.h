#pragma once

#include "libs/expr/context.h"
#include "libs/expr/program.h"
#include "libs/expr/value.h"

/// The operators and member access of 03 §4 and §5.
namespace scaiflow::expr {

/// `==` to `%`: every binary operator that evaluates both sides.
Value apply_binary(Op op, const Value& a, const Value& b, Context& cx);
Value negate(const Value& value, Context& cx);

/// Of two numbers.
Value add_numbers(const Value& a, const Value& b, Context& cx);
/// The `/` rule: int when exact, else float.
Value divide_numbers(const Value& a, const Value& b, Context& cx);

Value member_of(const Value& value, std::string_view name, Context& cx);
Value element_of(const Value& value, const Value& index, Context& cx);

/// 03 §5 `length`: of string, array or map.
std::int64_t length_of(const Value& value, Context& cx);

}  // namespace scaiflow::expr
