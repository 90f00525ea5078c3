#include "libs/manifest/step_reader.h"

#include <cmath>
#include <utility>

#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/expr/expr.h"
#include "libs/ir/codec.h"

namespace scaiflow::manifest {
namespace {

/// Class E: text is an expression or template, anything else a literal (03 §6.6).
Json expression(const Json& value) {
  return value.is_string() || value.is_null() ? value : Json(expr::to_literal_text(value));
}

Json statement(std::string_view kind, Json fields) {
  JsonObject out;
  out.append("kind", Json(kind));
  if (fields.is_object()) {
    for (const auto& [key, value] : fields.as_object()) out.set(key, value);
  }
  return Json(std::move(out));
}

Json assignment(const Json& from) {
  const bool memory = from.bool_or("memory", false);
  Json fields = Json::object();
  if (const Json* variable = from.find("variable")) fields.set(memory ? "field" : "target", *variable);
  if (const Json* value = from.find("value"))
    fields.set("value", value->is_null() ? Json("null") : expression(*value));
  return statement(memory ? "memory_set" : "assign", std::move(fields));
}

Json assignments(const Json& value) {
  if (!value.is_array()) return Json::array({assignment(value)});
  JsonArray list;
  for (const Json& item : value.as_array()) list.push_back(assignment(item));
  return Json(std::move(list));
}

Json rigid_statements(const Json& value) {
  if (value.is_array()) return value;
  const Json text = value.is_null() ? Json("null") : expression(value);
  return Json::array({statement("expression", Json::object({{"expression", text}}))});
}

/// A value within a message, cut as 01 §8 says.
std::string shown(const Json& value) {
  return cut(value.is_string() ? value.as_string() : to_text(value), 40);
}

/// `limits/max_retries` sets a member of the record `limits`.
void set_field(Json& out, std::string_view field, Json value) {
  const std::size_t slash = field.find('/');
  if (slash == std::string_view::npos) {
    out.set(field, std::move(value));
    return;
  }
  const std::string_view record = field.substr(0, slash);
  Json inner = out[record];
  inner.set(field.substr(slash + 1), std::move(value));
  out.set(record, std::move(inner));
}

/// `queue` decides whether the answer comes through a queue (05 §2).
Json with_hitl_target(Json block, const Json& value) {
  if (value["queue"].is_null()) return block.erase("hitl_target");
  Json target = Json::object({{"scope", {}}, {"queue", {}}, {"hitl_spec", {}}});
  for (const auto& [key, member] : block["hitl_target"].as_object()) target.set(key, member);
  return block.set("hitl_target", std::move(target));
}

}  // namespace

Json StepReader::body(const Json& steps, const std::string& path) {
  if (!steps.is_array()) return steps;
  JsonArray out;
  std::size_t index = 0;
  for (const Json& step : steps.as_array()) add_step(out, step, path + std::to_string(index++));
  return Json(std::move(out));
}

void StepReader::add_step(JsonArray& out, const Json& step, const std::string& path) {
  const auto keyword = step_keyword(step);
  if (!keyword) return lower_node(out, step, path);
  const Json& meta = step["meta"];
  Json id = meta["block_id"];
  if (!id.is_string()) id = meta["node_id"];
  if (!id.is_string()) id = Json("step_" + path);
  Json read = Json::object({{"kind", {}}, {"id", id}, {"result_binding", step["bind"]}});
  const Json& node_id = meta["node_id"];
  read.set("source_location", Json::object({{"node_id", node_id.is_string() ? node_id : Json()}}));
  const std::string outer_path = std::exchange(path_, path);
  const std::size_t outer_list = std::exchange(next_list_, 0);
  const Json fields = block(step, *keyword);
  for (const auto& [key, value] : fields.as_object()) read.set(key, value);
  path_ = outer_path;
  next_list_ = outer_list;
  out.push_back(std::move(read));
}

void StepReader::lower_node(JsonArray& out, const Json& step, const std::string& path) {
  const Json& meta = step["meta"];
  bool has_word = false;
  if (step.is_object()) {
    for (const auto& [key, value] : step.as_object()) has_word |= is_keyword(key);
  }
  if (has_word || !lower_ || !meta["node_kind"].is_string()) {
    diagnostics_.push_back(diag::make(diag::Code::F603, {path}));
    return;
  }
  const std::string node_id = meta.string_or("node_id", "step_" + path);
  const Json config = meta["node_config"].is_object() ? meta["node_config"] : Json::object();
  const auto lowered = lower_(meta["node_kind"].as_string(), config, node_id);
  if (!lowered) {
    diagnostics_.insert(diagnostics_.end(), lowered.error().begin(), lowered.error().end());
    return;
  }
  for (const ir::Block& block : *lowered) out.push_back(ir::to_json(block));
  if (!lowered->empty() && step.contains("bind")) out.back().set("result_binding", step["bind"]);
}

Json StepReader::block(const Json& step, const std::string& keyword) {
  const Json& value = step[keyword];
  const auto rigid = [](Json statements) {
    return Json::object({{"kind", "rigid"}, {"statements", std::move(statements)}});
  };
  if (keyword == "rigid") return rigid(rigid_statements(value));
  if (keyword == "set") return rigid(assignments(value));
  if (keyword == "return") return rigid(Json::array({statement("return", Json::object({{"value", value}}))}));
  if (keyword == "debug") return Json::object({{"kind", "debug"}, {"statements", value}});
  const Keyword& row = *find_keyword(keyword);
  if (row.block_kind.empty())
    return rigid(Json::array({statement(keyword, members(value, row.fields, Json::object()))}));
  Json out = Json::object({{"kind", row.block_kind}});
  if (keyword == "llm_turn") {
    if (step.bool_or("guarded", false)) out.set("kind", "guarded");
    out.set("goal", value);
    return members(step, row.fields, std::move(out));
  }
  if (keyword == "with_budget") out.set("limits", Json::object());
  out = members(value, row.fields, std::move(out));
  return keyword == "checkpoint" ? with_hitl_target(std::move(out), value) : out;
}

Json StepReader::members(const Json& from, std::span<const StepField> fields, Json out) {
  for (const StepField& field : fields) {
    if (field.field.empty()) continue;
    const std::size_t list = next_list_;
    if (field.form == Form::Steps) ++next_list_;
    const Json* value = from.find(field.key);
    if (!value) continue;
    if (field.form != Form::Steps)
      set_field(out, field.field, member(*value, field));
    else if (value->is_null() && field.default_json.empty())
      set_field(out, field.field, Json::array());
    else
      set_field(out, field.field, body(*value, path_ + "." + std::to_string(list) + "."));
  }
  return out;
}

Json StepReader::member(const Json& value, const StepField& field) {
  if (value.is_null()) return value;
  switch (field.form) {
    case Form::Plain:
    case Form::Steps: return value;
    case Form::Expression: return expression(value);
    case Form::Duration: return duration(value, "step " + path_);
    case Form::Type: return type(value, "step " + path_);
    case Form::Record: return record(value, field.inner);
    case Form::Records: return records(value, field.inner);
    case Form::Expressions:
    case Form::OnFailure: break;
  }
  if (!value.is_object()) return value;
  JsonObject out;
  for (const auto& [key, inner] : value.as_object()) {
    out.append(key, field.form == Form::OnFailure ? records(inner, field.inner) : expression(inner));
  }
  return Json(std::move(out));
}

Json StepReader::record(const Json& value, std::span<const StepField> fields) {
  return value.is_object() ? members(value, fields, Json::object()) : value;
}

Json StepReader::records(const Json& value, std::span<const StepField> fields) {
  if (!value.is_array()) return value;
  JsonArray out;
  for (const Json& item : value.as_array()) out.push_back(record(item, fields));
  return Json(std::move(out));
}

Json StepReader::type(const Json& value, const std::string& where) {
  if (auto tree = type_from_manifest(value)) return *tree;
  diagnostics_.push_back(diag::make(diag::Code::F231_Path, {where, shown(value)}));
  return {};
}

Json StepReader::duration(const Json& value, const std::string& where) {
  std::int64_t ms = -1;
  if (value.is_string())
    ms = duration_ms(value.as_string());
  else if (value.is_number() && value.as_double() >= 0 && value.as_double() <= 365 * 86400.0) {
    ms = std::llround(value.as_double() * 1000);
  }
  if (ms >= 0) return Json(ms);
  diagnostics_.push_back(diag::make(diag::Code::F210_Path, {where, shown(value)}));
  return {};
}

}  // namespace scaiflow::manifest
