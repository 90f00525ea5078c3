#include "apps/compiler/config_view.h"

#include <algorithm>

#include "libs/base/json_text.h"
#include "libs/base/text.h"

namespace scaiflow::compiler {

const Json* field_value(const Node& node, const flow::FieldSpec& field) {
  const Json* value = node.config.find(field.name);
  if ((!value || value->is_null()) && !field.alias.empty()) value = node.config.find(field.alias);
  return value && !value->is_null() ? value : nullptr;
}

const Json* field_value(const Node& node, std::string_view field) {
  const flow::FieldSpec* spec = node.spec().field(field);
  return spec ? field_value(node, *spec) : nullptr;
}

Json field_or_default(const Node& node, const flow::FieldSpec& field) {
  if (const Json* value = field_value(node, field)) return *value;
  if (field.default_json.empty()) return {};
  // Where the default has a condition that does not hold, an empty list stands in its place (02 §7).
  if (!holds(node, field.default_when)) return Json::array();
  return try_parse_json(field.default_json).value_or(Json());
}

Json field_or_default(const Node& node, std::string_view field) {
  const flow::FieldSpec* spec = node.spec().field(field);
  return spec ? field_or_default(node, *spec) : Json();
}

std::string text_field(const Node& node, std::string_view field) {
  const Json value = field_or_default(node, field);
  return value.is_string() ? value.as_string() : std::string();
}

bool holds(const Node& node, const flow::FieldCondition& condition) {
  if (condition.empty()) return true;
  const std::string value = text_field(node, condition.field);
  return std::find(condition.values.begin(), condition.values.end(), value) != condition.values.end();
}

bool is_while(const Node& loop) { return text_field(loop, "style") == "while"; }
bool is_match_style(const Node& decision) { return text_field(decision, "style") == "match"; }

bool is_concurrent_foreach(const Node& loop) {
  if (is_while(loop)) return false;
  const Json* concurrent = field_value(loop, "max_concurrent");
  return concurrent && concurrent->is_int() && concurrent->as_int() > 1;
}

std::vector<std::string> option_ids(const Json& options) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const Json& option = options.at(i);
    const Json& id = option.is_object() ? option["id"] : option;
    if (id.is_string()) ids.push_back(id.as_string());
  }
  return ids;
}

std::vector<Json> decision_sections(const Node& node) {
  std::vector<Json> found;
  const Json sections = field_or_default(node, "sections");
  for (std::size_t i = 0; i < sections.size(); ++i) {
    if (sections.at(i).string_or("type", "") == "decision") found.push_back(sections.at(i));
  }
  return found;
}

std::vector<std::string> options_of(const Node& node) {
  if (node.kind != KindId::HitlReview) return option_ids(field_or_default(node, "options"));
  const std::vector<Json> decisions = decision_sections(node);
  return decisions.empty() ? std::vector<std::string>() : option_ids(decisions.front()["options"]);
}

PortIndex body_port(const Node& loop) {
  PortIndex labelled = no_index;
  int labels = 0;
  for (PortIndex p = 0; p < loop.outputs.size(); ++p) {
    if (loop.outputs[p].id == "body") return p;
    if (loop.outputs[p].label != "body") continue;
    labelled = p;
    ++labels;
  }
  return labels == 1 ? labelled : no_index;
}

bool is_fallback_text(std::string_view condition, CatchAll words) {
  const std::string word = to_lower(trim(condition));
  return word == "else" || (words == CatchAll::ElseOrUnderscore && word == "_");
}

}  // namespace scaiflow::compiler
