#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "libs/base/json.h"
#include "libs/manifest/step_fields.h"

namespace scaiflow::manifest {

/// Writes blocks, given in the IR's JSON form, as steps (05 §2).
class StepWriter {
 public:
  /// `nodes` are those of the flow document; they fill `meta`.
  explicit StepWriter(const Json& nodes);

  Json steps(const Json& body);

  /// True when the node has a step of its own among those written.
  bool has_own_step(std::string_view node_id) const { return own_.contains(std::string(node_id)); }
  /// The nodes' own steps by identity, for `YamlOptions::marks`. Valid while the steps live.
  std::unordered_map<const JsonObject*, std::string> take_marks() { return std::move(marks_); }

 private:
  Json step(const Json& block);
  void rigid(JsonObject& step, const Json& statements);
  void members(JsonObject& out, const Json& record, std::span<const StepField> fields);
  Json member(const Json& value, const StepField& field);
  Json record(const Json& value, std::span<const StepField> fields);
  Json records(const Json& value, std::span<const StepField> fields);
  Json meta(const Json& block);

  std::unordered_map<std::string_view, const Json*> nodes_;
  std::unordered_set<std::string> own_;
  std::unordered_map<const JsonObject*, std::string> marks_;
};

}  // namespace scaiflow::manifest
