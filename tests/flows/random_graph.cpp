#include "tests/flows/random_graph.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace scaiflow::random_graph {
namespace {

std::uint32_t mix(std::uint32_t hash, std::uint32_t value) { return (hash ^ value) * 16777619u; }

std::uint32_t hash_of(std::string_view text, std::uint32_t seed) {
  std::uint32_t hash = mix(2166136261u, seed);
  for (const char c : text) hash = mix(hash, static_cast<unsigned char>(c));
  return mix(hash, hash >> 15);
}

/// Builds a flow region by region: edges lead forward within a region, and a loop owns the region of its
/// body.
class Maker {
 public:
  explicit Maker(std::mt19937& random) : random_(random) {}

  Json run() {
    std::vector<std::size_t> entries;
    for (int i = below(4) == 0 ? 3 : 1; i > 0; --i) entries.push_back(add("entry_api"));
    region(entries, 3 + below(14), 0);
    mend();
    add_data_edges();
    std::shuffle(order_.begin(), order_.end(), random_);
    Json list = Json::array();
    for (const std::size_t n : order_) list.push_back(node_json(n));
    const Json model = Json::object({{"role", "primary"}, {"ref", "x"}, {"model", "y"}});
    const Json identity = Json::object({{"models", Json::array({model})}});
    return Json::object({{"id", "flow_random"},
                         {"name", "Random"},
                         {"version", "1.0.0"},
                         {"nodes", std::move(list)},
                         {"edges", edges_},
                         {"config", Json::object({{"core_identity", identity}})}});
  }

 private:
  struct MadeNode {
    std::string id;
    std::string type;
    std::size_t conditions = 0;  ///< conditional edges out of it
    bool has_fallback = false;
    bool has_branch = false;
    bool is_while = false;
  };

  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  using Nodes = std::vector<std::size_t>;

  std::size_t any_of(const Nodes& nodes) {
    return nodes[static_cast<std::size_t>(below(static_cast<int>(nodes.size())))];
  }

  /// Mostly a way out that no edge has taken yet, so that paths part, run apart for a while, and meet again.
  std::size_t pick(const Nodes& earlier, Nodes& open) {
    if (open.empty() || below(8) == 0) return any_of(earlier);
    const auto at = open.begin() + below(static_cast<int>(open.size()));
    const std::size_t node = *at;
    open.erase(at);
    return node;
  }

  /// How many ways lead on from a node before it counts as done.
  int ways_out(std::size_t n) {
    const bool parts = nodes_[n].type == "logic_decision" || nodes_[n].type == "logic_parallel";
    return parts ? 2 + below(2) : 1;
  }

  std::size_t add(const std::string& type) {
    const std::size_t n = nodes_.size();
    nodes_.push_back({"node_n" + std::to_string(n), type, 0, false, false, below(2) == 0});
    order_.push_back(n);
    return n;
  }

  /// `roots` are entries, or the loop whose body this is.
  void region(const Nodes& roots, int size, int depth) {
    Nodes earlier = roots;
    Nodes open = roots;
    for (int i = 0; i < size; ++i) {
      static const char* const types[] = {"llm_rigid",      "llm_rigid",      "logic_decision",
                                          "logic_decision", "logic_parallel", "logic_parallel",
                                          "logic_loop"};
      const int choice = below(depth < 2 ? 7 : 6);
      const std::size_t n = add(types[choice]);
      for (int edges = below(2) == 0 ? 1 : 1 + below(3); edges > 0; --edges) {
        const std::size_t source = pick(earlier, open);
        const bool is_body = depth > 0 && source == roots[0];
        connect(source, n, is_body);
      }
      earlier.push_back(n);
      open.insert(open.end(), static_cast<std::size_t>(ways_out(n)), n);
      if (nodes_[n].type == "logic_loop") region({n}, 1 + below(4), depth + 1);
    }
    if (depth > 0 && below(3) == 0) edge(earlier.back(), "", roots[0], "");
  }

  void connect(std::size_t source, std::size_t target, bool is_body) {
    MadeNode& from = nodes_[source];
    if (is_body) return edge(source, "body", target, "");
    if (from.type == "logic_loop") return edge(source, "done", target, "");
    if (from.type == "logic_parallel") {
      static const char* const ports[] = {"branch_1", "branch_2", "branch_3", "out"};
      const std::string port = ports[below(4)];
      from.has_branch = from.has_branch || port != "out";
      return edge(source, port, target, "");
    }
    const bool may_choose = from.type == "logic_decision" || below(6) == 0;
    if (!may_choose) return edge(source, "", target, "");
    if (!from.has_fallback && below(3) == 0) {
      from.has_fallback = true;
      return edge(source, "", target, "else");
    }
    ++from.conditions;
    edge(source, "", target, "cond_" + std::to_string(edges_.size()));
  }

  void edge(std::size_t source, const std::string& port, std::size_t target, const std::string& condition) {
    Json from = Json::object({{"node", nodes_[source].id}});
    std::string out = port;
    if (out.empty() && nodes_[source].type == "logic_loop") out = "done";
    if (out.empty() && nodes_[source].type == "logic_parallel") out = "out";
    if (!out.empty()) from.set("port", out);
    Json made = Json::object({{"id", "e" + std::to_string(edges_.size())},
                              {"type", condition.empty() ? "sequential" : "conditional"},
                              {"source", std::move(from)},
                              {"target", Json::object({{"node", nodes_[target].id}})}});
    if (!condition.empty()) made.set("condition", condition);
    edges_.push_back(std::move(made));
    sources_.push_back(source);
  }

  /// A decision without condition and a parallel without branch are errors: they become plain nodes.
  void mend() {
    for (MadeNode& node : nodes_) {
      const bool decides_nothing =
          node.type == "logic_decision" && node.conditions == 0 && !node.has_fallback;
      const bool has_no_branch = node.type == "logic_parallel" && !node.has_branch;
      if (decides_nothing || has_no_branch) node.type = "llm_rigid";
    }
    for (std::size_t e = 0; e < edges_.size(); ++e) {
      if (nodes_[sources_[e]].type != "llm_rigid" || !edges_[e]["source"].contains("port")) continue;
      edges_[e].set("source", Json::object({{"node", nodes_[sources_[e]].id}}));
    }
  }

  void add_data_edges() {
    for (int i = below(3); i > 0; --i) {
      const auto a = static_cast<std::size_t>(below(static_cast<int>(nodes_.size())));
      const auto b = static_cast<std::size_t>(below(static_cast<int>(nodes_.size())));
      if (a >= b || nodes_[b].type == "entry_api" || nodes_[a].type != "llm_rigid") continue;
      edge(a, "", b, "");
      edges_.back().set("type", "data");
    }
  }

  Json node_json(std::size_t n) const {
    const MadeNode& node = nodes_[n];
    Json config = Json::object();
    Json out = Json::object({{"id", node.id}, {"type", node.type}, {"label", ""}});
    out.set("position", Json::object({{"x", 0}, {"y", 0}}));
    if (node.type == "llm_rigid") config.set("template", "x");
    if (node.type == "logic_loop" && node.is_while) {
      config = Json::object({{"style", "while"}, {"condition", "true"}, {"max_iterations", 9}});
    } else if (node.type == "logic_loop") {
      config.set("collection", "[1]");
    }
    out.set("config", std::move(config));
    if (node.type == "logic_parallel") {
      Json ports = Json::array();
      for (const char* port : {"branch_1", "branch_2", "branch_3", "out"})
        ports.push_back(Json::object({{"id", port}}));
      out.set("outputs", std::move(ports));
    }
    return out;
  }

  std::mt19937& random_;
  std::vector<MadeNode> nodes_;
  std::vector<std::size_t> order_;
  std::vector<Json> edges_;
  std::vector<std::size_t> sources_;
};

// ---- the graph ----

struct GraphEdge {
  std::string source, target, condition;
  bool is_data = false;
  bool is_body = false;
};

class GraphRunner {
 public:
  GraphRunner(const Json& flow, const Answers& answers) : answers_(answers) {
    for (const Json& node : flow["nodes"].as_array()) {
      types_[node["id"].as_string()] = node["type"].as_string();
      if (node["type"].as_string() == "entry_api") entries_.push_back(node["id"].as_string());
    }
    for (const Json& edge : flow["edges"].as_array()) {
      edges_.push_back({edge["source"]["node"].as_string(), edge["target"]["node"].as_string(),
                        edge.string_or("condition", ""), edge["type"] == Json("data"),
                        edge["source"].string_or("port", "") == "body"});
    }
    for (const auto& [id, type] : types_) {
      if (type == "logic_loop") bodies_[id] = body_of(id);
    }
  }

  GraphRun run() {
    std::set<std::string> nodes;
    for (const auto& [id, type] : types_) nodes.insert(id);
    for (const auto& [loop, body] : bodies_) {
      for (const std::string& inner : body) nodes.erase(inner);
    }
    std::set<const GraphEdge*> taken;
    leave(entries_[answers_.entry(entries_.size())], 0, taken);
    run_body(nodes, taken, 0);
    add_data_order();
    return std::move(run_);
  }

 private:
  std::set<std::string> body_of(const std::string& loop) const {
    std::set<std::string> body;
    std::vector<std::string> open;
    const auto visit = [&](const GraphEdge& edge) {
      if (!edge.is_data && edge.target != loop && body.insert(edge.target).second)
        open.push_back(edge.target);
    };
    for (const GraphEdge& edge : edges_) {
      if (edge.source == loop && edge.is_body) visit(edge);
    }
    while (!open.empty()) {
      const std::string node = open.back();
      open.pop_back();
      for (const GraphEdge& edge : edges_) {
        if (edge.source == node) visit(edge);
      }
    }
    return body;
  }

  bool is_back(const GraphEdge& edge) const {
    const auto body = bodies_.find(edge.target);
    return body != bodies_.end() && body->second.contains(edge.source);
  }

  /// Runs a node when all before it have run or been passed over, and one edge into it was taken.
  void run_body(const std::set<std::string>& nodes, std::set<const GraphEdge*>& taken, std::uint32_t round) {
    std::set<std::string> left;
    for (const std::string& node : nodes) {
      if (types_.at(node) != "entry_api") left.insert(node);
    }
    while (!left.empty()) {
      const auto is_waiting = [&](const std::string& node) {
        return std::any_of(edges_.begin(), edges_.end(), [&](const GraphEdge& edge) {
          return !edge.is_data && edge.target == node && left.contains(edge.source) && !is_back(edge);
        });
      };
      const auto next = std::find_if_not(left.begin(), left.end(), is_waiting);
      const std::string node = *next;
      left.erase(next);
      bool is_reached = false;
      for (const GraphEdge& edge : edges_) {
        if (edge.target != node || !taken.contains(&edge)) continue;
        is_reached = true;
        if (types_.at(edge.source) != "entry_api" && !edge.is_body) {
          run_.before.push_back({{edge.source, round}, {node, round}});
        }
      }
      if (is_reached) run_node(node, taken, round);
    }
  }

  void run_node(const std::string& node, std::set<const GraphEdge*>& taken, std::uint32_t round) {
    run_.steps.push_back({node, round});
    if (types_.at(node) == "logic_loop") {
      const int rounds = answers_.rounds_of(node, round);
      for (int i = 0; i < rounds; ++i) {
        std::set<const GraphEdge*> inner;
        for (const GraphEdge& edge : edges_) {
          if (edge.source == node && edge.is_body && !is_back(edge)) inner.insert(&edge);
        }
        run_body(direct(bodies_.at(node)), inner, round_in(round, i));
      }
    }
    leave(node, round, taken);
  }

  /// A body without what lies in the bodies of inner loops.
  std::set<std::string> direct(std::set<std::string> body) const {
    const std::set<std::string> all = body;
    for (const std::string& node : all) {
      const auto inner = bodies_.find(node);
      if (inner == bodies_.end()) continue;
      for (const std::string& deeper : inner->second) body.erase(deeper);
    }
    return body;
  }

  /// Takes the edges out of a node that ran: the plain ones, and one of the conditional ones.
  void leave(const std::string& node, std::uint32_t round, std::set<const GraphEdge*>& taken) {
    const bool is_decision = types_.at(node) == "logic_decision";
    const GraphEdge* chosen = nullptr;
    const GraphEdge* fallback = nullptr;
    for (const GraphEdge& edge : edges_) {
      if (edge.source != node || edge.is_data || edge.is_body || is_back(edge)) continue;
      const bool is_fallback = edge.condition == "else" || (is_decision && edge.condition.empty());
      if (is_fallback) {
        fallback = &edge;
      } else if (edge.condition.empty()) {
        taken.insert(&edge);
      } else if (!chosen && answers_.holds(edge.condition, round)) {
        chosen = &edge;
      }
    }
    if (!chosen) chosen = fallback;
    if (chosen) taken.insert(chosen);
  }

  /// Outside of loops alone: in a while, data may come from the round before (06 §5.10).
  void add_data_order() {
    const std::set<Step> ran(run_.steps.begin(), run_.steps.end());
    for (const GraphEdge& edge : edges_) {
      const Step source{edge.source, 0};
      const Step target{edge.target, 0};
      if (edge.is_data && ran.contains(source) && ran.contains(target))
        run_.before.push_back({source, target});
    }
  }

  const Answers& answers_;
  std::map<std::string, std::string> types_;
  std::vector<GraphEdge> edges_;
  std::vector<std::string> entries_;
  std::map<std::string, std::set<std::string>> bodies_;
  GraphRun run_;
};

// ---- the blocks ----

using Flags = std::map<std::string, bool>;

class BlockRunner {
 public:
  BlockRunner(const ir::Module& module, const Answers& answers) : answers_(answers) {
    const std::string& name = module.triggers[answers.entry(module.triggers.size())].name;
    entry_ = '"' + name + '"';
    Flags flags;
    run_body(module.flows[0].body, flags, 0);
  }

  std::vector<Step> take() { return std::move(steps_); }

 private:
  void run_body(const ir::Body& body, Flags& flags, std::uint32_t round) {
    for (const ir::Block& block : body) run_block(block, flags, round);
  }

  void run_block(const ir::Block& block, Flags& flags, std::uint32_t round) {
    if (block.source_location.node_id) steps_.push_back({block.id, round});
    if (const auto* rigid = block.as<ir::RigidBlock>()) {
      for (const ir::Statement& statement : rigid->statements) {
        if (const auto* set = statement.as<ir::AssignStatement>()) flags[set->target] = set->value == "true";
      }
    } else if (const auto* match = block.as<ir::MatchBlock>()) {
      run_match(*match, flags, round);
    } else if (const auto* parallel = block.as<ir::ParallelBlock>()) {
      run_parallel(*parallel, flags, round);
    } else if (const auto* foreach = block.as<ir::ForeachBlock>()) {
      for (int i = 0; i < answers_.rounds_of(block.id, round); ++i) {
        Flags own = flags;
        run_body(foreach->body, own, round_in(round, i));
      }
    } else if (const auto* loop = block.as<ir::WhileBlock>()) {
      for (int i = 0; i < answers_.rounds_of(block.id, round); ++i)
        run_body(loop->body, flags, round_in(round, i));
    }
  }

  void run_match(const ir::MatchBlock& match, Flags& flags, std::uint32_t round) {
    for (const ir::Arm& arm : match.arms) {
      const bool fits = match.subject                    ? arm.when == entry_
                        : arm.when.starts_with("_join_") ? flags[arm.when]
                                                         : answers_.holds(arm.when, round);
      if (fits) return run_body(arm.body, flags, round);
    }
    if (match.else_body) run_body(*match.else_body, flags, round);
  }

  /// Each branch works on a copy; what it set is there when the block ends, in branch order (04 §6.5).
  void run_parallel(const ir::ParallelBlock& parallel, Flags& flags, std::uint32_t round) {
    Flags after = flags;
    for (const ir::Branch& branch : parallel.branches) {
      Flags own = flags;
      run_body(branch.body, own, round);
      for (const auto& [name, value] : own) {
        if (!flags.contains(name) || flags.at(name) != value) after[name] = value;
      }
    }
    flags = std::move(after);
  }

  const Answers& answers_;
  std::string entry_;
  std::vector<Step> steps_;
};

std::string text_of(const Step& step) { return step.first + " (round " + std::to_string(step.second) + ')'; }

}  // namespace

std::uint32_t round_in(std::uint32_t outer, int round) {
  return mix(outer + 1, static_cast<std::uint32_t>(round) + 7);
}

bool Answers::holds(const std::string& condition, std::uint32_t round) const {
  return hash_of(condition, seed ^ round) % 2 == 0;
}

int Answers::rounds_of(const std::string& loop, std::uint32_t round) const {
  return static_cast<int>(hash_of(loop, seed ^ round) % 4);
}

std::size_t Answers::entry(std::size_t count) const { return hash_of("entry", seed) % count; }

Json make_flow(std::mt19937& random) { return Maker(random).run(); }

GraphRun run_graph(const Json& flow, const Answers& answers) { return GraphRunner(flow, answers).run(); }

std::vector<Step> run_blocks(const ir::Module& module, const Answers& answers) {
  return BlockRunner(module, answers).take();
}

std::string difference(const GraphRun& graph, const std::vector<Step>& blocks) {
  std::map<Step, std::size_t> position;
  for (const Step& step : blocks) {
    if (!position.emplace(step, position.size()).second) return text_of(step) + " ran twice";
  }
  for (const Step& step : graph.steps) {
    if (!position.contains(step)) return text_of(step) + " did not run in the blocks";
  }
  if (position.size() > graph.steps.size()) return "the blocks ran more nodes than the graph";
  for (const auto& [first, second] : graph.before) {
    if (position.at(first) > position.at(second)) return text_of(first) + " ran after " + text_of(second);
  }
  return {};
}

}  // namespace scaiflow::random_graph
