#include "apps/compiler/analysis.h"

#include <algorithm>
#include <utility>

#include "apps/compiler/check_configs.h"
#include "apps/compiler/check_edges.h"
#include "apps/compiler/check_flow.h"
#include "apps/compiler/check_names.h"
#include "apps/compiler/data_edges.h"

namespace scaiflow::compiler {
namespace {

void append(diag::Diagnostics& to, const diag::Diagnostics& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// One analysis; what still holds of the former one is moved over.
class Analyser {
 public:
  Analyser(const FlowGraph& graph, diag::Diagnostics& found, const Cancelled& cancelled, const Former* former)
      : graph_(graph), found_(found), cancelled_(cancelled), former_(former) {
    analysis_.graph = &graph;
    is_changed_.resize(graph.nodes.size(), former ? 0 : 1);
    if (!former) return;
    for (const NodeIndex n : former->changed) is_changed_[n] = 1;
  }

  Analysis run() {
    Uses uses(found_);
    check_edge_ends(graph_, found_);
    analysis_.control = build_control_graph(graph_, found_);
    analysis_.names = resolve(graph_, analysis_.control, found_, analysis_.fixes);
    check_flow(graph_, analysis_.names, found_, uses);
    check_splits(graph_, analysis_.control, found_, uses);
    check_all_configs();
    if (is_cancelled() || !analysis_.control.is_sound) return std::move(analysis_);
    analysis_.placement = find_places(graph_, analysis_.control, analysis_.names.bindings, found_);
    if (!analysis_.placement.is_sound) return std::move(analysis_);
    analysis_.order = find_order(graph_, analysis_.control, analysis_.placement, found_);
    analysis_.has_order = true;
    analysis_.data_inputs = find_data_inputs(graph_, analysis_.names);
    analysis_.sandboxes =
        find_sandboxes(graph_, analysis_.names, analysis_.order, analysis_.placement, analysis_.fixes);
    analysis_.results = find_result_types(graph_, analysis_.control);
    analysis_.keeps_structure = former_ && have_same_structure(former_->analysis, analysis_);
    check_concurrent_sets(graph_, analysis_.placement, found_);
    if (!is_cancelled()) check_all_names(uses);
    return std::move(analysis_);
  }

 private:
  bool is_cancelled() {
    if (cancelled_ && cancelled_()) analysis_.is_cancelled = true;
    return analysis_.is_cancelled;
  }

  void check_all_configs() {
    const bool holds = former_ && former_->analysis.names == analysis_.names &&
                       former_->analysis.control.is_reachable == analysis_.control.is_reachable;
    if (!holds) former_ = nullptr;
    analysis_.checks.resize(graph_.nodes.size());
    for (NodeIndex n = 0; n < graph_.nodes.size(); ++n) {
      if (n % cancel_interval == 0 && is_cancelled()) return;
      if (!analysis_.control.is_reachable[n]) continue;
      if (holds && !is_changed_[n]) {
        analysis_.checks[n] = std::move(former_->analysis.checks[n]);
      } else {
        analysis_.checks[n] = check_config(graph_, analysis_.names, n);
      }
      append(found_, analysis_.checks[n].form);
    }
  }

  /// The names seen from a node do not change with the config of another one, unless that is a loop: its item
  /// has a name and a type.
  bool names_hold() const {
    if (!analysis_.keeps_structure || !former_->analysis.has_names) return false;
    return std::none_of(former_->changed.begin(), former_->changed.end(),
                        [&](NodeIndex n) { return graph_.nodes[n].kind == KindId::LogicLoop; });
  }

  void check_all_names(const Uses& uses) {
    const std::size_t found_before = found_.size();
    if (check_names(uses, names_hold() ? Reuse::Yes : Reuse::No)) return;
    // So much was suggested that what is said of a name depends on those before it.
    found_.resize(found_before);
    check_names(uses, Reuse::No);
  }

  enum class Reuse : std::uint8_t { No, Yes };

  /// False when nothing may be reused.
  bool check_names(const Uses& uses, Reuse reuse) {
    NameChecker checker(analysis_, cancelled_);
    checker.check(uses.all(), found_);
    std::size_t work = checker.work();
    for (NodeIndex n = 0; n < graph_.nodes.size(); ++n) {
      Checks& checks = analysis_.checks[n];
      if (reuse == Reuse::No || is_changed_[n]) {
        const std::size_t before = checker.work();
        checks.names.clear();
        checker.check(checks.uses, checks.names);
        checks.names_work = checker.work() - before;
      }
      work += checks.names_work;
      append(found_, checks.names);
    }
    analysis_.is_cancelled |= checker.is_cancelled();
    analysis_.has_names = !analysis_.is_cancelled && work < NearNames::work_max;
    return analysis_.has_names || reuse == Reuse::No;
  }

  const FlowGraph& graph_;
  diag::Diagnostics& found_;
  const Cancelled& cancelled_;
  const Former* former_;
  std::vector<char> is_changed_;  ///< per node; all without a former analysis
  Analysis analysis_;
};

}  // namespace

Analysis analyse(const FlowGraph& graph, diag::Diagnostics& found, const Cancelled& cancelled,
                 const Former* former) {
  return Analyser(graph, found, cancelled, former).run();
}

bool have_same_structure(const Analysis& a, const Analysis& b) {
  return a.has_order && b.has_order && a.names == b.names && a.control == b.control &&
         a.placement == b.placement && a.order == b.order && a.data_inputs == b.data_inputs &&
         a.sandboxes == b.sandboxes && a.results == b.results && a.fixes == b.fixes;
}

}  // namespace scaiflow::compiler
