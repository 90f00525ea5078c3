#include <algorithm>

#include "libs/expr/expr.h"
#include "libs/expr/methods.h"

namespace scaiflow::expr {

namespace {

std::vector<Value> items_of(const Value& array) {
  const Items items(array);
  std::vector<Value> out;
  out.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) out.push_back(items[i]);
  return out;
}

/// The receiver's elements, counted as read.
std::vector<Value> read_items(const Call& call) {
  std::vector<Value> items = items_of(call.self);
  call.cx.work.elements += items.size();
  return items;
}

Value first(const Call& call) {
  const Items items(call.self);
  ++call.cx.work.elements;
  return items.size() == 0 ? Value() : items[0];
}

Value last(const Call& call) {
  const Items items(call.self);
  ++call.cx.work.elements;
  return items.size() == 0 ? Value() : items[items.size() - 1];
}

/// Index of the first element that equals the argument; -1 when there is none.
std::int64_t position_of(const Call& call) {
  const Items items(call.self);
  for (std::size_t i = 0; i < items.size(); ++i) {
    ++call.cx.work.elements;
    if (are_equal(items[i], call.argument(0), call.cx.work)) return static_cast<std::int64_t>(i);
  }
  return -1;
}

Value contains(const Call& call) { return Value(Json(position_of(call) >= 0)); }

Value index_of(const Call& call) {
  const std::int64_t at = position_of(call);
  return at < 0 ? Value() : Value(Json(at));
}

std::size_t clamped(std::int64_t bound, std::int64_t length) {
  if (bound < 0) bound = bound < -length ? 0 : bound + length;
  return static_cast<std::size_t>(std::min(bound, length));
}

Value slice(const Call& call) {
  const Items items(call.self);
  const auto length = static_cast<std::int64_t>(items.size());
  const auto begin = call.integer(0);
  const auto end = begin && call.has(1) ? call.integer(1) : begin ? std::optional(length) : std::nullopt;
  if (!end) return {};
  std::vector<Value> out;
  for (std::size_t i = clamped(*begin, length); i < clamped(*end, length); ++i) out.push_back(items[i]);
  call.cx.work.elements += out.size();
  return call.cx.make_array(std::move(out));
}

Value reverse(const Call& call) {
  const std::vector<Value> items = read_items(call);
  return call.cx.make_array(std::vector<Value>(items.rbegin(), items.rend()));
}

Value concat(const Call& call) {
  if (!call.argument(0).is_array()) return call.cx.type_mismatch(call.name, "array", call.argument(0));
  std::vector<Value> items = read_items(call);
  const Items other(call.argument(0));
  call.cx.work.elements += other.size();
  for (std::size_t i = 0; i < other.size(); ++i) items.push_back(other[i]);
  return call.cx.make_array(std::move(items));
}

Value append(const Call& call) {
  std::vector<Value> items = read_items(call);
  items.push_back(call.argument(0));
  return call.cx.make_array(std::move(items));
}

Value flatten(const Call& call) { return fold(Method::Flatten, call.self, items_of(call.self), call); }

Value join(const Call& call) {
  static const std::string comma = ",";
  const std::string* separator = call.has(0) ? call.text(0) : &comma;
  if (!separator) return {};
  const Items items(call.self);
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += *separator;
    append_text_form(out, items[i]);
    if (out.size() > value_bytes_max) return call.cx.too_large();
  }
  call.cx.work.elements += items.size();
  call.cx.work.bytes += out.size();
  return call.cx.make_string(std::move(out));
}

Value count(const Call& call) { return Value(Json(static_cast<std::int64_t>(Items(call.self).size()))); }

/// A method that may take a lambda, called without one.
template <Method method>
Value fold_items(const Call& call) {
  return fold(method, call.self, items_of(call.self), call);
}

constexpr MethodEntry entries[] = {
    {Method::First, first},
    {Method::Last, last},
    {Method::Contains, contains},
    {Method::IndexOf, index_of},
    {Method::Slice, slice},
    {Method::Reverse, reverse},
    {Method::Concat, concat},
    {Method::Append, append},
    {Method::Flatten, flatten},
    {Method::Join, join},
    {Method::Any, fold_items<Method::Any>},
    {Method::All, fold_items<Method::All>},
    {Method::Count, count},
    {Method::Sum, fold_items<Method::Sum>},
    {Method::Avg, fold_items<Method::Avg>},
    {Method::Min, fold_items<Method::Min>},
    {Method::Max, fold_items<Method::Max>},
    {Method::Sort, fold_items<Method::Sort>},
    {Method::Unique, fold_items<Method::Unique>},
};

}  // namespace

constinit const MethodTable array_methods = method_table(entries);

}  // namespace scaiflow::expr
