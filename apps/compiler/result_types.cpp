#include "apps/compiler/result_types.h"

#include <string>
#include <unordered_set>

#include "generated/cpp/plugins.h"

namespace scaiflow::compiler {
namespace {

using expr::Type;

std::optional<Type> parsed(std::string_view text) {
  if (text.empty()) return std::nullopt;
  auto type = Type::parse(text);
  return type ? std::optional(*type) : std::nullopt;
}

Type input_kind_type(std::string_view kind) {
  if (kind == "number") return Type::primitive(expr::Primitive::Float);
  return Type::primitive(kind == "bool" ? expr::Primitive::Bool : expr::Primitive::String);
}

/// The resolution of a review: what the kind says, and the fields of its form.
std::optional<Type> review_type(const Node& node) {
  const std::optional<Type> base = parsed(node.spec().result_type);
  if (!base || base->kind() != Type::Kind::Object) return base;
  std::vector<Type::Field> fields = base->fields();
  std::unordered_set<std::string> names;
  for (const Type::Field& field : fields) names.insert(field.name);
  const auto add = [&](const std::string& name, const Type& type) {
    if (names.insert(name).second) fields.push_back({name, Type::optional(type), std::nullopt});
  };
  const Json sections = field_or_default(node, "sections");
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const Json& section = sections.at(i);
    const std::string type = section.string_or("type", "");
    const std::string field = section.string_or("field", "");
    if (type == "input" && !field.empty()) add(field, input_kind_type(section.string_or("kind", "text")));
    if (type == "decision" && !field.empty()) add(field, Type::primitive(expr::Primitive::String));
  }
  return Type::object(std::move(fields));
}

ResultType model_type(const Node& node) {
  const Json* schema = field_value(node, "output_schema");
  if (!schema) return {};
  auto type = Type::from_output_schema(*schema);
  if (!type || !*type) return {};
  // The value that replaces a refused answer may have any form.
  return {**type, field_value(node, "on_validation_failure") == nullptr};
}

/// Fields beside those of a resolution may be sent along where the answer is free (04 §3.11).
ResultType resolution_type(const Node& node) {
  const std::string type = text_field(node, "type");
  if (type != "approval" && type != "choice") return {};
  return {parsed(node.spec().result_type), false};
}

ResultType call_type(const Node& node) {
  const flow::Plugin* plugin = flow::builtin_plugin(text_field(node, "plugin"));
  const flow::PluginMethod* method = plugin ? plugin->method(text_field(node, "method")) : nullptr;
  if (!method) return {};
  return {parsed(method->result_type), true};
}

ResultType form_type(const Node& node) { return {review_type(node), false}; }

/// Kinds whose result depends on their config; that of the others stands in their description.
struct OwnType {
  KindId kind;
  ResultType (*of)(const Node&);
};
constexpr OwnType own_types[] = {
    {KindId::LlmGuarded, model_type},      {KindId::LlmFlexible, model_type},
    {KindId::Checkpoint, resolution_type}, {KindId::HitlDecision, resolution_type},
    {KindId::HitlReview, form_type},       {KindId::ToolPlugin, call_type},
};

ResultType type_of(const Node& node) {
  for (const OwnType& own : own_types) {
    if (own.kind == node.kind) return own.of(node);
  }
  if (node.spec().is_entry) return {};
  std::optional<Type> type = parsed(node.spec().result_type);
  const bool is_known = type.has_value();
  return {std::move(type), is_known};
}

}  // namespace

std::vector<ResultType> find_result_types(const FlowGraph& graph, const ControlGraph& control) {
  std::vector<ResultType> types(graph.nodes.size());
  for (NodeIndex n = 0; n < graph.nodes.size(); ++n) {
    if (control.is_reachable[n]) types[n] = type_of(graph.nodes[n]);
  }
  return types;
}

}  // namespace scaiflow::compiler
