#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "libs/base/json.h"
#include "libs/diag/diag.h"

namespace scaiflow::compiler {

/// Where an edge that is still to be drawn comes from.
struct EdgeSource {
  std::string node;
  std::string port;
  std::string condition;  ///< empty: sequential
};

/// What the steps of a manifest say about the nodes they were made from (05 §6).
struct ImportedSteps {
  std::vector<Json> nodes;  ///< `{id, type, label, config?}` in order of the steps
  std::unordered_map<std::string, std::size_t> by_id;
  std::vector<Json> edges;            ///< from the nesting, without ids
  std::vector<Json> unknown;          ///< `{path, step}` of steps without meta
  std::unordered_map<std::string, std::vector<std::string>> branches;  ///< port names of each parallel
};

/// Walks all steps. `sources` lead to the first one: the entries. Steps without meta are F604.
ImportedSteps read_steps(const Json& steps, std::vector<EdgeSource> sources, diag::Diagnostics& found);

/// The first output port of a kind, or `out`.
std::string default_output(const std::string& type);

}  // namespace scaiflow::compiler
