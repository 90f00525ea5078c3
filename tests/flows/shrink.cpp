#include "tests/flows/shrink.h"

#include <utility>

namespace scaiflow::random_graph {
namespace {

Json without_item(const Json& flow, const char* list, std::size_t left_out) {
  Json items = Json::array();
  for (std::size_t i = 0; i < flow[list].size(); ++i) {
    if (i != left_out) items.push_back(flow[list].at(i));
  }
  Json out = flow;
  return out.set(list, std::move(items));
}

Json without_edges_of(const Json& flow, const Json& node_id) {
  Json edges = Json::array();
  for (const Json& edge : flow["edges"].as_array()) {
    if (!(edge["source"]["node"] == node_id) && !(edge["target"]["node"] == node_id)) edges.push_back(edge);
  }
  Json out = flow;
  return out.set("edges", std::move(edges));
}

/// Leaves out one item after the other; true when any could go.
bool shrink_list(Json& flow, const char* list, const Property& property) {
  bool is_smaller = false;
  for (std::size_t i = flow[list].size(); i-- > 0;) {
    const Json& item = flow[list].at(i);
    const bool is_node = std::string_view(list) == "nodes";
    Json candidate = without_item(is_node ? without_edges_of(flow, item["id"]) : flow, list, i);
    if (property(candidate).empty()) continue;
    flow = std::move(candidate);
    is_smaller = true;
  }
  return is_smaller;
}

}  // namespace

Json shrink(Json flow, const Property& property) {
  bool is_smaller = true;
  while (is_smaller) {
    is_smaller = shrink_list(flow, "nodes", property);
    is_smaller = shrink_list(flow, "edges", property) || is_smaller;
  }
  return flow;
}

}  // namespace scaiflow::random_graph
