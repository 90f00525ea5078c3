#include "libs/expr/methods.h"

#include "libs/base/json_text.h"
#include "libs/expr/operators.h"

namespace scaiflow::expr {

const std::string* Call::text(std::size_t i) const {
  if (arguments[i].is_string()) return &arguments[i].as_string();
  cx.type_mismatch(name, "string", arguments[i]);
  return nullptr;
}

std::optional<std::int64_t> Call::integer(std::size_t i) const {
  if (arguments[i].is_int()) return arguments[i].as_int();
  cx.type_mismatch(name, "int", arguments[i]);
  return std::nullopt;
}

bool check_receiver(Method method, const Value& self, Context& cx) {
  const MethodSpec& spec = spec_of(method);
  if (spec.takes(self.kind())) return true;
  if (self.is_null()) {
    cx.null_value("call '" + std::string(spec.name) + "' on");
  } else {
    cx.fail(ErrorCode::UnknownMethod,
            std::string(name_of(self.kind())) + " has no method '" + std::string(spec.name) + "'");
  }
  return false;
}

namespace {

Value to_json_text(const Call& call) {
  std::string text;
  append_json(text, call.self);
  call.cx.work.bytes += text.size();
  return call.cx.make_string(std::move(text));
}

Value to_string(const Call& call) {
  if (call.has(0)) return call.bad_argument("takes 0 arguments, not 1");
  std::string text;
  append_text_form(text, call.self);
  call.cx.work.bytes += text.size();
  return call.cx.make_string(std::move(text));
}

Value is_empty(const Call& call) { return Value(Json(!is_truthy(call.self))); }

Value length(const Call& call) { return Value(Json(length_of(call.self, call.cx))); }

/// What every kind of receiver shares; a table of the kind comes first.
constexpr MethodEntry general_entries[] = {
    {Method::ToJson, to_json_text},
    {Method::ToString, to_string},
    {Method::IsEmpty, is_empty},
    {Method::Length, length},
};
constexpr MethodTable general_methods = method_table(general_entries);

const MethodTable& table_for(ValueKind kind) {
  switch (kind) {
    case ValueKind::String: return string_methods;
    case ValueKind::Array: return array_methods;
    case ValueKind::Map: return map_methods;
    case ValueKind::Int:
    case ValueKind::Float: return number_methods;
    case ValueKind::Date:
    case ValueKind::Datetime:
    case ValueKind::Duration: return temporal_methods;
    case ValueKind::Null:
    case ValueKind::Bool: return general_methods;
  }
  return general_methods;
}

}  // namespace

Value call_method(Method method, const Value& self, const Value* arguments, std::size_t count, Context& cx) {
  if (!check_receiver(method, self, cx)) return {};
  const Call call{spec_of(method).name, self, arguments, count, cx};
  const auto index = static_cast<std::size_t>(method);
  if (const CallFunction own = table_for(self.kind())[index]) return own(call);
  return general_methods[index](call);
}

}  // namespace scaiflow::expr
