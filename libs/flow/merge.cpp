#include "libs/flow/merge.h"

#include <optional>
#include <set>
#include <utility>

#include "libs/base/text.h"
#include "libs/flow/alignment.h"
#include "libs/flow/canonical.h"
#include "libs/flow/parts.h"

namespace scaiflow::flow {
namespace {

/// The three versions of one value; nullptr where a version has none.
struct Versions {
  const Json* base = nullptr;
  const Json* a = nullptr;
  const Json* b = nullptr;

  bool is_known_to_both() const { return a != nullptr && b != nullptr; }
};

enum class Side : std::uint8_t { A, B };

bool same_version(const Json* one, const Json* other) {
  return one == nullptr || other == nullptr ? one == other : same(*one, *other);
}

/// Which of two semantic versions is higher; build and pre-release parts decide as texts.
bool is_higher(const std::string& one, const std::string& other) {
  const auto numbers = [](std::string_view version) {
    return split(version.substr(0, version.find_first_of("-+")), '.');
  };
  const auto left = numbers(one);
  const auto right = numbers(other);
  for (std::size_t i = 0; i < left.size() && i < right.size(); ++i) {
    if (left[i].size() != right[i].size()) return left[i].size() > right[i].size();
    if (left[i] != right[i]) return left[i] > right[i];
  }
  return one > other;
}

std::optional<Json> merged_words(const Versions& of) {
  TokenTable table;
  const Tokens base = table.words(of.base->as_string());
  const Tokens a = table.words(of.a->as_string());
  const Tokens b = table.words(of.b->as_string());
  const auto pieces = merge_hunks({base, a, b}, word_hunks(table, base, a), word_hunks(table, base, b), table,
                                  Nearness::SameWords);
  if (!pieces) return std::nullopt;
  std::string out;
  for (const Piece& piece : *pieces) {
    const Tokens& source = piece.of == Piece::Of::Base ? base : piece.of == Piece::Of::A ? a : b;
    out += table.text(std::span(source).subspan(piece.from, piece.to - piece.from));
  }
  return Json(std::move(out));
}

std::optional<Json> merged_items(const Versions& of) {
  TokenTable table;
  const Tokens base = table.items(*of.base);
  const Tokens a = table.items(*of.a);
  const Tokens b = table.items(*of.b);
  const auto hunks = [&](const Tokens& side) {
    return hunks_of(align(base, side), base.size(), side.size());
  };
  const auto pieces = merge_hunks({base, a, b}, hunks(a), hunks(b), table, Nearness::SameItems);
  if (!pieces) return std::nullopt;
  JsonArray out;
  for (const Piece& piece : *pieces) {
    const Json& source = piece.of == Piece::Of::Base ? *of.base : piece.of == Piece::Of::A ? *of.a : *of.b;
    for (std::size_t i = piece.from; i < piece.to; ++i) out.push_back(source.at(i));
  }
  return Json(std::move(out));
}

/// A container in three versions.
struct PartsOf {
  Parts base, a, b;

  Versions of(std::string_view key) const { return {base.find(key), a.find(key), b.find(key)}; }
  /// The keys that all have, in the order of one of them.
  std::vector<std::string_view> common(const Parts& order) const {
    std::vector<std::string_view> out;
    for (std::size_t i = 0; i < order.size(); ++i) {
      const Versions versions = of(order.key(i));
      if (versions.base != nullptr && versions.is_known_to_both()) out.push_back(order.key(i));
    }
    return out;
  }
};

using Values = std::unordered_map<std::string_view, Json>;

/// The keys of `values` in the order of `first`; what only `second` has stands behind what it stands behind
/// there, and behind what only `first` added at that place.
std::vector<std::string_view> merged_order(const Parts& first, const Parts& second, const Values& values) {
  std::unordered_map<std::string_view, std::vector<std::string_view>> behind;
  std::string_view anchor;
  bool has_anchor = false;
  std::vector<std::string_view> waiting;
  for (std::size_t i = 0; i < second.size(); ++i) {
    const std::string_view key = second.key(i);
    if (!values.contains(key)) continue;
    if (first.find(key) != nullptr) {
      anchor = key;
      has_anchor = true;
    } else {
      (has_anchor ? behind[anchor] : waiting).push_back(key);
    }
  }
  std::vector<std::string_view> out;
  const auto flush = [&] {
    out.insert(out.end(), waiting.begin(), waiting.end());
    waiting.clear();
  };
  for (std::size_t i = 0; i < first.size(); ++i) {
    const std::string_view key = first.key(i);
    if (!values.contains(key)) continue;
    const bool is_shared = second.find(key) != nullptr;
    if (is_shared) flush();
    out.push_back(key);
    if (const auto found = behind.find(key); found != behind.end()) waiting = std::move(found->second);
  }
  flush();
  return out;
}

class Merger {
 public:
  /// `kept`: nodes and ports that stay because the other side connected them.
  explicit Merger(const std::set<Path>& kept) {
    for (const Path& path : kept) {
      kept_.insert(path_text(path));
      for (std::size_t i = 0; i < path.size(); ++i) around_kept_.insert(path_text(std::span(path).first(i)));
    }
  }

  Merge run(const Versions& documents) {
    result_.document = canonical_value(value(Spot::root(), documents, Form::Whole).value_or(Json()));
    return std::move(result_);
  }

 private:
  /// `owner` is the form of what the value is a part of. No value: it is gone.
  std::optional<Json> value(const Spot& spot, const Versions& of, Form owner) {
    if (!of.is_known_to_both() && is_kept(of)) return settle("removed_connected", of);
    const Form form = form_of(spot, {of.base, of.a, of.b});
    const bool has_parts = form == Form::Members || form == Form::Keyed;
    if (has_parts && of.is_known_to_both() && is_around_kept()) return parts(spot, form, of);
    if (same_version(of.a, of.b) || same_version(of.base, of.b)) return copy(of.a);
    if (same_version(of.base, of.a)) return copy(of.b);
    if (!of.is_known_to_both()) return removed_or_changed(of);
    const bool is_new_row = of.base == nullptr && owner == Form::Keyed;
    if (is_new_row) return settle("added_both", of);
    if (has_parts) return parts(spot, form, of);
    if (auto both = whole(spot, form, of)) return both;
    return settle("changed_both", of);
  }

  static std::optional<Json> copy(const Json* value) {
    return value == nullptr ? std::nullopt : std::optional<Json>(*value);
  }

  bool is_kept(const Versions& of) const {
    if (kept_.empty() || (of.a == nullptr && of.b == nullptr)) return false;
    return kept_.contains(path_text(path_));
  }

  bool is_around_kept() const { return !kept_.empty() && around_kept_.contains(path_text(path_)); }

  /// A value of which both have a version of their own and that has no parts with keys.
  std::optional<Json> whole(const Spot& spot, Form form, const Versions& of) {
    if (form == Form::Sequence && of.base != nullptr) return merged_items(of);
    if (spot.rule != nullptr && spot.rule->grain == Grain::Whole) return note("position", of, Side::A);
    if (!of.a->is_string() || !of.b->is_string()) return std::nullopt;
    const bool is_version = path_.size() == 1 && path_[0] == "version";
    if (is_version)
      return note("version", of, is_higher(of.b->as_string(), of.a->as_string()) ? Side::B : Side::A);
    const bool is_text = spot.is_prose() && of.base != nullptr && of.base->is_string();
    return is_text ? merged_words(of) : std::nullopt;
  }

  /// Where a node stands is no reason to keep it.
  std::optional<Json> removed_or_changed(const Versions& of) {
    const Json& left = of.a != nullptr ? *of.a : *of.b;
    const bool is_node = path_.size() == 2 && path_[0] == "nodes" && left.is_object() && of.base->is_object();
    if (is_node) {
      Json changed = left;
      Json before = *of.base;
      if (same(changed.erase("position"), before.erase("position"))) {
        note("position", of, of.a == nullptr ? Side::A : Side::B);
        return std::nullopt;
      }
    }
    return settle("removed_changed", of);
  }

  std::optional<Json> parts(const Spot& spot, Form form, const Versions& of) {
    const auto open = [&](const Json* version) {
      return Parts(spot, form, version != nullptr ? *version : Json());
    };
    const PartsOf all{open(of.base), open(of.a), open(of.b)};
    Values values;
    const auto merge_one = [&](const std::string& key) {
      const Versions part = all.of(key);
      const Json& any = part.base != nullptr ? *part.base : part.a != nullptr ? *part.a : *part.b;
      path_.push_back(key);
      if (auto merged = value(part_spot(spot, form, key, any), part, form))
        values.emplace(key, std::move(*merged));
      path_.pop_back();
    };
    for (std::size_t i = 0; i < all.a.size(); ++i) merge_one(all.a.key(i));
    for (std::size_t i = 0; i < all.b.size(); ++i) {
      if (all.a.find(all.b.key(i)) == nullptr) merge_one(all.b.key(i));
    }
    Builder out(form);
    for (const std::string_view key : order(all, values)) out.add(key, std::move(values.at(key)));
    return out.take();
  }

  /// The order of the side that changed it; a's where both did.
  std::vector<std::string_view> order(const PartsOf& all, const Values& values) {
    const auto before = all.common(all.base);
    const auto in_a = all.common(all.a);
    const auto in_b = all.common(all.b);
    if (in_a != before && in_b != before && in_a != in_b) {
      const Json orders[] = {keys_json(before), keys_json(in_a), keys_json(in_b)};
      note("order", {&orders[0], &orders[1], &orders[2]}, Side::A);
    }
    const bool only_b = in_a == before && in_b != before;
    return only_b ? merged_order(all.b, all.a, values) : merged_order(all.a, all.b, values);
  }

  static Json keys_json(const std::vector<std::string_view>& keys) {
    return JsonArray(keys.begin(), keys.end());
  }

  Json row(std::string_view kind, const Versions& of, Side stands) const {
    Json out = Json::object({{"kind", kind}, {"path", path_text(path_)}, {"at", path_json(path_)}});
    if (of.base != nullptr) out.set("base", *of.base);
    if (of.a != nullptr) out.set("a", *of.a);
    if (of.b != nullptr) out.set("b", *of.b);
    return out.set("stands", stands == Side::A ? "a" : "b");
  }

  /// Enters a conflict. What a has stands, and what somebody changed rather than nothing.
  std::optional<Json> settle(std::string_view kind, const Versions& of) {
    const Side stands = of.a != nullptr ? Side::A : Side::B;
    result_.conflicts.push_back(row(kind, of, stands));
    return stands == Side::A ? *of.a : *of.b;
  }

  std::optional<Json> note(std::string_view rule, const Versions& of, Side stands) {
    result_.settled.push_back(row(rule, of, stands));
    return copy(stands == Side::A ? of.a : of.b);
  }

  std::set<std::string> kept_;
  std::set<std::string> around_kept_;
  Path path_;
  Merge result_;
};

/// Nodes and edges of one document.
struct Graph {
  explicit Graph(const Json& document)
      : nodes(Spot::root().member("nodes"), Form::Keyed, document["nodes"]),
        edges(Spot::root().member("edges"), Form::Keyed, document["edges"]) {}
  Parts nodes, edges;
};

/// The ports that a node names on a side; none: it has those of its kind.
bool lacks_port(const Json& node, std::string_view side, const Json& port) {
  if (node[side].size() == 0 || !node[side].is_array() || !port.is_string()) return false;
  const Spot spot = Spot::root().member("nodes").item(node).member(side);
  return Parts(spot, Form::Keyed, node[side]).find(port.as_string()) == nullptr;
}

/// What edges of the merged document hang on and one of the sides has removed.
class LooseEnds {
 public:
  LooseEnds(const Json& merged, const Json& a, const Json& b) : merged_(merged), a_(a), b_(b) {}

  std::set<Path> find() {
    for (std::size_t i = 0; i < merged_.edges.size(); ++i) {
      for (const auto& [end, side] : {std::pair("source", "outputs"), std::pair("target", "inputs")}) {
        look(merged_.edges.key(i), merged_.edges.value(i), end, side);
      }
    }
    return std::move(found_);
  }

 private:
  void look(const std::string& id, const Json& edge, std::string_view end, std::string_view side) {
    const Json& node = edge[end]["node"];
    if (!node.is_string()) return;
    const Json& port = edge[end]["port"];
    const Json* merged = merged_.nodes.find(node.as_string());
    if (merged != nullptr && !lacks_port(*merged, side, port)) return;
    Path path{"nodes", node.as_string()};
    if (merged != nullptr) path.insert(path.end(), {std::string(side), port.as_string()});
    for (const auto& [by, other] : {std::pair(&a_, &b_), std::pair(&b_, &a_)}) {
      const Json* has = by->nodes.find(node.as_string());
      const bool has_end = has != nullptr && !lacks_port(*has, side, port);
      const bool left_loose = same_version(other->edges.find(id), &edge);
      if (has_end && !left_loose) found_.insert(path);
    }
  }

  Graph merged_, a_, b_;
  std::set<Path> found_;
};

}  // namespace

Merge merge(const Json& base, const Json& a, const Json& b) {
  const Json documents[] = {canonical_value(base), canonical_value(a), canonical_value(b)};
  const Versions of{&documents[0], &documents[1], &documents[2]};
  Merge merged = Merger({}).run(of);
  const std::set<Path> kept = LooseEnds(merged.document, documents[1], documents[2]).find();
  return kept.empty() ? merged : Merger(kept).run(of);
}

Json to_json(const Merge& merged) {
  return Json::object(
      {{"document", merged.document}, {"conflicts", merged.conflicts}, {"settled", merged.settled}});
}

}  // namespace scaiflow::flow
