// Written by tools/gen from contracts/ir.yaml. Do not edit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "libs/base/json.h"
#include "libs/ir/field.h"

namespace scaiflow::ir {

struct Block;
struct Statement;
using Body = std::vector<Block>;
using Statements = std::vector<Statement>;

enum class InstanceMode : std::uint8_t { Stateless, Entity, Singleton };
inline constexpr std::string_view InstanceMode_names[] = {"stateless", "entity", "singleton"};
constexpr std::string_view name_of(InstanceMode value) { return InstanceMode_names[static_cast<int>(value)]; }
constexpr const auto& names_of(InstanceMode) { return InstanceMode_names; }

enum class Overflow : std::uint8_t { DeactivateLru, Reject, Queue };
inline constexpr std::string_view Overflow_names[] = {"deactivate_lru", "reject", "queue"};
constexpr std::string_view name_of(Overflow value) { return Overflow_names[static_cast<int>(value)]; }
constexpr const auto& names_of(Overflow) { return Overflow_names; }

enum class TriggerKind : std::uint8_t { Api, Webhook, Schedule };
inline constexpr std::string_view TriggerKind_names[] = {"api", "webhook", "schedule"};
constexpr std::string_view name_of(TriggerKind value) { return TriggerKind_names[static_cast<int>(value)]; }
constexpr const auto& names_of(TriggerKind) { return TriggerKind_names; }

enum class Visibility : std::uint8_t { Pub, Internal };
inline constexpr std::string_view Visibility_names[] = {"pub", "internal"};
constexpr std::string_view name_of(Visibility value) { return Visibility_names[static_cast<int>(value)]; }
constexpr const auto& names_of(Visibility) { return Visibility_names; }

enum class Priority : std::uint8_t { Low, Normal, High, Critical };
inline constexpr std::string_view Priority_names[] = {"low", "normal", "high", "critical"};
constexpr std::string_view name_of(Priority value) { return Priority_names[static_cast<int>(value)]; }
constexpr const auto& names_of(Priority) { return Priority_names; }

enum class Idempotency : std::uint8_t { Key, AtMostOnce };
inline constexpr std::string_view Idempotency_names[] = {"key", "at_most_once"};
constexpr std::string_view name_of(Idempotency value) { return Idempotency_names[static_cast<int>(value)]; }
constexpr const auto& names_of(Idempotency) { return Idempotency_names; }

enum class AwaitMode : std::uint8_t { All, Any };
inline constexpr std::string_view AwaitMode_names[] = {"all", "any"};
constexpr std::string_view name_of(AwaitMode value) { return AwaitMode_names[static_cast<int>(value)]; }
constexpr const auto& names_of(AwaitMode) { return AwaitMode_names; }

enum class AwaitTimeout : std::uint8_t { Fail, Partial };
inline constexpr std::string_view AwaitTimeout_names[] = {"fail", "partial"};
constexpr std::string_view name_of(AwaitTimeout value) { return AwaitTimeout_names[static_cast<int>(value)]; }
constexpr const auto& names_of(AwaitTimeout) { return AwaitTimeout_names; }

enum class Modality : std::uint8_t { Tts, Stt, Embedding, ImageGeneration, AudioGeneration, Vision };
inline constexpr std::string_view Modality_names[] = {"tts", "stt", "embedding", "image_generation", "audio_generation", "vision"};
constexpr std::string_view name_of(Modality value) { return Modality_names[static_cast<int>(value)]; }
constexpr const auto& names_of(Modality) { return Modality_names; }

struct FailureAction {
  std::string action;
  std::optional<std::int64_t> max;
  std::optional<std::string> with;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"action", FieldClass::Text, Presence::Required, "null"}, &FailureAction::action);
    v(FieldInfo{"max", FieldClass::Int, Presence::Optional, "null"}, &FailureAction::max);
    v(FieldInfo{"with", FieldClass::Text, Presence::Optional, "null"}, &FailureAction::with);
  }
};

/// Cause to actions, in the order of 04 §3.2.1.
using OnFailure = std::vector<std::pair<std::string, std::vector<FailureAction>>>;

struct SourceLocation {
  std::optional<std::string> node_id;
  std::optional<std::string> file;
  std::optional<std::int64_t> line;
  std::optional<std::int64_t> column;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"node_id", FieldClass::Text, Presence::Optional, "null"}, &SourceLocation::node_id);
    v(FieldInfo{"file", FieldClass::Text, Presence::Optional, "null"}, &SourceLocation::file);
    v(FieldInfo{"line", FieldClass::Int, Presence::Optional, "null"}, &SourceLocation::line);
    v(FieldInfo{"column", FieldClass::Int, Presence::Optional, "null"}, &SourceLocation::column);
  }
};

struct Instance {
  InstanceMode mode = InstanceMode::Stateless;
  std::optional<std::string> entity_key;
  std::int64_t idle_timeout_ms = 1800000;
  std::int64_t max_concurrent = 1;
  std::int64_t max_active_instances = 10000;
  Overflow overflow = Overflow::DeactivateLru;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"mode", FieldClass::Enum, Presence::Defaulted, "\"stateless\""}, &Instance::mode);
    v(FieldInfo{"entity_key", FieldClass::Name, Presence::Optional, "null"}, &Instance::entity_key);
    v(FieldInfo{"idle_timeout_ms", FieldClass::Ms, Presence::Defaulted, "1800000"}, &Instance::idle_timeout_ms);
    v(FieldInfo{"max_concurrent", FieldClass::Int, Presence::Defaulted, "1"}, &Instance::max_concurrent);
    v(FieldInfo{"max_active_instances", FieldClass::Int, Presence::Defaulted, "10000"}, &Instance::max_active_instances);
    v(FieldInfo{"overflow", FieldClass::Enum, Presence::Defaulted, "\"deactivate_lru\""}, &Instance::overflow);
  }
};

struct Identity {
  std::string provider = "scaikey";
  std::string name;
  std::string persona;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"provider", FieldClass::Text, Presence::Defaulted, "\"scaikey\""}, &Identity::provider);
    v(FieldInfo{"name", FieldClass::Text, Presence::Required, "null"}, &Identity::name);
    v(FieldInfo{"persona", FieldClass::Text, Presence::Required, "null"}, &Identity::persona);
  }
};

struct ModelRef {
  std::string provider;
  std::string model;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"provider", FieldClass::Text, Presence::Required, "null"}, &ModelRef::provider);
    v(FieldInfo{"model", FieldClass::Text, Presence::Required, "null"}, &ModelRef::model);
  }
};

struct Model {
  std::string role;
  std::string provider;
  std::string model;
  std::optional<double> temperature;
  std::vector<std::string> modalities = {"text"};
  std::optional<std::string> system_context;
  std::vector<ModelRef> fallback;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"role", FieldClass::Text, Presence::Required, "null"}, &Model::role);
    v(FieldInfo{"provider", FieldClass::Text, Presence::Required, "null"}, &Model::provider);
    v(FieldInfo{"model", FieldClass::Text, Presence::Required, "null"}, &Model::model);
    v(FieldInfo{"temperature", FieldClass::Float, Presence::Optional, "null"}, &Model::temperature);
    v(FieldInfo{"modalities", FieldClass::List, Presence::Defaulted, "[\"text\"]"}, &Model::modalities);
    v(FieldInfo{"system_context", FieldClass::Text, Presence::Optional, "null"}, &Model::system_context);
    v(FieldInfo{"fallback", FieldClass::List, Presence::Defaulted, "[]"}, &Model::fallback);
  }
};

struct Plugin {
  std::string alias;
  std::string endpoint;
  JsonMap config;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"alias", FieldClass::Name, Presence::Required, "null"}, &Plugin::alias);
    v(FieldInfo{"endpoint", FieldClass::Text, Presence::Required, "null"}, &Plugin::endpoint);
    v(FieldInfo{"config", FieldClass::AnyMap, Presence::Defaulted, "{}"}, &Plugin::config);
  }
};

struct TypeDef {
  std::string name;
  Json type;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"name", FieldClass::Text, Presence::Required, "null"}, &TypeDef::name);
    v(FieldInfo{"type", FieldClass::Type, Presence::Required, "null"}, &TypeDef::type);
  }
};

struct MemoryField {
  std::string name;
  Json type;
  Json default_;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"name", FieldClass::Name, Presence::Required, "null"}, &MemoryField::name);
    v(FieldInfo{"type", FieldClass::Type, Presence::Required, "null"}, &MemoryField::type);
    v(FieldInfo{"default", FieldClass::Any, Presence::Defaulted, "null"}, &MemoryField::default_);
  }
};

struct ReferenceField {
  std::string name;
  Json type;
  Json value;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"name", FieldClass::Name, Presence::Required, "null"}, &ReferenceField::name);
    v(FieldInfo{"type", FieldClass::Type, Presence::Required, "null"}, &ReferenceField::type);
    v(FieldInfo{"value", FieldClass::Any, Presence::Required, "null"}, &ReferenceField::value);
  }
};

struct ConfigParam {
  std::string name;
  Json type;
  Json default_;
  std::string description;
  bool secret = false;
  bool runtime_configurable = false;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"name", FieldClass::Name, Presence::Required, "null"}, &ConfigParam::name);
    v(FieldInfo{"type", FieldClass::Type, Presence::Required, "null"}, &ConfigParam::type);
    v(FieldInfo{"default", FieldClass::Any, Presence::Defaulted, "null"}, &ConfigParam::default_);
    v(FieldInfo{"description", FieldClass::Text, Presence::Defaulted, "\"\""}, &ConfigParam::description);
    v(FieldInfo{"secret", FieldClass::Bool, Presence::Defaulted, "false"}, &ConfigParam::secret);
    v(FieldInfo{"runtime_configurable", FieldClass::Bool, Presence::Defaulted, "false"}, &ConfigParam::runtime_configurable);
  }
};

struct Variable {
  std::string name;
  Json type;
  Json default_;
  std::string description;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"name", FieldClass::Name, Presence::Required, "null"}, &Variable::name);
    v(FieldInfo{"type", FieldClass::Type, Presence::Optional, "null"}, &Variable::type);
    v(FieldInfo{"default", FieldClass::Any, Presence::Defaulted, "null"}, &Variable::default_);
    v(FieldInfo{"description", FieldClass::Text, Presence::Defaulted, "\"\""}, &Variable::description);
  }
};

struct Trigger {
  std::string kind;
  std::string name;
  std::string target_flow;
  std::optional<std::string> method;
  std::optional<std::string> path;
  Json auth;
  std::optional<std::string> cron;
  std::optional<std::string> timezone;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"kind", FieldClass::Text, Presence::Required, "null"}, &Trigger::kind);
    v(FieldInfo{"name", FieldClass::Name, Presence::Required, "null"}, &Trigger::name);
    v(FieldInfo{"target_flow", FieldClass::Text, Presence::Required, "null"}, &Trigger::target_flow);
    v(FieldInfo{"method", FieldClass::Text, Presence::Optional, "\"POST\""}, &Trigger::method);
    v(FieldInfo{"path", FieldClass::Text, Presence::Optional, "\"/\""}, &Trigger::path);
    v(FieldInfo{"auth", FieldClass::Any, Presence::Defaulted, "null"}, &Trigger::auth);
    v(FieldInfo{"cron", FieldClass::Text, Presence::Optional, "null"}, &Trigger::cron);
    v(FieldInfo{"timezone", FieldClass::Text, Presence::Optional, "null"}, &Trigger::timezone);
  }
};

struct Param {
  std::string name;
  Json type;
  Json default_;
  bool required = false;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"name", FieldClass::Name, Presence::Required, "null"}, &Param::name);
    v(FieldInfo{"type", FieldClass::Type, Presence::Required, "null"}, &Param::type);
    v(FieldInfo{"default", FieldClass::Any, Presence::Defaulted, "null"}, &Param::default_);
    v(FieldInfo{"required", FieldClass::Bool, Presence::Required, "null"}, &Param::required);
  }
};

struct Budget {
  std::optional<std::int64_t> max_duration_ms;
  std::optional<std::int64_t> max_retries;
  std::optional<std::int64_t> max_tokens;
  std::optional<double> max_cost;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"max_duration_ms", FieldClass::Ms, Presence::Optional, "null"}, &Budget::max_duration_ms);
    v(FieldInfo{"max_retries", FieldClass::Int, Presence::Optional, "null"}, &Budget::max_retries);
    v(FieldInfo{"max_tokens", FieldClass::Int, Presence::Optional, "null"}, &Budget::max_tokens);
    v(FieldInfo{"max_cost", FieldClass::Float, Presence::Optional, "null"}, &Budget::max_cost);
  }
};

struct Constraints {
  std::optional<std::string> text;
  std::vector<std::string> never;
  std::vector<std::string> always;
  std::vector<std::string> prefer;
  bool inherit = true;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"text", FieldClass::Text, Presence::Optional, "null"}, &Constraints::text);
    v(FieldInfo{"never", FieldClass::List, Presence::Defaulted, "[]"}, &Constraints::never);
    v(FieldInfo{"always", FieldClass::List, Presence::Defaulted, "[]"}, &Constraints::always);
    v(FieldInfo{"prefer", FieldClass::List, Presence::Defaulted, "[]"}, &Constraints::prefer);
    v(FieldInfo{"inherit", FieldClass::Bool, Presence::Defaulted, "true"}, &Constraints::inherit);
  }
};

struct Example {
  Json input;
  Json output;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"input", FieldClass::Any, Presence::Defaulted, "null"}, &Example::input);
    v(FieldInfo{"output", FieldClass::Any, Presence::Defaulted, "null"}, &Example::output);
  }
};

struct HitlTarget {
  Json scope;
  Json queue;
  Json hitl_spec;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"scope", FieldClass::Template, Presence::Required, "null"}, &HitlTarget::scope);
    v(FieldInfo{"queue", FieldClass::Template, Presence::Required, "null"}, &HitlTarget::queue);
    v(FieldInfo{"hitl_spec", FieldClass::Template, Presence::Required, "null"}, &HitlTarget::hitl_spec);
  }
};

struct AssignStatement {
  std::string target;
  std::string value;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"target", FieldClass::Text, Presence::Required, "null"}, &AssignStatement::target);
    v(FieldInfo{"value", FieldClass::Expression, Presence::Required, "null"}, &AssignStatement::value);
  }
};

struct ExpressionStatement {
  std::string expression;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"expression", FieldClass::Expression, Presence::Required, "null"}, &ExpressionStatement::expression);
  }
};

struct PluginCallStatement {
  std::string plugin;
  std::string method;
  JsonMap args;
  std::optional<std::string> result_binding;
  std::optional<std::int64_t> timeout_ms;
  Idempotency idempotency = Idempotency::Key;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"plugin", FieldClass::Name, Presence::Required, "null"}, &PluginCallStatement::plugin);
    v(FieldInfo{"method", FieldClass::Name, Presence::Required, "null"}, &PluginCallStatement::method);
    v(FieldInfo{"args", FieldClass::TemplateMap, Presence::Defaulted, "{}"}, &PluginCallStatement::args);
    v(FieldInfo{"result_binding", FieldClass::Name, Presence::Optional, "null"}, &PluginCallStatement::result_binding);
    v(FieldInfo{"timeout_ms", FieldClass::Ms, Presence::Optional, "null"}, &PluginCallStatement::timeout_ms);
    v(FieldInfo{"idempotency", FieldClass::Enum, Presence::Defaulted, "\"key\""}, &PluginCallStatement::idempotency);
  }
};

struct MemorySetStatement {
  std::string field;
  std::optional<std::string> key;
  std::string value;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"field", FieldClass::Name, Presence::Required, "null"}, &MemorySetStatement::field);
    v(FieldInfo{"key", FieldClass::Expression, Presence::Optional, "null"}, &MemorySetStatement::key);
    v(FieldInfo{"value", FieldClass::Expression, Presence::Required, "null"}, &MemorySetStatement::value);
  }
};

struct MemoryUpdateStatement {
  std::string field;
  std::optional<std::string> key;
  std::string value;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"field", FieldClass::Name, Presence::Required, "null"}, &MemoryUpdateStatement::field);
    v(FieldInfo{"key", FieldClass::Expression, Presence::Optional, "null"}, &MemoryUpdateStatement::key);
    v(FieldInfo{"value", FieldClass::Expression, Presence::Required, "null"}, &MemoryUpdateStatement::value);
  }
};

struct MemoryDeleteStatement {
  std::string field;
  std::optional<std::string> key;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"field", FieldClass::Name, Presence::Required, "null"}, &MemoryDeleteStatement::field);
    v(FieldInfo{"key", FieldClass::Expression, Presence::Optional, "null"}, &MemoryDeleteStatement::key);
  }
};

struct IfStatement {
  std::string condition;
  Statements then;
  Statements else_;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"condition", FieldClass::Expression, Presence::Required, "null"}, &IfStatement::condition);
    v(FieldInfo{"then", FieldClass::Statements, Presence::Required, "null"}, &IfStatement::then);
    v(FieldInfo{"else", FieldClass::Statements, Presence::Defaulted, "[]"}, &IfStatement::else_);
  }
};

struct EmitStatement {
  std::string event;
  Json payload;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"event", FieldClass::Text, Presence::Required, "null"}, &EmitStatement::event);
    v(FieldInfo{"payload", FieldClass::Template, Presence::Defaulted, "null"}, &EmitStatement::payload);
  }
};

struct ReturnStatement {
  Json value;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"value", FieldClass::Template, Presence::Required, "null"}, &ReturnStatement::value);
  }
};

struct BreakStatement {
  template <class V>
  static void fields(V&&) {
  }
};

struct ContinueStatement {
  template <class V>
  static void fields(V&&) {
  }
};

enum class StatementKind : std::uint8_t { Assign, Expression, PluginCall, MemorySet, MemoryUpdate, MemoryDelete, If, Emit, Return, Break, Continue };
inline constexpr std::string_view StatementKind_names[] = {"assign", "expression", "plugin_call", "memory_set", "memory_update", "memory_delete", "if", "emit", "return", "break", "continue"};
constexpr std::string_view name_of(StatementKind kind) { return StatementKind_names[static_cast<int>(kind)]; }

struct Statement {
  std::variant<AssignStatement, ExpressionStatement, PluginCallStatement, MemorySetStatement, MemoryUpdateStatement, MemoryDeleteStatement, IfStatement, EmitStatement, ReturnStatement, BreakStatement, ContinueStatement> detail;

  StatementKind kind() const { return static_cast<StatementKind>(detail.index()); }
  template <class T>
  const T* as() const { return std::get_if<T>(&detail); }
  template <class T>
  T* as() { return std::get_if<T>(&detail); }
};

struct Branch {
  std::string name;
  Body body;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"name", FieldClass::Text, Presence::Required, "null"}, &Branch::name);
    v(FieldInfo{"body", FieldClass::Body, Presence::Required, "null"}, &Branch::body);
  }
};

struct Arm {
  std::string when;
  Body body;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"when", FieldClass::Text, Presence::Required, "null"}, &Arm::when);
    v(FieldInfo{"body", FieldClass::Body, Presence::Required, "null"}, &Arm::body);
  }
};

struct Catch {
  std::string error;
  std::string binding;
  Body body;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"error", FieldClass::Text, Presence::Required, "null"}, &Catch::error);
    v(FieldInfo{"binding", FieldClass::Name, Presence::Required, "null"}, &Catch::binding);
    v(FieldInfo{"body", FieldClass::Body, Presence::Required, "null"}, &Catch::body);
  }
};

struct OnResponse {
  std::string option;
  Body body;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"option", FieldClass::Text, Presence::Required, "null"}, &OnResponse::option);
    v(FieldInfo{"body", FieldClass::Body, Presence::Required, "null"}, &OnResponse::body);
  }
};

struct Flow {
  std::string name;
  std::vector<Param> params;
  Json return_type;
  Body body;
  Visibility visibility = Visibility::Pub;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"name", FieldClass::Text, Presence::Required, "null"}, &Flow::name);
    v(FieldInfo{"params", FieldClass::List, Presence::Defaulted, "[]"}, &Flow::params);
    v(FieldInfo{"return_type", FieldClass::Type, Presence::Optional, "null"}, &Flow::return_type);
    v(FieldInfo{"body", FieldClass::Body, Presence::Required, "null"}, &Flow::body);
    v(FieldInfo{"visibility", FieldClass::Enum, Presence::Defaulted, "\"pub\""}, &Flow::visibility);
  }
};

struct RigidBlock {
  Statements statements;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"statements", FieldClass::Statements, Presence::Required, "null"}, &RigidBlock::statements);
  }
};

struct FlexibleBlock {
  Json goal;
  Json output_type;
  std::string llm_role;
  TextMap input_bindings;
  TextMap context_bindings;
  Json guidance;
  bool identity_ref = false;
  std::optional<Constraints> constraints;
  std::vector<Example> examples;
  std::optional<OnFailure> on_failure;
  std::optional<Budget> budget;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"goal", FieldClass::Template, Presence::Required, "null"}, &FlexibleBlock::goal);
    v(FieldInfo{"output_type", FieldClass::Type, Presence::Optional, "null"}, &FlexibleBlock::output_type);
    v(FieldInfo{"llm_role", FieldClass::Text, Presence::Defaulted, "\"\""}, &FlexibleBlock::llm_role);
    v(FieldInfo{"input_bindings", FieldClass::ExpressionMap, Presence::Defaulted, "{}"}, &FlexibleBlock::input_bindings);
    v(FieldInfo{"context_bindings", FieldClass::ExpressionMap, Presence::Defaulted, "{}"}, &FlexibleBlock::context_bindings);
    v(FieldInfo{"guidance", FieldClass::Template, Presence::Optional, "null"}, &FlexibleBlock::guidance);
    v(FieldInfo{"identity_ref", FieldClass::Bool, Presence::Defaulted, "false"}, &FlexibleBlock::identity_ref);
    v(FieldInfo{"constraints", FieldClass::Record, Presence::Optional, "null"}, &FlexibleBlock::constraints);
    v(FieldInfo{"examples", FieldClass::List, Presence::Defaulted, "[]"}, &FlexibleBlock::examples);
    v(FieldInfo{"on_failure", FieldClass::OnFailure, Presence::Optional, "null"}, &FlexibleBlock::on_failure);
    v(FieldInfo{"budget", FieldClass::Record, Presence::Optional, "null"}, &FlexibleBlock::budget);
  }
};

struct GuardedBlock {
  Json goal;
  Json output_type;
  std::string llm_role;
  std::optional<std::string> guard;
  std::optional<std::string> validate;
  TextMap input_bindings;
  TextMap context_bindings;
  Json guidance;
  std::optional<Constraints> constraints;
  std::vector<Example> examples;
  std::optional<Body> on_validation_failure;
  std::optional<OnFailure> on_failure;
  std::optional<Budget> budget;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"goal", FieldClass::Template, Presence::Required, "null"}, &GuardedBlock::goal);
    v(FieldInfo{"output_type", FieldClass::Type, Presence::Optional, "null"}, &GuardedBlock::output_type);
    v(FieldInfo{"llm_role", FieldClass::Text, Presence::Defaulted, "\"\""}, &GuardedBlock::llm_role);
    v(FieldInfo{"guard", FieldClass::Expression, Presence::Optional, "null"}, &GuardedBlock::guard);
    v(FieldInfo{"validate", FieldClass::Expression, Presence::Optional, "null"}, &GuardedBlock::validate);
    v(FieldInfo{"input_bindings", FieldClass::ExpressionMap, Presence::Defaulted, "{}"}, &GuardedBlock::input_bindings);
    v(FieldInfo{"context_bindings", FieldClass::ExpressionMap, Presence::Defaulted, "{}"}, &GuardedBlock::context_bindings);
    v(FieldInfo{"guidance", FieldClass::Template, Presence::Optional, "null"}, &GuardedBlock::guidance);
    v(FieldInfo{"constraints", FieldClass::Record, Presence::Optional, "null"}, &GuardedBlock::constraints);
    v(FieldInfo{"examples", FieldClass::List, Presence::Defaulted, "[]"}, &GuardedBlock::examples);
    v(FieldInfo{"on_validation_failure", FieldClass::Body, Presence::Optional, "null"}, &GuardedBlock::on_validation_failure);
    v(FieldInfo{"on_failure", FieldClass::OnFailure, Presence::Optional, "null"}, &GuardedBlock::on_failure);
    v(FieldInfo{"budget", FieldClass::Record, Presence::Optional, "null"}, &GuardedBlock::budget);
  }
};

struct ModelCallBlock {
  std::string modality;
  std::string llm_role;
  TextMap input_bindings;
  Json output_type;
  JsonMap params;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"modality", FieldClass::Text, Presence::Required, "null"}, &ModelCallBlock::modality);
    v(FieldInfo{"llm_role", FieldClass::Text, Presence::Required, "null"}, &ModelCallBlock::llm_role);
    v(FieldInfo{"input_bindings", FieldClass::ExpressionMap, Presence::Defaulted, "{}"}, &ModelCallBlock::input_bindings);
    v(FieldInfo{"output_type", FieldClass::Type, Presence::Optional, "null"}, &ModelCallBlock::output_type);
    v(FieldInfo{"params", FieldClass::TemplateMap, Presence::Defaulted, "{}"}, &ModelCallBlock::params);
  }
};

struct ParallelBlock {
  std::vector<Branch> branches;
  std::optional<std::int64_t> max_concurrent;
  bool fail_fast = true;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"branches", FieldClass::List, Presence::Required, "null"}, &ParallelBlock::branches);
    v(FieldInfo{"max_concurrent", FieldClass::Int, Presence::Optional, "null"}, &ParallelBlock::max_concurrent);
    v(FieldInfo{"fail_fast", FieldClass::Bool, Presence::Defaulted, "true"}, &ParallelBlock::fail_fast);
  }
};

struct ForeachBlock {
  std::string item;
  std::optional<std::string> index;
  std::string iterable;
  Body body;
  std::int64_t max_concurrent = 1;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"item", FieldClass::Name, Presence::Required, "null"}, &ForeachBlock::item);
    v(FieldInfo{"index", FieldClass::Name, Presence::Optional, "null"}, &ForeachBlock::index);
    v(FieldInfo{"iterable", FieldClass::Expression, Presence::Required, "null"}, &ForeachBlock::iterable);
    v(FieldInfo{"body", FieldClass::Body, Presence::Required, "null"}, &ForeachBlock::body);
    v(FieldInfo{"max_concurrent", FieldClass::Int, Presence::Defaulted, "1"}, &ForeachBlock::max_concurrent);
  }
};

struct WhileBlock {
  std::string condition;
  std::int64_t max_iterations = 0;
  Body body;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"condition", FieldClass::Expression, Presence::Required, "null"}, &WhileBlock::condition);
    v(FieldInfo{"max_iterations", FieldClass::Int, Presence::Required, "null"}, &WhileBlock::max_iterations);
    v(FieldInfo{"body", FieldClass::Body, Presence::Required, "null"}, &WhileBlock::body);
  }
};

struct MatchBlock {
  std::optional<std::string> subject;
  std::vector<Arm> arms;
  std::optional<Body> else_body;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"subject", FieldClass::Expression, Presence::Optional, "null"}, &MatchBlock::subject);
    v(FieldInfo{"arms", FieldClass::List, Presence::Required, "null"}, &MatchBlock::arms);
    v(FieldInfo{"else_body", FieldClass::Body, Presence::Optional, "null"}, &MatchBlock::else_body);
  }
};

struct TryBlock {
  Body body;
  std::vector<Catch> catches;
  std::optional<Body> finally_;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"body", FieldClass::Body, Presence::Required, "null"}, &TryBlock::body);
    v(FieldInfo{"catches", FieldClass::List, Presence::Defaulted, "[]"}, &TryBlock::catches);
    v(FieldInfo{"finally", FieldClass::Body, Presence::Optional, "null"}, &TryBlock::finally_);
  }
};

struct BudgetBlock {
  Budget limits;
  Body body;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"limits", FieldClass::Record, Presence::Required, "null"}, &BudgetBlock::limits);
    v(FieldInfo{"body", FieldClass::Body, Presence::Required, "null"}, &BudgetBlock::body);
  }
};

struct CheckpointBlock {
  std::string checkpoint_type = "approval";
  Json prompt;
  Json payload;
  std::vector<std::string> options;
  Json assignee;
  Priority priority = Priority::Normal;
  std::optional<std::int64_t> timeout_ms;
  std::string on_timeout = "fail";
  std::vector<OnResponse> on_response;
  std::optional<HitlTarget> hitl_target;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"checkpoint_type", FieldClass::Text, Presence::Defaulted, "\"approval\""}, &CheckpointBlock::checkpoint_type);
    v(FieldInfo{"prompt", FieldClass::Template, Presence::Optional, "null"}, &CheckpointBlock::prompt);
    v(FieldInfo{"payload", FieldClass::Template, Presence::Defaulted, "null"}, &CheckpointBlock::payload);
    v(FieldInfo{"options", FieldClass::List, Presence::Defaulted, "[]"}, &CheckpointBlock::options);
    v(FieldInfo{"assignee", FieldClass::Template, Presence::Optional, "null"}, &CheckpointBlock::assignee);
    v(FieldInfo{"priority", FieldClass::Enum, Presence::Defaulted, "\"normal\""}, &CheckpointBlock::priority);
    v(FieldInfo{"timeout_ms", FieldClass::Ms, Presence::Optional, "null"}, &CheckpointBlock::timeout_ms);
    v(FieldInfo{"on_timeout", FieldClass::Text, Presence::Defaulted, "\"fail\""}, &CheckpointBlock::on_timeout);
    v(FieldInfo{"on_response", FieldClass::List, Presence::Defaulted, "[]"}, &CheckpointBlock::on_response);
    v(FieldInfo{"hitl_target", FieldClass::Record, Presence::Optional, "null"}, &CheckpointBlock::hitl_target);
  }
};

struct CoreCallBlock {
  std::string target;
  std::optional<std::string> flow_name;
  TextMap input_bindings;
  std::optional<std::string> instance_key;
  std::optional<std::string> version;
  std::optional<std::int64_t> timeout_ms;
  bool is_async = false;
  Idempotency idempotency = Idempotency::Key;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"target", FieldClass::Text, Presence::Required, "null"}, &CoreCallBlock::target);
    v(FieldInfo{"flow_name", FieldClass::Text, Presence::Optional, "null"}, &CoreCallBlock::flow_name);
    v(FieldInfo{"input_bindings", FieldClass::ExpressionMap, Presence::Defaulted, "{}"}, &CoreCallBlock::input_bindings);
    v(FieldInfo{"instance_key", FieldClass::Expression, Presence::Optional, "null"}, &CoreCallBlock::instance_key);
    v(FieldInfo{"version", FieldClass::Text, Presence::Optional, "null"}, &CoreCallBlock::version);
    v(FieldInfo{"timeout_ms", FieldClass::Ms, Presence::Optional, "null"}, &CoreCallBlock::timeout_ms);
    v(FieldInfo{"is_async", FieldClass::Bool, Presence::Defaulted, "false"}, &CoreCallBlock::is_async);
    v(FieldInfo{"idempotency", FieldClass::Enum, Presence::Defaulted, "\"key\""}, &CoreCallBlock::idempotency);
  }
};

struct AwaitResponsesBlock {
  std::string calls;
  AwaitMode mode = {};
  std::optional<std::int64_t> timeout_ms;
  AwaitTimeout on_timeout = AwaitTimeout::Fail;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"calls", FieldClass::Expression, Presence::Required, "null"}, &AwaitResponsesBlock::calls);
    v(FieldInfo{"mode", FieldClass::Enum, Presence::Required, "null"}, &AwaitResponsesBlock::mode);
    v(FieldInfo{"timeout_ms", FieldClass::Ms, Presence::Optional, "null"}, &AwaitResponsesBlock::timeout_ms);
    v(FieldInfo{"on_timeout", FieldClass::Enum, Presence::Defaulted, "\"fail\""}, &AwaitResponsesBlock::on_timeout);
  }
};

struct DebugBlock {
  Statements statements;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"statements", FieldClass::Statements, Presence::Required, "null"}, &DebugBlock::statements);
  }
};

enum class BlockKind : std::uint8_t { Rigid, Flexible, Guarded, ModelCall, Parallel, Foreach, While, Match, Try, Budget, Checkpoint, CoreCall, AwaitResponses, Debug };
inline constexpr std::string_view BlockKind_names[] = {"rigid", "flexible", "guarded", "model_call", "parallel", "foreach", "while", "match", "try", "budget", "checkpoint", "core_call", "await_responses", "debug"};
constexpr std::string_view name_of(BlockKind kind) { return BlockKind_names[static_cast<int>(kind)]; }

struct Block {
  std::string id;
  std::optional<std::string> result_binding;
  SourceLocation source_location;
  std::variant<RigidBlock, FlexibleBlock, GuardedBlock, ModelCallBlock, ParallelBlock, ForeachBlock, WhileBlock, MatchBlock, TryBlock, BudgetBlock, CheckpointBlock, CoreCallBlock, AwaitResponsesBlock, DebugBlock> detail;

  BlockKind kind() const { return static_cast<BlockKind>(detail.index()); }
  template <class T>
  const T* as() const { return std::get_if<T>(&detail); }
  template <class T>
  T* as() { return std::get_if<T>(&detail); }
};

struct Module {
  std::string schema_version = "0.1";
  std::string name;
  std::string version = "1.0.0";
  std::string description;
  Instance instance;
  Identity identity;
  std::vector<Model> models;
  std::vector<Plugin> plugins;
  std::vector<Json> capabilities;
  Json scaiqueue;
  std::vector<TypeDef> types;
  std::vector<MemoryField> memory;
  std::vector<ReferenceField> reference;
  std::vector<ConfigParam> config;
  std::vector<Variable> variables;
  std::vector<Trigger> triggers;
  std::vector<Flow> flows;
  JsonMap metadata;
  template <class V>
  static void fields(V&& v) {
    v(FieldInfo{"schema_version", FieldClass::Text, Presence::Defaulted, "\"0.1\""}, &Module::schema_version);
    v(FieldInfo{"name", FieldClass::Text, Presence::Required, "null"}, &Module::name);
    v(FieldInfo{"version", FieldClass::Text, Presence::Defaulted, "\"1.0.0\""}, &Module::version);
    v(FieldInfo{"description", FieldClass::Text, Presence::Defaulted, "\"\""}, &Module::description);
    v(FieldInfo{"instance", FieldClass::Record, Presence::Defaulted, "{}"}, &Module::instance);
    v(FieldInfo{"identity", FieldClass::Record, Presence::Required, "null"}, &Module::identity);
    v(FieldInfo{"models", FieldClass::List, Presence::Defaulted, "[]"}, &Module::models);
    v(FieldInfo{"plugins", FieldClass::List, Presence::Defaulted, "[]"}, &Module::plugins);
    v(FieldInfo{"capabilities", FieldClass::List, Presence::Defaulted, "[]"}, &Module::capabilities);
    v(FieldInfo{"scaiqueue", FieldClass::Any, Presence::Defaulted, "null"}, &Module::scaiqueue);
    v(FieldInfo{"types", FieldClass::List, Presence::Defaulted, "[]"}, &Module::types);
    v(FieldInfo{"memory", FieldClass::List, Presence::Defaulted, "[]"}, &Module::memory);
    v(FieldInfo{"reference", FieldClass::List, Presence::Defaulted, "[]"}, &Module::reference);
    v(FieldInfo{"config", FieldClass::List, Presence::Defaulted, "[]"}, &Module::config);
    v(FieldInfo{"variables", FieldClass::List, Presence::Defaulted, "[]"}, &Module::variables);
    v(FieldInfo{"triggers", FieldClass::List, Presence::Defaulted, "[]"}, &Module::triggers);
    v(FieldInfo{"flows", FieldClass::List, Presence::Required, "null"}, &Module::flows);
    v(FieldInfo{"metadata", FieldClass::AnyMap, Presence::Defaulted, "{}"}, &Module::metadata);
  }
};

}  // namespace scaiflow::ir
