#include "libs/ir/json_reader.h"

#include <array>

#include "libs/expr/type.h"

namespace scaiflow::ir {
namespace {

constexpr std::array<std::string_view, 5> causes = {"low_confidence", "constraint_violation", "parse_error",
                                                    "refusal", "hallucination"};

std::string_view kind_of(const Json& json) {
  switch (json.kind()) {
    case Json::Kind::Null: return "null";
    case Json::Kind::Bool: return "bool";
    case Json::Kind::Int: return "int";
    case Json::Kind::Float: return "float";
    case Json::Kind::String: return "text";
    case Json::Kind::Array: return "a list";
    case Json::Kind::Object: return "a map";
  }
  return "null";
}

/// RFC 6901: `~` and `/` inside a key.
std::string escaped(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

/// The block kinds that call a model: no statements (E405).
bool is_model_call(std::string_view kind) {
  return kind == "flexible" || kind == "guarded" || kind == "model_call";
}

/// Puts the alternative number `index` into the variant.
template <class Variant, std::size_t... I>
void emplace_at(Variant& variant, std::size_t index, std::index_sequence<I...>) {
  ((I == index ? static_cast<void>(variant.template emplace<I>()) : static_cast<void>(0)), ...);
}

/// Index of the kind's name, or the number of names.
template <std::size_t N>
std::size_t index_of(const std::string_view (&names)[N], std::string_view name) {
  std::size_t i = 0;
  while (i < N && names[i] != name) ++i;
  return i;
}

}  // namespace

JsonReader::Below::Below(JsonReader& reader, std::string_view key)
    : reader_(reader), length_(reader.pointer_.size()) {
  reader.pointer_ += '/';
  reader.pointer_ += escaped(key);
}

JsonReader::Below::Below(JsonReader& reader, std::size_t index) : Below(reader, std::to_string(index)) {}

bool JsonReader::problem(std::string what) {
  if (first_.empty()) first_ = (pointer_.empty() ? "/" : pointer_) + ": " + std::move(what);
  return false;
}

bool JsonReader::mismatch(std::string_view expected, const Json& found) {
  return problem("expected " + std::string(expected) + ", found " + std::string(kind_of(found)));
}

bool JsonReader::report(diag::Code code, std::initializer_list<std::string_view> args) {
  diagnostics_.push_back(diag::make(code, args, {.path = pointer_, .node_id = {}, .edge_id = {}}));
  return false;
}

bool JsonReader::missing(std::string_view field) {
  report(diag::Code::E413, {pointer_.empty() ? "/" : pointer_, field});
  return problem("missing field '" + std::string(field) + "'");
}

bool JsonReader::read(const Json& json, Block& out) {
  if (!json.is_object()) return mismatch("a map", json);
  const Json* kind = json.find("kind");
  if (!kind) return missing("kind");
  if (!kind->is_string()) return mismatch("a block kind", *kind);
  const std::size_t index = index_of(BlockKind_names, kind->as_string());
  if (index == std::size(BlockKind_names)) {
    report(diag::Code::E411_Block, {kind->as_string()});
    return problem("unknown block kind '" + kind->as_string() + "'");
  }
  constexpr FieldInfo id{"id", FieldClass::Text, Presence::Required, "null"};
  constexpr FieldInfo binding{"result_binding", FieldClass::Name, Presence::Optional, "null"};
  constexpr FieldInfo location{"source_location", FieldClass::Record, Presence::Required, "null"};
  bool ok = field(json, id, out.id);
  ok &= field(json, binding, out.result_binding);
  ok &= field(json, location, out.source_location);
  block_id_ = out.id;
  emplace_at(out.detail, index, std::make_index_sequence<std::size(BlockKind_names)>());
  return std::visit([&](auto& detail) { return read_record(json, detail); }, out.detail) && ok;
}

bool JsonReader::read(const Json& json, Statement& out) {
  if (!json.is_object()) return mismatch("a map", json);
  const Json* kind = json.find("kind");
  if (!kind) return missing("kind");
  if (!kind->is_string()) return mismatch("a statement kind", *kind);
  const std::size_t index = index_of(StatementKind_names, kind->as_string());
  if (index == std::size(StatementKind_names)) {
    if (is_model_call(kind->as_string()))
      report(diag::Code::E405, {block_id_});
    else
      report(diag::Code::E411_Statement, {kind->as_string()});
    return problem("unknown statement kind '" + kind->as_string() + "'");
  }
  emplace_at(out.detail, index, std::make_index_sequence<std::size(StatementKind_names)>());
  return std::visit([&](auto& detail) { return read_record(json, detail); }, out.detail);
}

bool JsonReader::value(const Json& json, std::string& out) {
  if (!json.is_string()) return mismatch("text", json);
  out = json.as_string();
  return true;
}

bool JsonReader::value(const Json& json, std::int64_t& out) {
  if (!json.is_int()) return mismatch("int", json);
  out = json.as_int();
  return true;
}

bool JsonReader::value(const Json& json, double& out) {
  if (!json.is_number()) return mismatch("float", json);
  out = json.as_double();
  return true;
}

bool JsonReader::value(const Json& json, bool& out) {
  if (!json.is_bool()) return mismatch("bool", json);
  out = json.as_bool();
  return true;
}

bool JsonReader::value(const Json& json, JsonMap& out) {
  if (!json.is_object()) return mismatch("a map", json);
  out = json.as_object();
  return true;
}

bool JsonReader::value(const Json& json, TextMap& out) {
  if (!json.is_object()) return mismatch("a map", json);
  bool ok = true;
  for (const auto& [key, member] : json.as_object()) {
    const Below below(*this, key);
    ok &= value(member, out.emplace_back(key, std::string()).second);
  }
  return ok;
}

bool JsonReader::value(const Json& json, OnFailure& out) {
  if (!json.is_object()) return mismatch("a map", json);
  bool ok = true;
  for (const std::string_view cause : causes) {
    const Json* actions = json.find(cause);
    if (!actions) continue;
    const Below below(*this, cause);
    ok &= value(*actions, out.emplace_back(std::string(cause), std::vector<FailureAction>()).second);
  }
  return ok;
}

bool JsonReader::value(const Json& json, Json& out) {
  if (!json.is_object()) return mismatch("a map", json);
  out = json;
  return true;
}

bool JsonReader::type(const Json& json, Json& out, Presence presence) {
  if (json.is_null()) return presence == Presence::Optional || mismatch("a type", json);
  const auto type = expr::Type::from_json(json);
  if (!type) return problem("invalid type '" + type.error().text + "'");
  out = type->to_json();
  return true;
}

bool JsonReader::text_goal(const Json& block, const Json& goal) {
  if (goal.is_string() || !block.contains("goal")) return true;
  const Below below(*this, "goal");
  return mismatch("text", goal);
}

bool JsonReader::finish(const Json& json, Trigger& out) {
  const bool schedule = out.kind == "schedule";
  if (!schedule && !json.contains("method")) out.method = "POST";
  if (!schedule && !json.contains("path")) out.path = "/";
  if (schedule && !json.contains("timezone")) out.timezone = "UTC";
  return true;
}

bool JsonReader::finish(const Json& json, FlexibleBlock& out) {
  if (!json.contains("llm_role")) out.llm_role = default_role_;
  return text_goal(json, out.goal);
}

bool JsonReader::finish(const Json& json, GuardedBlock& out) {
  if (!json.contains("llm_role")) out.llm_role = default_role_;
  return text_goal(json, out.goal);
}

bool JsonReader::finish(const Json&, Model& out) {
  if (default_role_.empty()) default_role_ = out.role;
  return true;
}

}  // namespace scaiflow::ir
