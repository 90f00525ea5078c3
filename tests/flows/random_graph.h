#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/json.h"
#include "libs/ir/ir.h"

namespace scaiflow::random_graph {

/// A flow document with decisions, parallels, loops, several entries and nodes that several paths reach,
/// acyclic but for edges back to a loop. Conditions are single names that a run answers as it likes.
Json make_flow(std::mt19937& random);

/// One run of a node. `round` tells the rounds of the loops around it apart; 0 is outside of all.
using Step = std::pair<std::string, std::uint32_t>;
std::uint32_t round_in(std::uint32_t outer, int round);

/// What a run answers to the questions of a flow. The same question has the same answer in graph and blocks.
struct Answers {
  std::uint32_t seed = 0;
  bool holds(const std::string& condition, std::uint32_t round) const;
  int rounds_of(const std::string& loop, std::uint32_t round) const;
  /// Which of `count` entries starts the run.
  std::size_t entry(std::size_t count) const;
};

struct GraphRun {
  std::vector<Step> steps;
  /// Pairs that a taken control edge, or a data edge between nodes that both ran, puts in order.
  std::vector<std::pair<Step, Step>> before;
};

/// 06 §5.3 over the graph itself.
GraphRun run_graph(const Json& flow, const Answers& answers);

/// 04 §3 and §6 over the blocks: match, parallel, loops and the flags of partial joins.
std::vector<Step> run_blocks(const ir::Module& module, const Answers& answers);

/// Empty when the blocks ran the nodes of the graph, each once, in an order that keeps `before`.
std::string difference(const GraphRun& graph, const std::vector<Step>& blocks);

}  // namespace scaiflow::random_graph
