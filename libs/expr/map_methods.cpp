#include "libs/expr/methods.h"

namespace scaiflow::expr {

namespace {

/// A copy of the receiver, counted as read.
Dict read_members(const Call& call) {
  const Members members(call.self);
  call.cx.work.elements += members.size();
  Dict out;
  for (std::size_t i = 0; i < members.size(); ++i) out.set(members.key(i), members.value(i));
  return out;
}

Value keys(const Call& call) {
  const Members members(call.self);
  call.cx.work.elements += members.size();
  std::vector<Value> out;
  for (std::size_t i = 0; i < members.size(); ++i) out.push_back(Value(Json(members.key(i))));
  return call.cx.make_array(std::move(out));
}

Value values(const Call& call) {
  const Members members(call.self);
  call.cx.work.elements += members.size();
  std::vector<Value> out;
  for (std::size_t i = 0; i < members.size(); ++i) out.push_back(members.value(i));
  return call.cx.make_array(std::move(out));
}

Value entries_of(const Call& call) {
  const Members members(call.self);
  call.cx.work.elements += members.size();
  std::vector<Value> out;
  for (std::size_t i = 0; i < members.size(); ++i) {
    Dict entry;
    entry.set("key", Value(Json(members.key(i))));
    entry.set("value", members.value(i));
    out.push_back(call.cx.make_map(std::move(entry)));
  }
  return call.cx.make_array(std::move(out));
}

Value has(const Call& call) {
  const std::string* key = call.text(0);
  return key ? Value(Json(Members(call.self).has(*key))) : Value();
}

Value get(const Call& call) {
  const std::string* key = call.text(0);
  if (!key) return {};
  ++call.cx.work.elements;
  Value found = Members(call.self).find(*key);
  return found.is_null() && call.has(1) ? call.argument(1) : found;
}

Value set(const Call& call) {
  const std::string* key = call.text(0);
  if (!key) return {};
  Dict out = read_members(call);
  out.set(*key, call.argument(1));
  return call.cx.make_map(std::move(out));
}

Value merge(const Call& call) {
  const Value& other = call.argument(0);
  if (!other.is_map()) return call.cx.type_mismatch(call.name, "map", other);
  Dict out = read_members(call);
  const Members added(other);
  call.cx.work.elements += added.size();
  for (std::size_t i = 0; i < added.size(); ++i) out.set(added.key(i), added.value(i));
  return call.cx.make_map(std::move(out));
}

/// The members whose keys are not in `left_out`.
Value without(const Call& call, const Dict& left_out) {
  const Members members(call.self);
  call.cx.work.elements += members.size();
  Dict out;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (!left_out.find(members.key(i))) out.set(members.key(i), members.value(i));
  }
  return call.cx.make_map(std::move(out));
}

Value remove(const Call& call) {
  const std::string* key = call.text(0);
  if (!key) return {};
  Dict left_out;
  left_out.set(*key, Value());
  return without(call, left_out);
}

/// The argument as a set of keys; false after an error.
bool read_keys(const Call& call, Dict& keys) {
  if (!call.argument(0).is_array()) {
    call.cx.type_mismatch(call.name, "array", call.argument(0));
    return false;
  }
  const Items items(call.argument(0));
  call.cx.work.elements += items.size();
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Value key = items[i];
    if (!key.is_string()) {
      call.cx.type_mismatch(call.name, "array of strings", key);
      return false;
    }
    keys.set(key.as_string(), Value());
  }
  return true;
}

Value pick(const Call& call) {
  Dict keys;
  if (!read_keys(call, keys)) return {};
  const Members members(call.self);
  Dict out;
  for (const Dict::Member& wanted : keys.members()) {
    if (members.has(wanted.key)) out.set(wanted.key, members.find(wanted.key));
  }
  return call.cx.make_map(std::move(out));
}

Value omit(const Call& call) {
  Dict keys;
  return read_keys(call, keys) ? without(call, keys) : Value();
}

constexpr MethodEntry entries[] = {
    {Method::Keys, keys}, {Method::Values, values}, {Method::Entries, entries_of}, {Method::Has, has},
    {Method::Get, get},   {Method::Set, set},       {Method::Remove, remove},      {Method::Merge, merge},
    {Method::Pick, pick}, {Method::Omit, omit},
};

}  // namespace

constinit const MethodTable map_methods = method_table(entries);

}  // namespace scaiflow::expr
