#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "apps/compiler/checked.h"

namespace scaiflow::compiler {

/// The manifest of a flow while it is being edited (12 §12): where only configs of single nodes differ, their
/// steps alone are lowered, verified and written again.
class LiveManifest {
 public:
  /// Takes over what `compile_checked` made of `checked`; nullopt unless that is a manifest.
  static std::optional<LiveManifest> of(const Checked& checked, CompileResult& made,
                                        const CompileOptions& options);

  /// True when it was made with these options.
  bool fits(const CompileOptions& options) const;

  /// Writes the steps of the nodes at `changed` again, from an analysis that found no error and the same
  /// structure. False when more than these steps would differ; then this manifest is of no use.
  bool rewrite(const Checked& checked, std::span<const NodeIndex> changed);

  /// What `compile_checked` would make; without the module.
  CompileResult result(const Checked& checked) const;

 private:
  /// A range of `ranges_` in bytes.
  struct Span {
    std::size_t start = 0;
    std::size_t size = 0;
    std::size_t end() const { return start + size; }
  };

  LiveManifest() = default;
  bool rewrite_node(const Analysis& analysis, NodeIndex n);
  void replace_lines(std::size_t range, const std::string& lines);

  ir::Module module_;
  std::string text_;
  std::vector<manifest::NodeRange> ranges_;
  std::vector<Span> spans_;
  Json nodes_;  ///< of the document that was written last
  std::string target_;
  std::optional<std::string> source_id_;
};

}  // namespace scaiflow::compiler
