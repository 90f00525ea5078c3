#include "apps/grid/scaiqueue/queue_rules.h"

#include <algorithm>

#include "apps/grid/envelope.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/expr/expr.h"

namespace scaiflow::grid {

namespace {

using store::Connection;

constexpr std::size_t rules_max = 200;
constexpr int schema_depth_max = 32;
constexpr std::size_t problems_max = 50;

bool one_of(const std::string& text, std::initializer_list<const char*> known) {
  return std::find(known.begin(), known.end(), text) != known.end();
}

Result<void> check_rule(const Json& rule, const std::string& at) {
  const auto bad = [&](const char* member, const char* message) {
    return tl::unexpected(invalid(at + "." + member, message));
  };
  if (rule.string_or("name", "").empty()) return bad("name", "is required");
  if (rule.string_or("trigger", "message_published") != "message_published")
    return bad("trigger", "must be message_published");
  const Json& action = rule["action"];
  const std::string kind = action.string_or("kind", "");
  if (!one_of(kind, {"route", "escalate", "archive"}))
    return bad("action.kind", "must be one of route, escalate, archive");
  if (kind != "archive" && action.string_or("queue", "").empty()) return bad("action.queue", "is required");
  if (!rule["when"].is_null() && !rule["when"].is_object()) return bad("when", "expected an object");
  return {};
}

/// Names of a pattern's params.
class Params final : public expr::Scope {
 public:
  explicit Params(const Json& params) : params_(params) {}
  bool find(std::string_view name, Json& out) const override {
    if (name == "params") {
      out = params_;
      return true;
    }
    const Json* found = params_.find(name);
    if (found != nullptr) out = *found;
    return found != nullptr;
  }

 private:
  const Json& params_;
};

bool has_type(const std::string& type, const Json& value) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_int();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_bool();
  return type == "null" ? value.is_null() : true;
}

/// Why a value does not fit the bounds of its schema; empty when it does.
std::string misfit(const Json& schema, const Json& value) {
  const Json& type = schema["type"];
  const bool typed = type.is_string() || type.is_array();
  bool fits = !typed || (type.is_string() && has_type(type.as_string(), value));
  for (std::size_t i = 0; type.is_array() && i < type.size(); ++i)
    fits = fits || (type.at(i).is_string() && has_type(type.at(i).as_string(), value));
  if (!fits) return "has another type than the schema says";
  if (schema["enum"].is_array()) {
    const JsonArray& known = schema["enum"].as_array();
    if (std::find(known.begin(), known.end(), value) == known.end())
      return "is not one of the allowed values";
  }
  if (schema.contains("const") && !(schema["const"] == value)) return "is not the allowed value";
  const auto below = [&](const char* least, const char* most, double size) {
    return (schema[least].is_number() && size < schema[least].as_double()) ||
           (schema[most].is_number() && size > schema[most].as_double());
  };
  if (value.is_number() && below("minimum", "maximum", value.as_double())) return "is out of range";
  if (value.is_string() &&
      below("minLength", "maxLength", static_cast<double>(code_points(value.as_string()))))
    return "has a length that is out of range";
  if (value.is_array() && below("minItems", "maxItems", static_cast<double>(value.size())))
    return "has a length that is out of range";
  return {};
}

class SchemaCheck {
 public:
  void check(const Json& schema, const Json& value, const std::string& at, int depth) {
    if (depth > schema_depth_max || problems.size() >= problems_max || !schema.is_object()) return;
    if (const std::string why = misfit(schema, value); !why.empty()) return report(at, why);
    if (value.is_object()) check_members(schema, value, at, depth);
    for (std::size_t i = 0; value.is_array() && i < value.size(); ++i)
      check(schema["items"], value.at(i), at + "[" + std::to_string(i) + "]", depth + 1);
  }

  Json problems = Json::array();

 private:
  void report(const std::string& at, const std::string& message) {
    problems.push_back(Json::object({{"field", at}, {"message", message}}));
  }
  void check_members(const Json& schema, const Json& value, const std::string& at, int depth) {
    const Json& required = schema["required"];
    for (std::size_t i = 0; i < required.size(); ++i) {
      if (required.at(i).is_string() && !value.contains(required.at(i).as_string()))
        report(at + "." + required.at(i).as_string(), "is required");
    }
    const Json& more = schema["additionalProperties"];
    for (const auto& [name, member] : value.as_object()) {
      const Json* known = schema["properties"].find(name);
      if (known != nullptr) {
        check(*known, member, at + "." + name, depth + 1);
      } else if (more.is_bool() && !more.as_bool()) {
        report(at + "." + name, "is not a member of the schema");
      } else {
        check(more, member, at + "." + name, depth + 1);
      }
    }
  }
};

}  // namespace

Result<void> check_rules(const Json& rules) {
  if (!rules.is_array() || rules.size() > rules_max)
    return tl::unexpected(invalid("", "expected a list of at most 200 rules"));
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (auto fits = check_rule(rules.at(i), std::to_string(i)); !fits) return fits;
  }
  return {};
}

Result<void> check_pattern(const Json& spec) {
  if (!spec.is_object() || !spec["sections"].is_array())
    return tl::unexpected(invalid("spec.sections", "expected a list of sections"));
  const auto parsed = expr::TemplateValue::parse(spec);
  if (parsed.problems.empty()) return {};
  return tl::unexpected(
      invalid("spec" + parsed.problems.front().path, "holds a template that cannot be read"));
}

Result<std::vector<Json>> read_rules(Connection& db, const std::string& scope_id) {
  std::vector<Json> out;
  auto done = db.query(
      "SELECT rule FROM mod_scaiqueue_rules WHERE scope_id = ? ORDER BY position", {scope_id},
      [&](const store::Row& row) { out.push_back(try_parse_json(row.text(0)).value_or(Json::object())); });
  if (!done) return tl::unexpected(done.error());
  return out;
}

Json matching_rule(const std::vector<Json>& rules, const std::string& queue_slug, const Json& message) {
  const auto fits = [&](const Json& rule) {
    if (rule["queue"].is_string() && rule["queue"].as_string() != queue_slug) return false;
    const Json& when = rule["when"];
    for (const char* member : {"message_type", "priority_tier"}) {
      if (when.contains(member) && !(when[member] == message[member])) return false;
    }
    if (!when["labels"].is_object()) return true;
    const JsonObject& labels = when["labels"].as_object();
    return std::all_of(labels.begin(), labels.end(), [&](const JsonMember& label) {
      return message["labels"][label.first] == label.second;
    });
  };
  const auto found = std::find_if(rules.begin(), rules.end(), fits);
  return found == rules.end() ? Json() : *found;
}

Result<Json> render_pattern(Connection& db, const std::string& scope_id, const Json& pattern) {
  const std::string name = pattern.string_or("name", "");
  std::string where = "scope_id = ? AND name = ?";
  store::Params params{scope_id, name};
  if (pattern["version"].is_string()) {
    where += " AND version = ?";
    params.emplace_back(pattern["version"].as_string());
  }
  auto spec = db.query_one(
      "SELECT spec FROM mod_scaiqueue_patterns WHERE " + where +
          " ORDER BY created_at DESC, version DESC LIMIT 1",
      params, [](const store::Row& row) { return try_parse_json(row.text(0)).value_or(Json()); });
  if (!spec) return tl::unexpected(spec.error());
  if (!*spec)
    return tl::unexpected(invalid("pattern.name", "no pattern '" + cut(name, 80) + "' of that version"));
  const Json values = pattern["params"].is_object() ? pattern["params"] : Json::object();
  expr::Fuel fuel;
  auto rendered = expr::TemplateValue::parse(**spec).value.evaluate(Params(values), fuel);
  if (rendered) return std::move(*rendered);
  return tl::unexpected(invalid("pattern.params", rendered.error().message));
}

Result<Json> find_schema(Connection& db, const std::string& scope_id, const std::string& name,
                         const std::string& version) {
  auto schema =
      db.query_one("SELECT spec FROM mod_scaiqueue_schemas WHERE scope_id = ? AND name = ? AND version = ?",
                   {scope_id, name, version},
                   [](const store::Row& row) { return try_parse_json(row.text(0)).value_or(Json()); });
  if (!schema) return tl::unexpected(schema.error());
  if (*schema) return std::move(**schema);
  return tl::unexpected(invalid("labels.schema", "no schema '" + cut(name + "@" + version, 120) + "'"));
}

Result<void> check_schema(const Json& schema, const Json& value) {
  SchemaCheck check;
  check.check(schema, value, "body", 0);
  if (check.problems.size() == 0) return {};
  const Json& first = check.problems.at(0);
  return tl::unexpected(make_error("VALIDATION_ERROR",
                                   first.string_or("field", "") + ": " + first.string_or("message", ""),
                                   check.problems));
}

}  // namespace scaiflow::grid
