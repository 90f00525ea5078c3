#include "apps/grid/inference/stream_source.h"

#include "libs/base/text.h"

namespace scaiflow::grid {

namespace {

bool is_plain_text(const ir::Block& block) {
  const auto* flexible = block.as<ir::FlexibleBlock>();
  return flexible != nullptr && (flexible->output_type.is_null() || flexible->output_type == Json("string"));
}

/// The name in `{{name}}`, when there is nothing else.
std::string sole_name(const Json& value) {
  if (!value.is_string()) return {};
  const std::string& text = value.as_string();
  if (!text.starts_with("{{") || !text.ends_with("}}")) return {};
  const std::string name(trim(std::string_view(text).substr(2, text.size() - 4)));
  return is_identifier(name) ? name : "";
}

const Json* returned(const ir::Block& block) {
  const auto* rigid = block.as<ir::RigidBlock>();
  if (rigid == nullptr || rigid->statements.size() != 1) return nullptr;
  const auto* statement = rigid->statements.front().as<ir::ReturnStatement>();
  return statement != nullptr ? &statement->value : nullptr;
}

}  // namespace

const ir::Flow* default_flow(const ir::Module& module) {
  for (const char* kind : {"api", "webhook"}) {
    for (const ir::Trigger& trigger : module.triggers) {
      if (trigger.kind == kind) return ir::find_flow(module, trigger.target_flow);
    }
  }
  return module.flows.empty() ? nullptr : &module.flows.front();
}

std::optional<std::string> stream_source(const ir::Flow& flow) {
  if (flow.body.empty()) return std::nullopt;
  const ir::Block& last = flow.body.back();
  if (is_plain_text(last)) return last.id;
  const Json* value = returned(last);
  if (value == nullptr) return std::nullopt;
  const std::string name = sole_name((*value)["response"].is_string() ? (*value)["response"] : *value);
  std::optional<std::string> out;
  for (const ir::Block& block : flow.body) {
    if (name.empty() || block.result_binding != name) continue;
    if (out || !is_plain_text(block)) return std::nullopt;  // bound twice: which one is not known here
    out = block.id;
  }
  return out;
}

}  // namespace scaiflow::grid
