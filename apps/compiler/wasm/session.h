#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "apps/compiler/checked.h"
#include "apps/compiler/live_manifest.h"
#include "apps/compiler/wasm/shown_text.h"
#include "libs/base/json.h"
#include "libs/base/result.h"

namespace scaiflow::compiler {

/// Nodes or edges in document order, found by their ids.
class Entities {
 public:
  /// False when `list` is no array of objects that each have an id of their own: then it cannot be patched.
  bool load(const Json& list);
  /// `{set: [entity, ...], order: [id, ...]}`: entities that are new or changed; `order`, where given, names
  /// all that remain. False when an id is not known; then nothing is changed.
  bool patch(const Json& change);
  const JsonArray& items() const { return items_; }
  std::uint32_t place_of(const std::string& id) const { return index_.at(id); }

 private:
  bool reorder(const Json& order);
  JsonArray items_;
  std::unordered_map<std::string, std::uint32_t> index_;
};

/// The flow that the live preview works on (12 §12): loaded once, then patched, so that a key press sends one
/// entity over the border.
class Session {
 public:
  /// Takes the document as it is, sound or not.
  void load(std::string_view flow_json);
  /// `{head: {top-level members but nodes and edges}, nodes: change, edges: change}`, all optional. False
  /// when it does not fit what was loaded; the caller loads afresh.
  bool patch(const Json& change);

  CompileResult compile(Format format, const CompileOptions& options);
  diag::Diagnostics check(const Cancelled& cancelled);
  /// Stages 1 to 4 of the document as it is now, done once between two changes.
  const Checked& checked(const Cancelled& cancelled);
  /// The document as a value; absent when the bytes were no JSON.
  const std::optional<Json>& document() const { return document_; }
  ShownTexts& shown() { return shown_; }

 private:
  void assemble();
  void note(const Json& change);
  bool rewrite(const Checked& now);
  std::optional<Json> document_;
  diag::Diagnostics problems_;  ///< of stage 1, when there is no document
  Json head_;
  Entities nodes_, edges_;
  bool is_patchable_ = false;
  std::optional<Checked> checked_;
  std::vector<NodeIndex> changed_;  ///< nodes with other content than `checked_` knows
  std::optional<LiveManifest> manifest_;
  std::set<NodeIndex> unwritten_;  ///< nodes with other content than `manifest_` has
  ShownTexts shown_;
};

}  // namespace scaiflow::compiler
