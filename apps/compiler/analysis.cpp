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
  Analyser(const FlowGraph& graph, const Cancelled& cancelled, const Former* former)
      : graph_(graph), cancelled_(cancelled), former_(former) {
    analysis_.graph = &graph;
    is_changed_.resize(graph.nodes.size(), former ? 0 : 1);
    if (!former) return;
    for (const NodeIndex n : former->changed) is_changed_[n] = 1;
  }

  Analysis run() {
    diag::Diagnostics& found = analysis_.structure.form;
    Uses uses(found);
    check_edge_ends(graph_, found);
    analysis_.control = build_control_graph(graph_, found);
    analysis_.names = resolve(graph_, analysis_.control, found, analysis_.fixes);
    check_flow(graph_, analysis_.names, found, uses);
    check_splits(graph_, analysis_.control, found, uses);
    analysis_.structure.uses = uses.take();
    check_configs();
    if (is_cancelled() || !analysis_.control.is_sound) return std::move(analysis_);
    analysis_.placement = find_places(graph_, analysis_.control, analysis_.names.bindings, found);
    if (!analysis_.placement.is_sound) return std::move(analysis_);
    analysis_.order = find_order(graph_, analysis_.control, analysis_.placement, found);
    analysis_.has_order = true;
    analysis_.data_inputs = find_data_inputs(graph_, analysis_.names);
    analysis_.sandboxes =
        find_sandboxes(graph_, analysis_.names, analysis_.order, analysis_.placement, analysis_.fixes);
    analysis_.results = find_result_types(graph_, analysis_.control);
    analysis_.keeps_structure = former_ && have_same_structure(former_->analysis, analysis_);
    check_concurrent_sets(graph_, analysis_.placement, found);
    if (!is_cancelled()) check_names();
    return std::move(analysis_);
  }

  /// Where nothing but texts differ all passes would find what they found before.
  Analysis run_for_texts() {
    analysis_ = std::move(former_->analysis);
    analysis_.keeps_structure = true;
    for (const NodeIndex n : former_->changed) {
      if (analysis_.control.is_reachable[n]) analysis_.checks[n] = check_config(graph_, analysis_.names, n);
    }
    if (!check_names(Reuse::Structure)) check_names(Reuse::Nothing);
    return std::move(analysis_);
  }

 private:
  bool is_cancelled() {
    if (cancelled_ && cancelled_()) analysis_.is_cancelled = true;
    return analysis_.is_cancelled;
  }

  void check_configs() {
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
    }
  }

  /// The names seen from a node do not change with the config of another one, unless that is a loop: its item
  /// has a name and a type.
  bool names_hold() const {
    if (!analysis_.keeps_structure || !former_->analysis.has_names) return false;
    return std::none_of(former_->changed.begin(), former_->changed.end(),
                        [&](NodeIndex n) { return graph_.nodes[n].kind == KindId::LogicLoop; });
  }

  /// What is known of names from the former analysis.
  enum class Reuse : std::uint8_t { Nothing, Nodes, Structure };

  void check_names() {
    // Where so much was suggested that what is said of a name depends on those before it, nothing holds.
    if (!names_hold() || !check_names(Reuse::Nodes)) check_names(Reuse::Nothing);
  }

  /// False when nothing may be reused.
  bool check_names(Reuse reuse) {
    NameChecker checker(analysis_, cancelled_);
    if (reuse != Reuse::Structure) check_names(checker, analysis_.structure);
    std::size_t work = analysis_.structure.names_work;
    for (NodeIndex n = 0; n < graph_.nodes.size(); ++n) {
      if (reuse == Reuse::Nothing || is_changed_[n]) check_names(checker, analysis_.checks[n]);
      work += analysis_.checks[n].names_work;
    }
    analysis_.is_cancelled |= checker.is_cancelled();
    analysis_.has_names = !analysis_.is_cancelled && work < NearNames::work_max;
    return analysis_.has_names;
  }

  static void check_names(NameChecker& checker, Checks& checks) {
    const std::size_t before = checker.work();
    checks.names.clear();
    checker.check(checks.uses, checks.names);
    checks.names_work = checker.work() - before;
  }

  const FlowGraph& graph_;
  const Cancelled& cancelled_;
  const Former* former_;
  std::vector<char> is_changed_;  ///< per node; all without a former analysis
  Analysis analysis_;
};

Analysis analysis_of(const FlowGraph& graph, const Cancelled& cancelled, const Former* former) {
  Analyser analyser(graph, cancelled, former);
  const bool are_texts = former && former->difference == Difference::Texts && former->analysis.has_names;
  return are_texts ? analyser.run_for_texts() : analyser.run();
}

}  // namespace

Analysis analyse(const FlowGraph& graph, diag::Diagnostics& found, const Cancelled& cancelled,
                 const Former* former) {
  Analysis analysis = analysis_of(graph, cancelled, former);
  append(found, analysis.structure.form);
  for (const Checks& checks : analysis.checks) append(found, checks.form);
  append(found, analysis.structure.names);
  for (const Checks& checks : analysis.checks) append(found, checks.names);
  return analysis;
}

bool have_same_structure(const Analysis& a, const Analysis& b) {
  return a.has_order && b.has_order && a.names == b.names && a.control == b.control &&
         a.placement == b.placement && a.order == b.order && a.data_inputs == b.data_inputs &&
         a.sandboxes == b.sandboxes && a.results == b.results && a.fixes == b.fixes;
}

}  // namespace scaiflow::compiler
