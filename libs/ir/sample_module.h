#pragma once

#include <string>
#include <string_view>

#include "libs/base/json_text.h"
#include "libs/ir/codec.h"

namespace scaiflow::ir {

/// A valid module with every block and statement kind; tests change it to what they need.
inline constexpr std::string_view sample_text = R"json({
 "name": "sample", "identity": {"name": "Sample", "persona": "Sample"},
 "instance": {"mode": "entity", "entity_key": "who"},
 "models": [{"role": "primary", "provider": "scaigrid", "model": "a/b", "temperature": 1,
             "modalities": ["text", "tts"], "fallback": [{"provider": "x", "model": "y"}]}],
 "plugins": [{"alias": "drive", "endpoint": "plugin://drive"}],
 "capabilities": [{"bunker": {"image": "python-3.12"}}],
 "types": [{"name": "Node", "type": "{value: int, next: Node?}"}],
 "memory": [{"name": "seen", "type": "map[string, int]", "default": {}}],
 "variables": [{"name": "count", "type": "int", "default": 0}],
 "triggers": [{"kind": "api", "name": "entry", "target_flow": "main"},
              {"kind": "schedule", "name": "tick", "target_flow": "main", "cron": "0 * * * *"}],
 "flows": [{"name": "main", "params": [{"name": "who", "type": "string", "required": true}], "body": [
  {"kind": "flexible", "id": "f", "result_binding": "f", "source_location": {"node_id": "f"},
    "goal": "Name {{who}}",
   "output_type": "{kind: enum[a, b], score: float}", "input_bindings": {"x": "who"},
   "constraints": {"never": ["lie"]}, "on_failure": {"refusal": [{"action": "retry", "max": 2}]},
   "budget": {"max_duration_ms": 1000, "max_cost": 2}},
  {"kind": "guarded", "id": "g", "result_binding": "g", "source_location": {}, "goal": "Go",
    "guard": "who != null",
   "validate": "result.length > 0", "examples": [{"input": 1, "output": "x"}], "on_validation_failure": [
    {"kind": "rigid", "id": "g#ovf", "source_location": {}, "statements": [
      {"kind": "expression", "expression": "error.message"}]}]},
  {"kind": "model_call", "id": "m", "result_binding": "m", "source_location": {}, "modality": "tts",
   "llm_role": "primary", "input_bindings": {"text": "g"}, "params": {"voice": "{{who}}"}},
  {"kind": "parallel", "id": "p", "result_binding": "p", "source_location": {}, "branches": [
    {"name": "one", "body": [{"kind": "debug", "id": "d", "source_location": {}, "statements": [
      {"kind": "emit", "event": "seen", "payload": {"who": "{{who}}"}}]}]}], "max_concurrent": 2},
  {"kind": "foreach", "id": "e", "result_binding": "e", "source_location": {}, "item": "item", "index": "at",
   "iterable": "[1, 2]", "body": [{"kind": "rigid", "id": "r", "source_location": {}, "statements": [
     {"kind": "assign", "target": "count", "value": "count + item"},
     {"kind": "if", "condition": "at > 3", "then": [{"kind": "break"}], "else": [{"kind": "continue"}]}]}]},
  {"kind": "while", "id": "w", "source_location": {}, "condition": "count < 3", "max_iterations": 10,
    "body": []},
  {"kind": "match", "id": "x", "source_location": {}, "subject": "f.kind", "arms": [
    {"when": "a", "body": [{"kind": "rigid", "id": "y", "source_location": {}, "statements": [
      {"kind": "plugin_call", "plugin": "drive", "method": "read", "args": {"path": "{{who}}"},
        "timeout_ms": 5}]}]},
    {"when": "b", "body": []}]},
  {"kind": "try", "id": "t", "source_location": {}, "body": [{"kind": "rigid", "id": "u",
    "source_location": {},
    "statements": [{"kind": "memory_set", "field": "seen", "key": "who", "value": "1"},
                   {"kind": "memory_update", "field": "seen", "key": "who", "value": "2"},
                   {"kind": "memory_delete", "field": "seen", "key": "who"}]}],
   "catches": [{"error": "*", "binding": "problem", "body": []}], "finally": []},
  {"kind": "budget", "id": "b", "source_location": {}, "limits": {"max_retries": 1}, "body": []},
  {"kind": "checkpoint", "id": "c", "result_binding": "c", "source_location": {}, "options": ["yes", "no"],
   "prompt": "Sure, {{who}}?", "on_timeout": "no", "on_response": [{"option": "yes", "body": []}],
   "hitl_target": {"scope": "s", "queue": "q", "hitl_spec": {"sections": []}}},
  {"kind": "core_call", "id": "k", "result_binding": "k", "source_location": {},
    "target": "core://acme/other",
   "input_bindings": {"x": "who"}, "is_async": true},
  {"kind": "await_responses", "id": "a", "result_binding": "a", "source_location": {}, "calls": "k",
    "mode": "all",
   "timeout_ms": 60000},
  {"kind": "rigid", "id": "flow#return", "source_location": {}, "statements": [
    {"kind": "return", "value": {"answer": "{{a}}"}}]}]}],
 "metadata": {"scaiflow_meta": {"source_id": "flow_sample"}}})json";

inline Json sample_json() { return *try_parse_json(sample_text); }

inline Module sample_module() { return *from_json(sample_json()); }

}  // namespace scaiflow::ir
