#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "libs/base/json_text.h"
#include "libs/expr/expr.h"
#include "libs/expr/methods.h"
#include "libs/expr/operators.h"

/// Methods that may take a lambda: what remains to be done when each element's key is known.
namespace scaiflow::expr {

namespace {

struct Fold {
  const Items items;
  const std::vector<Value>& keys;
  const Call& call;
  Context& cx;
};

Value map(const Fold& fold) { return fold.cx.make_array(fold.keys); }

Value filter(const Fold& fold) {
  std::vector<Value> out;
  for (std::size_t i = 0; i < fold.keys.size(); ++i) {
    if (is_truthy(fold.keys[i])) out.push_back(fold.items[i]);
  }
  return fold.cx.make_array(std::move(out));
}

/// One level: what is no array stays as it is.
Value flatten(const Fold& fold) {
  std::size_t size = 0;
  for (const Value& key : fold.keys) size += key.is_array() ? Items(key).size() : 1;
  if (size > array_length_max) return fold.cx.too_large();
  std::vector<Value> out;
  out.reserve(size);
  for (const Value& key : fold.keys) {
    if (!key.is_array()) {
      out.push_back(key);
      continue;
    }
    const Items inner(key);
    fold.cx.work.elements += inner.size();
    for (std::size_t i = 0; i < inner.size(); ++i) out.push_back(inner[i]);
  }
  return fold.cx.make_array(std::move(out));
}

Value any(const Fold& fold) {
  return Value(
      Json(std::any_of(fold.keys.begin(), fold.keys.end(), [](const Value& v) { return is_truthy(v); })));
}

Value all(const Fold& fold) {
  return Value(
      Json(std::all_of(fold.keys.begin(), fold.keys.end(), [](const Value& v) { return is_truthy(v); })));
}

Value count(const Fold& fold) {
  return Value(Json(static_cast<std::int64_t>(
      std::count_if(fold.keys.begin(), fold.keys.end(), [](const Value& v) { return is_truthy(v); }))));
}

/// Sum of the keys that are not null, and how many these are; nullopt after an error.
std::optional<std::pair<Value, std::int64_t>> total(const Fold& fold) {
  Value sum(Json(0));
  std::int64_t number = 0;
  for (const Value& key : fold.keys) {
    if (key.is_null()) continue;
    if (!key.is_number()) {
      fold.cx.type_mismatch(fold.call.name, "numbers", key);
      return std::nullopt;
    }
    sum = add_numbers(sum, key, fold.cx);
    if (fold.cx.failed()) return std::nullopt;
    ++number;
  }
  return std::pair(sum, number);
}

Value sum(const Fold& fold) {
  const auto result = total(fold);
  return result ? result->first : Value();
}

Value average(const Fold& fold) {
  const auto result = total(fold);
  if (!result || result->second == 0) return {};
  return divide_numbers(result->first, Value(Json(result->second)), fold.cx);
}

/// True when all keys but nulls are of one ordered kind; otherwise `TypeMismatch`.
bool check_comparable(const Fold& fold) {
  const Value* known = nullptr;
  for (const Value& key : fold.keys) {
    if (key.is_null()) continue;
    if (!is_ordered_kind(key.kind())) {
      fold.cx.type_mismatch(fold.call.name, "numbers, strings, dates or durations", key);
      return false;
    }
    if (known && !are_comparable(*known, key)) {
      fold.cx.type_mismatch(fold.call.name, name_of(known->kind()), key);
      return false;
    }
    known = &key;
  }
  return true;
}

enum class Extreme : std::int8_t { Least = -1, Greatest = 1 };

template <Extreme which>
Value extreme(const Fold& fold) {
  if (!check_comparable(fold)) return {};
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < fold.keys.size() && !fold.cx.is_exhausted(); ++i) {
    if (fold.keys[i].is_null()) continue;
    if (!best || compare(fold.keys[i], fold.keys[*best], fold.cx.work) * static_cast<int>(which) > 0)
      best = i;
  }
  return best ? fold.items[*best] : Value();
}

Value sort(const Fold& fold) {
  const std::string* order = fold.call.has(0) ? fold.call.text(0) : nullptr;
  if (fold.cx.failed()) return {};
  if (order && *order != "asc" && *order != "desc") {
    return fold.call.bad_argument("order must be \"asc\" or \"desc\"");
  }
  if (!check_comparable(fold)) return {};
  // Keys are counted once: how often a sort looks at each depends on the standard library.
  for (const Value& key : fold.keys) fold.cx.work.bytes += key.is_string() ? key.as_string().size() : 0;
  if (fold.cx.is_exhausted()) return {};
  std::vector<std::size_t> indices(fold.keys.size());
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  const int direction = order && *order == "desc" ? -1 : 1;
  Work uncounted;
  std::stable_sort(indices.begin(), indices.end(), [&](std::size_t a, std::size_t b) {
    const Value& left = fold.keys[a];
    const Value& right = fold.keys[b];
    if (left.is_null() || right.is_null()) return !left.is_null();
    return compare(left, right, uncounted) * direction < 0;
  });
  std::vector<Value> out;
  out.reserve(indices.size());
  for (const std::size_t i : indices) out.push_back(fold.items[i]);
  return fold.cx.make_array(std::move(out));
}

/// A text that two values share exactly when they are equal (03 §4).
void append_identity(std::string& out, const Value& value) {
  const auto append_number = [&out](double real) {
    const bool is_whole = real >= -9223372036854775808.0 && real < 9223372036854775808.0 &&
                          real == static_cast<double>(static_cast<std::int64_t>(real));
    out += is_whole ? std::to_string(static_cast<std::int64_t>(real)) : number_text(real);
  };
  if (value.is(ValueKind::Float)) return append_number(value.as_double());
  if (value.is_temporal()) {
    out.append(1, '@').append(name_of(value.kind())).append(std::to_string(value.amount()));
  } else if (value.is_array()) {
    const Items items(value);
    out += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      append_identity(out, items[i]);
      out += ',';
    }
    out += ']';
  } else if (value.is_map()) {
    const Members members(value);
    std::map<std::string_view, std::size_t> sorted;
    for (std::size_t i = 0; i < members.size(); ++i) sorted.emplace(members.key(i), i);
    out += '{';
    for (const auto& [key, i] : sorted) {
      append_quoted(out, key);
      out += ':';
      append_identity(out, members.value(i));
      out += ',';
    }
    out += '}';
  } else {
    append_json(out, value);
  }
}

Value unique(const Fold& fold) {
  std::set<std::string> seen;
  std::vector<Value> out;
  for (std::size_t i = 0; i < fold.keys.size(); ++i) {
    std::string identity;
    append_identity(identity, fold.keys[i]);
    fold.cx.work.bytes += identity.size();
    if (fold.cx.is_exhausted()) return {};
    if (seen.insert(std::move(identity)).second) out.push_back(fold.items[i]);
  }
  return fold.cx.make_array(std::move(out));
}

/// The text form of a key; nullopt when the fuel is used up.
std::optional<std::string> text_key(const Fold& fold, std::size_t i) {
  std::string key;
  append_text_form(key, fold.keys[i]);
  fold.cx.work.bytes += key.size();
  if (fold.cx.is_exhausted()) return std::nullopt;
  return key;
}

Value group_by(const Fold& fold) {
  Dict positions;
  std::vector<std::vector<Value>> groups;
  for (std::size_t i = 0; i < fold.keys.size(); ++i) {
    const auto key = text_key(fold, i);
    if (!key) return {};
    if (!positions.find(*key)) {
      positions.set(*key, Value(Json(static_cast<std::int64_t>(groups.size()))));
      groups.emplace_back();
    }
    groups[static_cast<std::size_t>(positions.find(*key)->as_int())].push_back(fold.items[i]);
  }
  Dict out;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    out.set(positions.members()[i].key, fold.cx.make_array(std::move(groups[i])));
  }
  return fold.cx.make_map(std::move(out));
}

Value index_by(const Fold& fold) {
  Dict out;
  for (std::size_t i = 0; i < fold.keys.size(); ++i) {
    const auto key = text_key(fold, i);
    if (!key) return {};
    out.set(*key, fold.items[i]);
  }
  return fold.cx.make_map(std::move(out));
}

using FoldFunction = Value (*)(const Fold&);

struct FoldEntry {
  Method method;
  FoldFunction function;
};

constexpr FoldEntry folds[] = {
    {Method::Map, map},
    {Method::Filter, filter},
    {Method::FlatMap, flatten},
    {Method::Flatten, flatten},
    {Method::Any, any},
    {Method::All, all},
    {Method::Count, count},
    {Method::Sum, sum},
    {Method::Avg, average},
    {Method::Min, extreme<Extreme::Least>},
    {Method::Max, extreme<Extreme::Greatest>},
    {Method::Sort, sort},
    {Method::Unique, unique},
    {Method::GroupBy, group_by},
    {Method::IndexBy, index_by},
};

}  // namespace

Value fold(Method method, const Value& array, std::vector<Value> keys, const Call& call) {
  call.cx.work.elements += keys.size();
  const Fold input{Items(array), keys, call, call.cx};
  for (const FoldEntry& entry : folds) {
    if (entry.method == method) return entry.function(input);
  }
  return {};
}

Value fold_map(Method method, const Value& map, std::vector<Value> results, Context& cx) {
  const Members members(map);
  cx.work.elements += results.size();
  Dict out;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (method == Method::MapValues) {
      out.set(members.key(i), results[i]);
    } else if (is_truthy(results[i])) {
      out.set(members.key(i), members.value(i));
    }
  }
  return cx.make_map(std::move(out));
}

}  // namespace scaiflow::expr
