#include "libs/manifest/step_writer.h"

#include <algorithm>
#include <utility>

#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/manifest/manifest.h"

namespace scaiflow::manifest {
namespace {

bool is_default(const Json& value, std::string_view default_json) {
  if (value.is_array()) return value.size() == 0 && default_json == "[]";
  if (value.is_object()) return value.size() == 0 && default_json == "{}";
  if (value.is_null()) return default_json == "null";
  if (!value.is_string()) return to_text(value) == default_json;
  // No default needs an escape.
  const bool is_quoted = default_json.size() >= 2 && default_json.front() == '"';
  return is_quoted && default_json.substr(1, default_json.size() - 2) == value.as_string();
}

/// The value of a field such as `limits/max_retries`; null when a record on the way is null.
const Json* find_field(const Json& record, std::string_view field) {
  const std::size_t slash = field.find('/');
  if (slash == std::string_view::npos) return record.find(field);
  return record[field.substr(0, slash)].find(field.substr(slash + 1));
}

std::string_view kind_of(const Json& json) { return json["kind"].as_string(); }

bool is_assignment(const Json& statement) {
  return kind_of(statement) == "assign" || (kind_of(statement) == "memory_set" && statement["key"].is_null());
}

/// `{variable, value}`, with `memory: true` for a persistent variable.
Json assignment(const Json& statement) {
  if (kind_of(statement) == "assign") {
    return Json::object({{"variable", statement["target"]}, {"value", statement["value"]}});
  }
  return Json::object({{"variable", statement["field"]}, {"value", statement["value"]}, {"memory", true}});
}

Json assignments(const JsonArray& statements) {
  if (statements.size() == 1) return assignment(statements.front());
  JsonArray list;
  for (const Json& statement : statements) list.push_back(assignment(statement));
  return Json(std::move(list));
}

}  // namespace

StepWriter::StepWriter(const Json& nodes) {
  if (!nodes.is_array()) return;
  for (const Json& node : nodes.as_array()) {
    if (node["id"].is_string()) nodes_.emplace(node["id"].as_string(), &node);
  }
}

Json StepWriter::steps(const Json& body) {
  JsonArray list;
  list.reserve(body.size());
  for (const Json& block : body.as_array()) list.push_back(step(block));
  return Json(std::move(list));
}

Json StepWriter::step(const Json& block) {
  JsonObject out;
  out.reserve(4);  // keyword, sibling, bind, meta
  const std::string_view kind = kind_of(block);
  if (kind == "rigid") {
    rigid(out, block["statements"]);
  } else if (kind == "debug") {
    out.append("debug", block["statements"]);
  } else {
    const Keyword& row = *find_row(kind);
    if (row.keyword == "llm_turn") {
      out.append("llm_turn", block["goal"]);
      members(out, block, row.fields);
    } else {
      out.append(std::string(row.keyword), record(block, row.fields));
    }
  }
  if (!block["result_binding"].is_null()) out.append("bind", block["result_binding"]);
  out.append("meta", meta(block));
  Json written(std::move(out));
  const std::string& id = block["id"].as_string();
  if (own_.contains(id)) marks_.emplace(&written.as_object(), id);
  return written;
}

/// The most special row that fits (05 §2).
void StepWriter::rigid(JsonObject& step, const Json& statements) {
  const JsonArray& list = statements.as_array();
  if (list.size() == 1) {
    const Json& only = list.front();
    const std::string_view kind = kind_of(only);
    if (kind == "plugin_call" && only["result_binding"].is_null()) {
      return step.append("plugin_call", record(only, find_keyword("plugin_call")->fields));
    }
    if (kind == "emit") return step.append("emit", record(only, find_keyword("emit")->fields));
    if (kind == "return") return step.append("return", only["value"]);
    if (kind == "expression") return step.append("rigid", only["expression"]);
  }
  if (!list.empty() && std::all_of(list.begin(), list.end(), is_assignment)) {
    return step.append("set", assignments(list));
  }
  step.append("rigid", statements);
}

void StepWriter::members(JsonObject& out, const Json& record, std::span<const StepField> fields) {
  for (const StepField& field : fields) {
    if (field.field.empty()) {
      if (kind_of(record) == "guarded") out.append(std::string(field.key), Json(true));
      continue;
    }
    const Json* value = find_field(record, field.field);
    if (!value || (!field.default_json.empty() && is_default(*value, field.default_json))) continue;
    out.append(std::string(field.key), member(*value, field));
  }
}

Json StepWriter::member(const Json& value, const StepField& field) {
  switch (field.form) {
    case Form::Plain:
    case Form::Expression:
    case Form::Expressions: return value;
    case Form::Duration: return Json(duration_text(value.as_int()));
    case Form::Type: return type_to_manifest(value);
    case Form::Steps: return steps(value);
    case Form::Record: return record(value, field.inner);
    case Form::Records: return records(value, field.inner);
    case Form::OnFailure: break;
  }
  JsonObject causes;
  for (const auto& [cause, actions] : value.as_object()) causes.append(cause, records(actions, field.inner));
  return Json(std::move(causes));
}

Json StepWriter::record(const Json& value, std::span<const StepField> fields) {
  JsonObject out;
  members(out, value, fields);
  return Json(std::move(out));
}

Json StepWriter::records(const Json& value, std::span<const StepField> fields) {
  JsonArray list;
  for (const Json& item : value.as_array()) list.push_back(record(item, fields));
  return Json(std::move(list));
}

/// Of a node's own block what the node is; of a derived one its id (05 §2).
Json StepWriter::meta(const Json& block) {
  const Json& id = block["id"];
  const Json& node_id = block["source_location"]["node_id"];
  JsonObject out;
  out.reserve(4);
  if (!node_id.is_null()) out.append("node_id", node_id);
  if (!(node_id == id)) {
    out.append("block_id", id);
    out.append("synthetic", Json(true));
    return Json(std::move(out));
  }
  own_.insert(id.as_string());
  const auto found = nodes_.find(id.as_string());
  if (found == nodes_.end()) return Json(std::move(out));
  const Json& node = *found->second;
  out.append("node_kind", node["type"]);
  out.append("node_label", node["label"]);
  if (const Json* config = node.find("config")) out.append("node_config", *config);
  return Json(std::move(out));
}

}  // namespace scaiflow::manifest
