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

/// True when the second value is the first one itself, or an equal scalar: nothing to copy.
bool is_same(const Json& a, const Json& b) {
  if (a.is_object() && b.is_object()) return &a.as_object() == &b.as_object();
  if (a.is_array() && b.is_array()) return &a.as_array() == &b.as_array();
  return a.kind() == b.kind();
}

/// The members by their rank, equal ranks as they stand. Most documents are canonical already: what has its
/// order keeps its memory.
template <class RankOf>
Json sorted(const Json& object, RankOf rank_of_key) {
  const JsonObject& members = object.as_object();
  const auto by_rank = [&](const JsonMember& a, const JsonMember& b) {
    return rank_of_key(a.first) < rank_of_key(b.first);
  };
  if (std::is_sorted(members.begin(), members.end(), by_rank)) return object;
  std::vector<std::pair<std::size_t, const JsonMember*>> ranked;
  ranked.reserve(members.size());
  for (const JsonMember& member : members) ranked.emplace_back(rank_of_key(member.first), &member);
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  JsonObject out;
  out.reserve(members.size());
  for (const auto& [rank, member] : ranked) out.append(member->first, member->second);
  return out;
}

Json order_node(const Json& node) {
  const Json& type = node["type"];
  const auto kind = type.is_string() ? kind_from_name(type.as_string()) : std::nullopt;
  Json out = order_record(node, node_rules());
  if (!kind || !node["config"].is_object()) return out;
  const KindSpec& spec = kind_spec(*kind);
  Json config = sorted(node["config"], [&](std::string_view key) { return rank_of(spec, key); });
  if (!is_same(config, node["config"])) out.set("config", std::move(config));
  return out;
}

Json order_list(const Json& list, const Rule& rule) {
  const bool is_nodes = rule.fields.data() == node_rules().data();
  JsonArray items;  // filled from the first item that is not in order
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Json& item = list.at(i);
    Json ordered = !item.is_object() ? item : is_nodes ? order_node(item) : order_record(item, rule.fields);
    if (items.empty() && is_same(ordered, item)) continue;
    if (items.empty()) {
      items.reserve(list.size());
      items.assign(list.as_array().begin(), list.as_array().begin() + static_cast<std::ptrdiff_t>(i));
    }
    items.push_back(std::move(ordered));
  }
  return items.empty() ? list : Json(std::move(items));
}

Json order_value(const Json& value, const Rule& rule) {
  if (rule.fields.empty()) return value;
  if (value.is_object()) return order_record(value, rule.fields);
  return value.is_array() ? order_list(value, rule) : value;
}

Json order_record(const Json& value, std::span<const Rule> rules) {
  const auto row_of = [rules](std::string_view key) {
    const auto has_key = [key](const Rule& rule) { return rule.key == key; };
    return static_cast<std::size_t>(std::find_if(rules.begin(), rules.end(), has_key) - rules.begin());
  };
  Json out = sorted(value, row_of);
  for (const Rule& rule : rules) {
    const Json* member = rule.fields.empty() ? nullptr : out.find(rule.key);
    if (!member) continue;
    Json ordered = order_value(*member, rule);
    if (!is_same(ordered, *member)) out.set(rule.key, std::move(ordered));
  }
  return out;
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
