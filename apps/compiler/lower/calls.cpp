#include "apps/compiler/lower/lower.h"
#include "libs/expr/expr.h"
#include "libs/flow/values.h"

namespace scaiflow::compiler {
namespace {

/// An expression as a template with one placeholder; a template stays as it is.
Json as_template(const Json& value) {
  if (!value.is_string() || expr::parse_e(value.as_string()).expression.is_template()) return value;
  return "{{" + value.as_string() + "}}";
}

/// The sandbox a compute node works in (02 §9); null: the execution's own.
Json handle_of(const LowerInput& input, std::string_view field) {
  if (const Json* given = field_value(input.node, field)) return as_template(*given);
  return input.sandbox.empty() ? Json() : Json("{{" + input.sandbox + ".bunker_id}}");
}

void add_arg(ir::JsonMap& args, const LowerInput& input, const flow::ArgSpec& arg) {
  const flow::FieldSpec* field = input.node.spec().field(arg.field);
  switch (arg.form) {
    case flow::ArgForm::AsIs: {
      if (field->form == flow::FieldForm::Scope) return args.set(arg.name, scope_of(input));
      const bool has_default = !field->default_json.empty();
      if (has_default || field_value(input.node, *field)) {
        args.set(arg.name, field_or_default(input.node, *field));
      }
      return;
    }
    case flow::ArgForm::Milliseconds: {
      const auto ms = flow::duration_of(field_or_default(input.node, *field));
      if (ms) args.set(arg.name, *ms);
      return;
    }
    case flow::ArgForm::Handle: {
      Json handle = handle_of(input, arg.field);
      if (!handle.is_null()) args.set(arg.name, std::move(handle));
      return;
    }
  }
}

}  // namespace

ir::Block call_block(const LowerInput& input, std::string plugin, std::string method, ir::JsonMap args) {
  ir::Block block = node_block(input);
  ir::PluginCallStatement call;
  call.plugin = std::move(plugin);
  call.method = std::move(method);
  call.args = std::move(args);
  call.idempotency = idempotency_of(input.node);
  ir::RigidBlock rigid;
  rigid.statements.push_back({std::move(call)});
  block.detail = std::move(rigid);
  return block;
}

ir::Block lower_call(const LowerInput& input) {
  const flow::CallSpec& call = input.node.spec().call;
  ir::JsonMap args;
  for (const flow::ArgSpec& arg : call.args) add_arg(args, input, arg);
  return call_block(input, std::string(call.plugin), std::string(call.method), std::move(args));
}

ir::Block lower_tool_plugin(LowerInput& input) {
  const Json args = field_or_default(input.node, "args");
  ir::Block block = call_block(input, text_field(input.node, "plugin"), text_field(input.node, "method"),
                               args.is_object() ? args.as_object() : ir::JsonMap());
  block.as<ir::RigidBlock>()->statements[0].as<ir::PluginCallStatement>()->timeout_ms =
      optional_ms(input.node, "timeout");
  return block;
}

ir::Block lower_queue_escalation(LowerInput& input) {
  Json payload = Json::object({{"reason", field_or_default(input.node, "reason")}});
  if (const Json* further = field_value(input.node, "payload")) {
    for (const auto& [key, value] : further->as_object()) payload.set(key, value);
  }
  ir::JsonMap args;
  args.set("scope", scope_of(input));
  args.set("queue", field_or_default(input.node, "queue"));
  args.set("message_type", "escalation");
  args.set("payload", std::move(payload));
  args.set("priority_tier", field_or_default(input.node, "priority_tier"));
  return call_block(input, "scaiqueue", "publish", std::move(args));
}

ir::Block lower_subflow_call(LowerInput& input) {
  const Node& node = input.node;
  ir::Block block = node_block(input);
  ir::CoreCallBlock call;
  call.target = text_field(node, "target");
  call.flow_name = optional_text(node, "flow_name");
  call.input_bindings = input_bindings_of(input);
  if (call.input_bindings.empty()) call.input_bindings.emplace_back("input", "input");
  call.instance_key = optional_expression(node, "instance_key");
  call.version = optional_text(node, "version");
  call.timeout_ms = optional_ms(node, "timeout");
  call.is_async = node.config.bool_or("is_async", false);
  call.idempotency = idempotency_of(node);
  block.detail = std::move(call);
  return block;
}

}  // namespace scaiflow::compiler
