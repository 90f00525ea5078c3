#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "libs/base/json.h"
#include "libs/diag/diag.h"
#include "libs/ir/ir.h"
#include "libs/manifest/yaml_reader.h"
#include "libs/manifest/yaml_writer.h"

namespace scaiflow::manifest {

/// What the manifest is written from.
struct ManifestInput {
  const ir::Module& module;  ///< what the flow compiled to
  const Json& flow;          ///< the flow document in canonical form (01 §9), unknown keys included
};

/// The exact manifest (05 §1-§4). `ranges` name the lines of each node's own step. A text of more than
/// `manifest_bytes_max` is not whole and of no use.
YamlText write(const ManifestInput& input);

/// The lines of one step as `write` writes them in a list whose dashes stand at `column`. `node` is the node
/// of the block, as the flow document has it.
std::string write_step(const ir::Block& block, const Json& node, std::size_t column);

/// Lowers a step that has only `meta.node_kind` and `meta.node_config` (05 §5.5), as chapter 02 says: usually
/// one block, with a breakpoint two. The step's `bind`, when given, replaces the binding of the last one.
using LowerNode = std::function<tl::expected<ir::Body, diag::Diagnostics>(
    const std::string& node_kind, const Json& node_config, const std::string& node_id)>;

struct LoadResult {
  std::optional<ir::Module> module;  ///< absent when there is an error
  diag::Diagnostics diagnostics;     ///< F601-F605, E408, E411, E413; the verifier has not run
};

/// Manifest to IR (05 §5, points 1 to 5). Without `lower`, a step that would need it is F603.
LoadResult load_module(std::string_view text, const LowerNode& lower = {});
/// The same from a tree that `read_yaml` gave.
LoadResult load_tree(const Json& manifest, const LowerNode& lower = {});

/// The one keyword of a step (05 §2), or nullopt when it has none or several.
std::optional<std::string> step_keyword(const Json& step);

/// A list of steps inside a step.
struct StepList {
  std::size_t index = 0;  ///< its number in the position path: arms count from 0, `else` follows the last arm
  std::string key;        ///< `steps`, `else`, `finally`, `on_validation_failure`
  std::string label;  ///< branch name, `when`, option or error of a `steps` list; empty where there is none
  Json steps;
};

/// The lists inside a step, in the order of the position path (05 §2): import walks manifests with it.
std::vector<StepList> step_lists(const Json& step);

/// A type as 05 §2 writes it: text, or a map for an object type; and back. nullopt: not a type.
Json type_to_manifest(const Json& type);
std::optional<Json> type_from_manifest(const Json& value);

}  // namespace scaiflow::manifest
