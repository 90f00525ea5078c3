#include "libs/expr/value.h"

#include <algorithm>
#include <cassert>

#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/expr/calendar.h"

namespace scaiflow::expr {

namespace {
constexpr std::size_t linear_members_max = 12;
}

std::string_view name_of(ValueKind kind) {
  switch (kind) {
    case ValueKind::Null: return "null";
    case ValueKind::Bool: return "bool";
    case ValueKind::Int: return "int";
    case ValueKind::Float: return "float";
    case ValueKind::String: return "string";
    case ValueKind::Array: return "array";
    case ValueKind::Map: return "map";
    case ValueKind::Date: return "date";
    case ValueKind::Datetime: return "datetime";
    case ValueKind::Duration: return "duration";
  }
  return "null";
}

ValueKind Value::kind() const {
  if (const Json* value = json()) return static_cast<ValueKind>(value->kind());
  if (const auto* temporal = std::get_if<Temporal>(&data_)) return temporal->kind;
  return list() ? ValueKind::Array : ValueKind::Map;
}

const List* Value::list() const {
  const auto* pointer = std::get_if<ListPtr>(&data_);
  return pointer ? pointer->get() : nullptr;
}

const Dict* Value::dict() const {
  const auto* pointer = std::get_if<DictPtr>(&data_);
  return pointer ? pointer->get() : nullptr;
}

const Value* Dict::find(std::string_view key) const {
  if (index_.empty()) {
    for (const Member& member : members_) {
      if (member.key == key) return &member.value;
    }
    return nullptr;
  }
  const auto it = index_.find(key);
  return it == index_.end() ? nullptr : &members_[it->second].value;
}

void Dict::set(std::string_view key, Value value) {
  if (const Value* known = find(key)) {
    *const_cast<Value*>(known) = std::move(value);
    return;
  }
  // The index holds views of the keys, so it is rebuilt when the members move.
  const bool moves = members_.size() == members_.capacity();
  members_.push_back({std::string(key), std::move(value)});
  if (moves || index_.empty()) {
    reindex();
  } else {
    index_.emplace(members_.back().key, members_.size() - 1);
  }
}

void Dict::reindex() {
  index_.clear();
  if (members_.size() <= linear_members_max) return;
  for (std::size_t i = 0; i < members_.size(); ++i) index_.emplace(members_[i].key, i);
}

Items::Items(const Value& array) {
  if (const Json* json = array.json()) {
    json_ = &json->as_array();
  } else {
    list_ = &array.list()->items;
  }
}

Members::Members(const Value& map) {
  if (const Json* json = map.json()) {
    json_ = &json->as_object();
  } else {
    dict_ = map.dict();
  }
}

bool Members::has(std::string_view key) const {
  return json_ ? json_->find(key) != nullptr : dict_->find(key) != nullptr;
}

Value Members::find(std::string_view key) const {
  if (json_) {
    const Json* member = json_->find(key);
    return member ? Value(*member) : Value();
  }
  const Value* member = dict_->find(key);
  return member ? *member : Value();
}

bool is_truthy(const Value& value) {
  switch (value.kind()) {
    case ValueKind::Null: return false;
    case ValueKind::Bool: return value.json()->as_bool();
    case ValueKind::Int: return value.as_int() != 0;
    case ValueKind::Float: return value.as_double() != 0;
    case ValueKind::String: return !value.as_string().empty();
    case ValueKind::Array: return Items(value).size() != 0;
    case ValueKind::Map: return Members(value).size() != 0;
    case ValueKind::Date:
    case ValueKind::Datetime: return true;
    case ValueKind::Duration: return value.amount() != 0;
  }
  return false;
}

// The functions below recurse over containers, whose nesting `Context` bounds.

Json to_json(const Value& value) {
  if (const Json* json = value.json()) return *json;
  if (const List* list = value.list()) {
    JsonArray items;
    items.reserve(list->items.size());
    for (const Value& item : list->items) items.push_back(to_json(item));
    return Json(std::move(items));
  }
  if (const Dict* dict = value.dict()) {
    JsonObject members;
    members.reserve(dict->members().size());
    for (const Dict::Member& member : dict->members()) members.append(member.key, to_json(member.value));
    return Json(std::move(members));
  }
  if (value.is(ValueKind::Date)) return Json(date_text(value.amount()));
  if (value.is(ValueKind::Datetime)) return Json(datetime_text(value.amount()));
  return Json(value.amount());
}

void append_json(std::string& out, const Value& value) {
  if (const Json* json = value.json()) return append_text(out, *json);
  char separator = '[';
  if (const List* list = value.list()) {
    for (const Value& item : list->items) {
      out.push_back(separator);
      append_json(out, item);
      separator = ',';
    }
    out += separator == '[' ? "[]" : "]";
  } else if (const Dict* dict = value.dict()) {
    separator = '{';
    for (const Dict::Member& member : dict->members()) {
      out.push_back(separator);
      append_quoted(out, member.key);
      out.push_back(':');
      append_json(out, member.value);
      separator = ',';
    }
    out += separator == '{' ? "{}" : "}";
  } else {
    append_text(out, to_json(value));
  }
}

void append_text_form(std::string& out, const Value& value) {
  switch (value.kind()) {
    case ValueKind::Null: return;
    case ValueKind::Bool: out += value.json()->as_bool() ? "true" : "false"; return;
    case ValueKind::Int: out += std::to_string(value.as_int()); return;
    case ValueKind::Float: out += number_text(value.as_double()); return;
    case ValueKind::String: out += value.as_string(); return;
    case ValueKind::Array:
    case ValueKind::Map: return append_json(out, value);
    case ValueKind::Date: out += date_text(value.amount()); return;
    case ValueKind::Datetime: out += datetime_text(value.amount()); return;
    case ValueKind::Duration: out += duration_text(value.amount()); return;
  }
}

namespace {

bool are_equal_arrays(const Items& a, const Items& b, Work& work) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    work.elements += 2;
    if (!are_equal(a[i], b[i], work)) return false;
  }
  return true;
}

bool are_equal_maps(const Members& a, const Members& b, Work& work) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    work.elements += 2;
    if (!b.has(a.key(i)) || !are_equal(a.value(i), b.find(a.key(i)), work)) return false;
  }
  return true;
}

int sign_of(bool less, bool greater) { return less ? -1 : greater ? 1 : 0; }

int compare_int_to_double(std::int64_t whole, double real) {
  if (real >= 9223372036854775808.0) return -1;
  if (real < -9223372036854775808.0) return 1;
  const auto truncated = static_cast<std::int64_t>(real);
  if (whole != truncated) return whole < truncated ? -1 : 1;
  const double rest = real - static_cast<double>(truncated);
  return sign_of(rest > 0, rest < 0);
}

}  // namespace

bool are_equal(const Value& a, const Value& b, Work& work) {
  if (a.is_number() && b.is_number()) return compare_numbers(a, b) == 0;
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case ValueKind::Null: return true;
    case ValueKind::Bool: return a.json()->as_bool() == b.json()->as_bool();
    case ValueKind::Int:
    case ValueKind::Float: return compare_numbers(a, b) == 0;
    case ValueKind::String:
      if (a.as_string().size() != b.as_string().size()) return false;
      work.bytes += 2 * a.as_string().size();
      return a.as_string() == b.as_string();
    case ValueKind::Array: return are_equal_arrays(Items(a), Items(b), work);
    case ValueKind::Map: return are_equal_maps(Members(a), Members(b), work);
    case ValueKind::Date:
    case ValueKind::Datetime:
    case ValueKind::Duration: return a.amount() == b.amount();
  }
  return false;
}

int compare_numbers(const Value& a, const Value& b) {
  if (a.is_int() && b.is_int()) return sign_of(a.as_int() < b.as_int(), a.as_int() > b.as_int());
  if (a.is_int()) return compare_int_to_double(a.as_int(), b.as_double());
  if (b.is_int()) return -compare_int_to_double(b.as_int(), a.as_double());
  return sign_of(a.as_double() < b.as_double(), a.as_double() > b.as_double());
}

bool is_ordered_kind(ValueKind kind) {
  switch (kind) {
    case ValueKind::Int:
    case ValueKind::Float:
    case ValueKind::String:
    case ValueKind::Date:
    case ValueKind::Datetime:
    case ValueKind::Duration: return true;
    case ValueKind::Null:
    case ValueKind::Bool:
    case ValueKind::Array:
    case ValueKind::Map: return false;
  }
  return false;
}

bool are_comparable(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return true;
  return a.kind() == b.kind() && is_ordered_kind(a.kind());
}

int compare(const Value& a, const Value& b, Work& work) {
  if (a.is_number()) return compare_numbers(a, b);
  if (a.is_string()) {
    work.bytes += 2 * std::min(a.as_string().size(), b.as_string().size());
    // UTF-8 keeps the order of code points byte by byte.
    return a.as_string().compare(b.as_string());
  }
  return sign_of(a.amount() < b.amount(), a.amount() > b.amount());
}

std::size_t quoted_bytes(std::string_view text) {
  std::size_t bytes = text.size() + 2;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      bytes += 1;
    } else if (byte < 0x20) {
      bytes += std::string_view("\b\f\n\r\t").find(c) == std::string_view::npos ? 5 : 1;
    }
  }
  return bytes;
}

}  // namespace scaiflow::expr
