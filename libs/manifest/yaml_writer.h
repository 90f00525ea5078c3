#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "libs/base/json.h"

namespace scaiflow::manifest {

/// The lines of a text that belong to one node: from 1, both ends included (06 §2).
struct NodeRange {
  std::string node_id;
  std::size_t first_line = 0;
  std::size_t last_line = 0;

  friend bool operator==(const NodeRange&, const NodeRange&) = default;
};

struct YamlOptions {
  /// Objects whose lines are recorded, known by their identity (`&json.as_object()`), with the node they
  /// stand for.
  std::unordered_map<const JsonObject*, std::string> marks;
  /// Objects below which small maps and lists are written in flow style, known likewise (05 §3).
  const JsonObject* compact = nullptr;
  /// Writing stops soon behind it: what is larger is of no use (05 §5.1).
  std::size_t bytes_max = std::string::npos;
};

struct YamlText {
  std::string text;
  std::vector<NodeRange> ranges;  ///< in order of their first line
  std::size_t depth = 0;          ///< nested maps and lists; a reader takes `manifest_depth_max`
};

/// YAML by the style rules of 05 §3. `root` is an object or array; nesting is the caller's bound.
YamlText write_yaml(const Json& root, const YamlOptions& options = {});

/// A list as it stands somewhere inside a document, its dashes at `column`.
std::string write_yaml_list(const JsonArray& items, std::size_t column);

}  // namespace scaiflow::manifest
