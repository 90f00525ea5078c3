#include "libs/flow/canonical.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "generated/cpp/kinds.h"
#include "libs/base/json_text.h"
#include "libs/flow/migrate.h"
#include "libs/flow/schema.h"

namespace scaiflow::flow {
namespace {

Json order_record(const Json& value, std::span<const Rule> rules);

/// Where a config key stands: the row of its field, an alias right behind the name, unknown keys last.
std::size_t rank_of(const KindSpec& spec, std::string_view key) {
  std::size_t row = 0;
  while (row < spec.fields.size() && spec.fields[row].name != key &&
         (spec.fields[row].alias.empty() || spec.fields[row].alias != key)) {
    ++row;
  }
  const bool is_alias = row < spec.fields.size() && spec.fields[row].name != key;
  return 3 * row + (is_alias ? 2 : 1);
}

/// The example flows (01 §12) are canonical and name the assignee of a review before its form, the table of
/// 02 §8.3 behind it. The examples' bytes are what is tested, so they decide.
std::size_t canonical_rank(const KindSpec& spec, std::string_view key) {
  const std::size_t rank = rank_of(spec, key);
  if (spec.id != KindId::HitlReview || key != "assignee") return rank;
  return std::min(rank, rank_of(spec, "sections") - 1);
}

/// True when the second value is the first one itself, or an equal scalar: nothing to copy.
bool is_same(const Json& a, const Json& b) {
  if (a.is_object() && b.is_object()) return &a.as_object() == &b.as_object();
  if (a.is_array() && b.is_array()) return &a.as_array() == &b.as_array();
  return a.kind() == b.kind();
}

/// Most documents are canonical already: what has its order keeps its memory.
Json order_config(const Json& config, const KindSpec& spec) {
  std::vector<std::pair<std::size_t, const JsonMember*>> ranked;
  ranked.reserve(config.size());
  for (const JsonMember& member : config.as_object()) {
    ranked.emplace_back(canonical_rank(spec, member.first), &member);
  }
  const auto by_rank = [](const auto& a, const auto& b) { return a.first < b.first; };
  if (std::is_sorted(ranked.begin(), ranked.end(), by_rank)) return config;
  std::stable_sort(ranked.begin(), ranked.end(), by_rank);
  JsonObject out;
  out.reserve(config.size());
  for (const auto& [rank, member] : ranked) out.append(member->first, member->second);
  return out;
}

Json order_node(const Json& node) {
  const Json& type = node["type"];
  const auto kind = type.is_string() ? kind_from_name(type.as_string()) : std::nullopt;
  Json out = order_record(node, node_rules());
  if (!kind || !node["config"].is_object()) return out;
  Json config = order_config(node["config"], kind_spec(*kind));
  if (!is_same(config, node["config"])) out.set("config", std::move(config));
  return out;
}

Json order_list(const Json& list, const Rule& rule) {
  const bool is_nodes = rule.fields.data() == node_rules().data();
  JsonArray items;
  items.reserve(list.size());
  bool is_ordered = true;
  for (const Json& item : list.as_array()) {
    if (!item.is_object()) {
      items.push_back(item);
      continue;
    }
    items.push_back(is_nodes ? order_node(item) : order_record(item, rule.fields));
    is_ordered = is_ordered && is_same(items.back(), item);
  }
  return is_ordered ? list : Json(std::move(items));
}

Json order_value(const Json& value, const Rule& rule) {
  if (rule.fields.empty()) return value;
  if (value.is_object()) return order_record(value, rule.fields);
  return value.is_array() ? order_list(value, rule) : value;
}

Json order_record(const Json& value, std::span<const Rule> rules) {
  const JsonObject& members = value.as_object();
  JsonObject out;
  out.reserve(value.size());
  bool is_ordered = true;
  const auto add = [&](const JsonMember& member, Json ordered) {
    is_ordered = is_ordered && members[out.size()].first == member.first && is_same(ordered, member.second);
    out.append(member.first, std::move(ordered));
  };
  for (const Rule& rule : rules) {
    for (const JsonMember& member : members) {
      if (member.first != rule.key) continue;
      add(member, order_value(member.second, rule));
      break;
    }
  }
  for (const JsonMember& member : members) {
    if (out.size() == members.size()) break;
    if (!find_rule(rules, member.first)) add(member, member.second);
  }
  return is_ordered ? value : Json(std::move(out));
}

void append_line(std::string& out, std::size_t depth) {
  out.push_back('\n');
  out.append(2 * depth, ' ');
}

void append_pretty(std::string& out, const Json& value, std::size_t depth);

void append_array(std::string& out, const JsonArray& items, std::size_t depth) {
  if (items.empty()) {
    out += "[]";
    return;
  }
  char separator = '[';
  for (const Json& item : items) {
    out.push_back(separator);
    append_line(out, depth + 1);
    append_pretty(out, item, depth + 1);
    separator = ',';
  }
  append_line(out, depth);
  out.push_back(']');
}

void append_object(std::string& out, const JsonObject& members, std::size_t depth) {
  if (members.empty()) {
    out += "{}";
    return;
  }
  char separator = '{';
  for (const auto& [key, member] : members) {
    out.push_back(separator);
    append_line(out, depth + 1);
    append_quoted(out, key);
    out += ": ";
    append_pretty(out, member, depth + 1);
    separator = ',';
  }
  append_line(out, depth);
  out.push_back('}');
}

// Documents are at most 64 deep (F012), so recursion is bounded.
void append_pretty(std::string& out, const Json& value, std::size_t depth) {
  if (value.is_array()) {
    append_array(out, value.as_array(), depth);
  } else if (value.is_object()) {
    append_object(out, value.as_object(), depth);
  } else if (value.is_string()) {
    append_quoted(out, value.as_string());
  } else {
    out += to_ecma_text(value);
  }
}

}  // namespace

Json canonical_value(const Json& document) {
  if (!document.is_object()) return document;
  Json migrated = migrate(document);
  if (!migrated.contains("$schema")) migrated.set("$schema", schema_url);
  return order_record(migrated, document_rules());
}

std::string pretty_text(const Json& value) {
  std::string out;
  append_pretty(out, value, 0);
  out.push_back('\n');
  return out;
}

std::string canonical(const Json& document) { return pretty_text(canonical_value(document)); }

}  // namespace scaiflow::flow
