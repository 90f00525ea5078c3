#include "libs/flow/migrate.h"

#include <algorithm>
#include <string>

namespace scaiflow::flow {
namespace {

bool has_old_breakpoint(const Json& node) {
  const Json* config = node.find("config");
  return node["breakpoint"].is_bool() && (!config || config->is_object());
}

Json migrate_node(const Json& node) {
  if (!has_old_breakpoint(node)) return node;
  Json out = node;
  Json config = node.contains("config") ? node["config"] : Json::object();
  if (!config.contains("breakpoint")) config.set("breakpoint", node["breakpoint"]);
  out.erase("breakpoint");
  out.set("config", std::move(config));
  return out;
}

Json end_from_text(const std::string& text) {
  const std::size_t colon = text.find(':');
  Json end = Json::object({{"node", text.substr(0, colon)}});
  if (colon != std::string::npos) end.set("port", text.substr(colon + 1));
  return end;
}

Json migrate_edge(const Json& edge) {
  Json out = edge;
  for (const char* side : {"source", "target"}) {
    if (edge[side].is_string()) out.set(side, end_from_text(edge[side].as_string()));
  }
  return out;
}

bool has_text_end(const Json& edge) { return edge["source"].is_string() || edge["target"].is_string(); }

template <class Needs, class Change>
void migrate_list(Json& document, const char* key, Needs needs, Change change) {
  const Json list = document[key];
  if (!list.is_array()) return;
  if (std::none_of(list.as_array().begin(), list.as_array().end(), needs)) return;
  JsonArray items;
  items.reserve(list.size());
  for (const Json& item : list.as_array()) items.push_back(change(item));
  document.set(key, std::move(items));
}

}  // namespace

Json migrate(const Json& document) {
  if (!document.is_object()) return document;
  Json out = document;
  migrate_list(out, "nodes", has_old_breakpoint, migrate_node);
  migrate_list(out, "edges", has_text_end, migrate_edge);
  return out;
}

}  // namespace scaiflow::flow
