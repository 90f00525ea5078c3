#include <algorithm>
#include <set>

#include "apps/compiler/check_configs.h"
#include "generated/cpp/limits.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/expr/type.h"
#include "libs/flow/names.h"
#include "libs/flow/values.h"
#include "libs/ir/verify.h"

namespace scaiflow::compiler {
namespace {

using diag::Code;
using flow::FieldClass;
using flow::FieldForm;
using flow::FieldSpec;
using flow::shown;

std::string joined(std::span<const std::string_view> values) {
  std::string out;
  for (const std::string_view value : values) {
    if (!out.empty()) out += ", ";
    out += value;
  }
  return out;
}

bool is_blank(const Json& value) { return value.is_string() && trim(value.as_string()).empty(); }

/// True when a required field counts as empty (F201).
bool is_empty(const FieldSpec& field, const Json& value) {
  if (value.is_null()) return true;
  switch (field.type) {
    case FieldClass::Text:
    case FieldClass::Expr: return is_blank(value);
    case FieldClass::Template: return field.string_only && is_blank(value);
    case FieldClass::Command: return is_blank(value) || (value.is_array() && value.size() == 0);
    case FieldClass::Int:
    case FieldClass::Num:
    case FieldClass::Bool:
    case FieldClass::Enum:
    case FieldClass::ExprMap:
    case FieldClass::TemplateMap:
    case FieldClass::Schema:
    case FieldClass::Duration:
    case FieldClass::TextList:
    case FieldClass::Any:
    case FieldClass::Policy:
    case FieldClass::Limits:
    case FieldClass::Constraints:
    case FieldClass::Examples:
    case FieldClass::Sections: return false;
  }
  return false;
}

class FieldChecker {
 public:
  FieldChecker(const ConfigCheck& check, const FieldSpec& field) : c_(check), f_(field), name_(field.name) {}

  void run() {
    const Json* value = field_value(c_.node, f_);
    if (value && !holds(c_.node, f_.only_when)) return report_misplaced();
    if (!holds(c_.node, f_.visible_when)) return;
    if (is_required() && is_empty(f_, field_or_default(c_.node, f_))) return report_missing();
    if (!value) return;
    check_type(*value);
  }

 private:
  void report_misplaced() {
    const std::string field(f_.only_when.field);
    c_.must_be(name_, "empty unless " + field + " is '" + joined(f_.only_when.values) + "'");
  }

  bool is_required() const {
    if (f_.presence == flow::Presence::Required) return true;
    if (!f_.required_when.empty()) return holds(c_.node, f_.required_when);
    return !f_.required_unless.empty() && !field_value(c_.node, f_.required_unless);
  }

  void report_missing() {
    // The one required field with a message of its own (02 §4.2).
    if (name_ == "max_iterations") return c_.report(Code::F205, name_, {});
    c_.report(Code::F201, name_, {c_.node.id, name_});
  }

  void check_type(const Json& value) {
    switch (f_.type) {
      case FieldClass::Text: return check_text(value);
      case FieldClass::Int: return check_int(value);
      case FieldClass::Num: return value.is_number() ? void() : c_.must_be(name_, "a number");
      case FieldClass::Bool: return value.is_bool() ? void() : c_.must_be(name_, "true or false");
      case FieldClass::Enum: return check_enum(value);
      case FieldClass::Expr: return check_expression(value);
      case FieldClass::Template: return check_template(value);
      case FieldClass::ExprMap: return check_expressions(value);
      case FieldClass::TemplateMap: return check_templates(value);
      case FieldClass::Schema: return check_schema(value);
      case FieldClass::Duration: return check_duration(value);
      case FieldClass::TextList: return check_list(value);
      case FieldClass::Any: return;
      case FieldClass::Policy: return check_policy(c_, f_, value);
      case FieldClass::Limits: return check_limits(value);
      case FieldClass::Constraints: return check_constraints(value);
      case FieldClass::Examples: return check_examples(value);
      case FieldClass::Sections: return check_sections(c_, value);
      case FieldClass::Command: return check_command(value);
    }
  }

  void check_text(const Json& value) {
    if (!value.is_string()) return c_.must_be(name_, "a text");
    const std::string& text = value.as_string();
    const auto length = static_cast<std::int64_t>(code_points(text));
    if (length < f_.length_min || length > f_.length_max) return report_length();
    check_form(text);
  }

  void report_length() {
    const std::string most = std::to_string(f_.length_max);
    if (f_.length_min == 0) return c_.must_be(name_, "at most " + most + " characters long");
    c_.must_be(name_, std::to_string(f_.length_min) + " to " + most + " characters long");
  }

  void check_form(const std::string& text) {
    const std::string cut_text = shown(Json(text));
    const std::string& id = c_.node.id;
    switch (f_.form) {
      case FieldForm::Any:
      case FieldForm::Scope:
      case FieldForm::Queue:
      case FieldForm::HttpUrl: return;
      case FieldForm::Name:
        // The binding itself is checked where all names are known (resolve).
        if (name_ != "result_binding" && !flow::is_valid_name(text))
          c_.report(Code::F123, name_, {id, cut_text});
        return;
      case FieldForm::Identifier:
        if (!flow::is_free_identifier(text)) c_.must_be(name_, "an identifier");
        return;
      case FieldForm::Path:
        if (!text.starts_with('/')) c_.must_be(name_, "a path that starts with '/'");
        return;
      case FieldForm::CheckpointType:
        if (!is_checkpoint_type(text)) c_.must_be(name_, "a lower-case word other than debug_breakpoint");
        return;
      case FieldForm::Semver:
        if (!is_semver(text)) c_.must_be(name_, "a version like 1.2.3");
        return;
      case FieldForm::Cron:
        if (!ir::is_cron(text)) c_.report(Code::F206, name_, {id, cut_text});
        return;
      case FieldForm::Zone:
        if (!ir::is_time_zone(text)) c_.report(Code::F207, name_, {id, cut_text});
        return;
      case FieldForm::CoreUri:
        if (!ir::is_core_uri(text)) c_.report(Code::F208, name_, {id, cut_text});
        return;
      case FieldForm::OnTimeout: return check_on_timeout(text);
      case FieldForm::Variable:
        if (!c_.names.variable(text)) c_.report(Code::F219, name_, {id, cut_text});
        return;
      case FieldForm::Role: return check_role(text);
    }
  }

  static bool is_checkpoint_type(std::string_view text) {
    const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    if (text.empty() || text[0] < 'a' || text[0] > 'z' || text == "debug_breakpoint") return false;
    return std::all_of(text.begin(), text.end(), is_word);
  }

  void check_on_timeout(const std::string& text) {
    const std::vector<std::string> options = options_of(c_.node);
    const bool is_option = std::find(options.begin(), options.end(), text) != options.end();
    if (is_option || text == "fail" || text == "escalate") return;
    c_.report(Code::F214, name_, {c_.node.id, shown(Json(text))});
  }

  void check_role(const std::string& role) {
    const auto& roles = c_.names.roles;
    if (std::find(roles.begin(), roles.end(), role) != roles.end()) return;
    c_.report(Code::F401, name_, {c_.node.id, shown(Json(role))});
  }

  void check_int(const Json& value) {
    if (!value.is_int()) return c_.must_be(name_, "a whole number");
    check_range(name_, value, f_.min, f_.max);
  }

  void check_range(std::string_view field, const Json& value, std::int64_t least, std::int64_t most) {
    const double n = value.as_double();
    if (n >= static_cast<double>(least) && n <= static_cast<double>(most)) return;
    const std::string high = std::to_string(std::min(most, limits::integer_max));
    c_.report(Code::F204, field, {c_.node.id, field, shown(value), std::to_string(least), high});
  }

  void check_enum(const Json& value) {
    const std::string text = value.is_string() ? value.as_string() : to_ecma_text(value);
    if (std::find(f_.values.begin(), f_.values.end(), text) != f_.values.end() && value.is_string()) return;
    c_.report(Code::F203, name_, {c_.node.id, name_, shown(value), joined(f_.values)});
  }

  void check_expression(const Json& value) {
    // The subject of a decision by conditions is a hint for readers (02 §4.1).
    if (c_.node.kind == KindId::LogicDecision && !is_match_style(c_.node)) return;
    if (f_.is_condition) return c_.uses.add_condition(value, c_.spot(name_));
    c_.uses.add_expression(value, c_.spot(name_));
  }

  void check_template(const Json& value) {
    if (f_.string_only && !value.is_string()) return c_.must_be(name_, "a text");
    if (value.is_string() && f_.length_max != flow::no_max) {
      const auto length = static_cast<std::int64_t>(code_points(value.as_string()));
      if (length > f_.length_max) report_long(name_, f_.length_max);
    }
    if (f_.form == FieldForm::HttpUrl) check_url(value.as_string());
    if (f_.form == FieldForm::Queue) check_queue(value.as_string());
    c_.uses.add_template(value, c_.spot(name_));
  }

  void report_long(std::string_view field, std::int64_t most) {
    const std::string path = *place_of(c_.graph, c_.index, field).path;
    c_.report(Code::F010, field, {path, std::to_string(most)});
  }

  /// Only what stands before the first placeholder can be judged.
  void check_url(const std::string& url) {
    const std::string_view literal = std::string_view(url).substr(0, url.find("{{"));
    if (literal.empty() || literal.starts_with("http://") || literal.starts_with("https://")) return;
    c_.report(Code::F223, name_, {c_.node.id});
  }

  void check_queue(const std::string& queue) {
    const std::string scope = text_field(c_.node, "scope");
    const bool is_flow_scope =
        !c_.names.default_scope.empty() && (scope.empty() || scope == c_.names.default_scope);
    if (!is_flow_scope || queue.find("{{") != std::string::npos) return;
    const Json& queues = c_.graph.config()["scaiqueue"]["queues"];
    for (std::size_t i = 0; i < queues.size(); ++i) {
      if (queues.at(i).string_or("slug", "") == queue) return;
    }
    c_.report(Code::F211, name_, {c_.node.id, shown(Json(queue))});
  }

  std::string member(std::string_view key) const { return name_ + '.' + std::string(key); }

  void check_expressions(const Json& value) {
    if (!value.is_object()) return c_.must_be(name_, "an object");
    const bool are_variables = c_.node.kind == KindId::DataVariableSet;
    for (const auto& [key, expression] : value.as_object()) {
      const std::string field = member(key);
      if (are_variables) {
        if (!c_.names.variable(key)) c_.report(Code::F219, field, {c_.node.id, shown(Json(key))});
      } else if (!is_identifier(key)) {
        c_.report(Code::F123, field, {c_.node.id, shown(Json(key))});
      }
      if (is_blank(expression)) {
        c_.report(Code::F201, field, {c_.node.id, field});
      } else {
        c_.uses.add_expression(expression, c_.spot(field));
      }
    }
  }

  void check_templates(const Json& value) {
    if (!value.is_object()) return c_.must_be(name_, "an object");
    for (const auto& [key, content] : value.as_object()) c_.uses.add_template(content, c_.spot(member(key)));
  }

  void check_schema(const Json& value) {
    if (!value.is_object() && !value.is_string()) return c_.must_be(name_, "a schema");
    const auto type = expr::Type::from_output_schema(value);
    if (!type) {
      const std::string field = name_ + type.error().path;
      return c_.report(Code::F231_Node, field, {c_.node.id, cut(type.error().text, 40)});
    }
    if (!c_.node.spec().is_entry || !*type) return;
    if ((*type)->kind() != expr::Type::Kind::Object) return c_.must_be(name_, "a map of names to types");
    for (const expr::Type::Field& field : (*type)->fields()) {
      if (!flow::is_valid_name(field.name)) {
        c_.report(Code::F123, member(field.name), {c_.node.id, shown(Json(field.name))});
      }
    }
  }

  void check_duration(const Json& value) {
    const auto ms = flow::duration_of(value);
    if (!ms || *ms < f_.min || *ms > f_.max) c_.report(Code::F210_Node, name_, {c_.node.id, shown(value)});
  }

  static bool is_text_list(const Json& value) {
    const auto is_text = [](const Json& item) { return item.is_string(); };
    return value.is_array() && std::all_of(value.as_array().begin(), value.as_array().end(), is_text);
  }

  void check_list(const Json& value) {
    if (!is_text_list(value)) return c_.must_be(name_, "a list of texts");
    check_count(value.size());
    std::set<std::string> seen;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const std::string& item = value.at(i).as_string();
      if (static_cast<std::int64_t>(code_points(item)) > f_.item_length_max) {
        report_long(name_ + '[' + std::to_string(i) + ']', f_.item_length_max);
      }
      if (f_.unique_items && !seen.insert(item).second) {
        c_.report(Code::F213, name_, {c_.node.id, shown(value.at(i))});
      }
    }
  }

  void check_count(std::size_t items) {
    if (static_cast<std::int64_t>(items) <= f_.items_max) return;
    const std::string path = *place_of(c_.graph, c_.index, name_).path;
    c_.report(Code::F009, name_, {path, std::to_string(items), std::to_string(f_.items_max)});
  }

  void check_limits(const Json& value) {
    if (!value.is_object()) return c_.must_be(name_, "an object");
    for (const std::string_view key : f_.members) {
      const Json& limit = value[key];
      if (limit.is_null()) continue;
      const std::string field = member(key);
      if (key == "max_duration") {
        if (!flow::duration_of(limit)) c_.report(Code::F210_Node, field, {c_.node.id, shown(limit)});
      } else if (key == "max_cost") {
        limit.is_number() ? check_range(field, limit, 0, limits::integer_max) : c_.must_be(field, "a number");
      } else if (!limit.is_int()) {
        c_.must_be(field, "a whole number");
      } else {
        const bool are_retries = key == "max_retries";
        check_range(field, limit, are_retries ? 0 : 1,
                    are_retries ? limits::max_retries_max : limits::integer_max);
      }
    }
  }

  void check_constraints(const Json& value) {
    if (value.is_string()) return;
    if (!value.is_object()) return c_.must_be(name_, "a text or an object");
    for (const std::string_view key : f_.members) {
      const Json& part = value[key];
      if (part.is_null()) continue;
      if (key == "inherit") {
        if (!part.is_bool()) c_.must_be(member(key), "true or false");
      } else if (!is_text_list(part)) {
        c_.must_be(member(key), "a list of texts");
      }
    }
  }

  void check_examples(const Json& value) {
    const auto is_example = [](const Json& item) {
      return item.contains("input") && item.contains("output");
    };
    if (!value.is_array() || !std::all_of(value.as_array().begin(), value.as_array().end(), is_example)) {
      return c_.must_be(name_, "a list of {input, output}");
    }
    check_count(value.size());
  }

  void check_command(const Json& value) {
    if (!value.is_string() && !is_text_list(value)) return c_.must_be(name_, "a text or a list of texts");
    c_.uses.add_template(value, c_.spot(name_));
  }

  const ConfigCheck& c_;
  const FieldSpec& f_;
  const std::string name_;
};

}  // namespace

void check_fields(const ConfigCheck& check) {
  for (const FieldSpec& field : check.node.spec().fields) FieldChecker(check, field).run();
}

}  // namespace scaiflow::compiler
