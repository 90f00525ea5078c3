#include "apps/compiler/live_manifest.h"

#include <algorithm>
#include <utility>

#include "apps/compiler/lower/assemble.h"
#include "libs/ir/verify.h"
#include "libs/manifest/manifest.h"

namespace scaiflow::compiler {
namespace {

std::size_t lines_in(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// Where each line of a text begins, and its end.
std::vector<std::size_t> line_starts(std::string_view text) {
  std::vector<std::size_t> starts{0};
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    starts.push_back(at + 1);
  }
  return starts;
}

/// The rest of a node stands elsewhere in the manifest too, and a breakpoint is a step of its own.
bool differ_in_config_alone(const Json& a, const Json& b) {
  Json rest_a = a, rest_b = b;
  return rest_a.erase("config") == rest_b.erase("config") &&
         a["config"]["breakpoint"] == b["config"]["breakpoint"];
}

}  // namespace

std::optional<LiveManifest> LiveManifest::of(const Checked& checked, CompileResult& made,
                                             const CompileOptions& options) {
  if (made.format != Format::Yaml || !made.body || !made.module) return std::nullopt;
  LiveManifest live;
  live.module_ = std::move(*made.module);
  made.module.reset();
  live.text_ = *made.body;
  live.ranges_ = made.ranges;
  live.nodes_ = checked.graph->document["nodes"];
  live.target_ = options.target;
  live.source_id_ = options.source_id;
  const std::vector<std::size_t> starts = line_starts(live.text_);
  for (const manifest::NodeRange& range : live.ranges_) {
    const std::size_t start = starts[range.first_line - 1];
    live.spans_.push_back({start, starts[range.last_line] - start});
  }
  return live;
}

bool LiveManifest::fits(const CompileOptions& options) const {
  return options.target == target_ && options.source_id == source_id_;
}

bool LiveManifest::rewrite(const Checked& checked, std::span<const NodeIndex> changed) {
  const Json& nodes = checked.graph->document["nodes"];
  std::vector<std::string> ids;
  for (const NodeIndex n : changed) {
    if (!differ_in_config_alone(nodes_.at(n), nodes.at(n))) return false;
    if (!rewrite_node(checked.analysis, n)) return false;
    ids.push_back(checked.graph->nodes[n].id);
  }
  nodes_ = nodes;
  return ir::verify_changed(module_, ids).empty() && text_.size() <= manifest::manifest_bytes_max;
}

bool LiveManifest::rewrite_node(const Analysis& analysis, NodeIndex n) {
  const Node& node = analysis.graph->nodes[n];
  const auto is_own = [&](const manifest::NodeRange& range) { return range.node_id == node.id; };
  const auto range = std::find_if(ranges_.begin(), ranges_.end(), is_own);
  std::optional<ir::Block> block = block_alone(analysis, n);
  ir::Block* former = ir::find_block(module_, node.id);
  if (range == ranges_.end() || !block || !former || !ir::are_alike(*former, *block)) return false;
  // An own budget stands around the block, which is not alike then, now or before.
  if (ir::find_block(module_, node.id + "#budget")) return false;
  const auto place = static_cast<std::size_t>(range - ranges_.begin());
  const std::size_t column = text_.find('-', spans_[place].start) - spans_[place].start;
  replace_lines(place, manifest::write_step(*block, analysis.graph->document["nodes"].at(n), column));
  *former = std::move(*block);
  return true;
}

void LiveManifest::replace_lines(std::size_t range, const std::string& lines) {
  const Span old = spans_[range];
  const std::size_t last_line = ranges_[range].last_line;
  const std::size_t lines_gone = last_line - ranges_[range].first_line + 1;
  const std::size_t more_lines = lines_in(lines) - lines_gone, more_bytes = lines.size() - old.size;
  text_.replace(old.start, old.size, lines);
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    if (ranges_[i].last_line < last_line) continue;
    ranges_[i].last_line += more_lines;
    if (ranges_[i].first_line > last_line) {
      ranges_[i].first_line += more_lines;
      spans_[i].start += more_bytes;
    } else {
      spans_[i].size += more_bytes;
    }
  }
}

CompileResult LiveManifest::result(const Checked& checked) const {
  CompileResult result;
  result.body = text_;
  result.diagnostics = diagnostics_of(checked);
  result.fixes = checked.analysis.fixes;
  result.ranges = ranges_;
  return result;
}

}  // namespace scaiflow::compiler
