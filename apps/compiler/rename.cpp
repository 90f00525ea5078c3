#include "apps/compiler/rename.h"

#include <functional>
#include <string>
#include <unordered_set>
#include <utility>

#include "libs/flow/document.h"

namespace scaiflow::compiler {
namespace {

using Change = std::function<Json(const Json&)>;

/// Every element changed; the same array when none was.
Json each_element(const Json& list, const Change& change) {
  if (!list.is_array()) return list;
  JsonArray out;
  out.reserve(list.size());
  bool is_changed = false;
  for (const Json& item : list.as_array()) {
    out.push_back(change(item));
    is_changed = is_changed || !(out.back() == item);
  }
  return is_changed ? Json(std::move(out)) : list;
}

void change_member(Json& owner, std::string_view key, const Change& change) {
  const Json* value = owner.find(key);
  if (!value) return;
  Json changed = change(*value);
  if (!(changed == *value)) owner.set(key, std::move(changed));
}

class Renaming {
 public:
  Renaming(const Json& document, const expr::Renames& names) : document_(document), names_(names) {}

  Json run() {
    Json out = document_;
    change_member(out, "nodes", [&](const Json& nodes) {
      return each_element(nodes, [&](const Json& node) { return in_node(node); });
    });
    change_member(out, "edges", [&](const Json& edges) {
      return each_element(edges, [&](const Json& edge) { return in_edge(edge); });
    });
    change_member(out, "config", [&](Json config) {
      change_member(config, "output", [&](const Json& value) { return in_template(value); });
      return config;
    });
    change_member(out, "tests", [&](const Json& tests) {
      return each_element(tests, [&](const Json& test) { return in_test(test); });
    });
    return out;
  }

 private:
  Json in_expression(const Json& value) const {
    if (!value.is_string()) return value;
    return expr::rename(expr::parse_e(value.as_string()).expression, names_);
  }

  Json in_template(const Json& value) const { return expr::rename_template_value(value, names_); }

  Json in_map(Json map, Json (Renaming::*change)(const Json&) const) const {
    if (!map.is_object()) return map;
    for (const JsonMember& member : JsonObject(map.as_object()))
      map.set(member.first, (this->*change)(member.second));
    return map;
  }

  Json in_field(const Json& value, const flow::FieldSpec& field) const {
    using flow::FieldClass;
    switch (field.type) {
      case FieldClass::Expr: return in_expression(value);
      case FieldClass::ExprMap: return in_map(value, &Renaming::in_expression);
      case FieldClass::TemplateMap: return in_map(value, &Renaming::in_template);
      case FieldClass::Template:
      case FieldClass::Command:
      case FieldClass::Sections: return in_template(value);
      case FieldClass::Text:
      case FieldClass::Int:
      case FieldClass::Num:
      case FieldClass::Bool:
      case FieldClass::Enum:
      case FieldClass::Schema:
      case FieldClass::Duration:
      case FieldClass::TextList:
      case FieldClass::Policy:
      case FieldClass::Limits:
      case FieldClass::Constraints:
      case FieldClass::Any:
      case FieldClass::Examples: return value;
    }
    return value;
  }

  Json in_node(Json node) {
    const auto kind = flow::kind_from_name(node.string_or("type", ""));
    if (!kind || !node["config"].is_object()) return node;
    const flow::KindSpec& spec = flow::kind_spec(*kind);
    if (node["config"].string_or("style", "") == "match") matching_.insert(node.string_or("id", ""));
    change_member(node, "config", [&](Json config) {
      for (const flow::FieldSpec& field : spec.fields) {
        change_member(config, field.name, [&](const Json& value) { return in_field(value, field); });
      }
      return config;
    });
    return node;
  }

  /// Conditions of a decision of style match are patterns: their words are texts.
  Json in_edge(Json edge) const {
    if (matching_.contains(edge["source"].string_or("node", ""))) return edge;
    change_member(edge, "condition", [&](const Json& value) { return in_expression(value); });
    return edge;
  }

  Json in_test(Json test) const {
    change_member(test, "expect", [&](Json expect) {
      change_member(expect, "assert", [&](const Json& list) {
        return each_element(list, [&](const Json& value) { return in_expression(value); });
      });
      return expect;
    });
    return test;
  }

  const Json& document_;
  const expr::Renames& names_;
  std::unordered_set<std::string> matching_;
};

}  // namespace

Json rename_uses(const Json& document, const expr::Renames& names) { return Renaming(document, names).run(); }

}  // namespace scaiflow::compiler
