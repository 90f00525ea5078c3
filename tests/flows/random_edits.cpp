#include "tests/flows/random_edits.h"

#include <algorithm>

#include "libs/base/json_text.h"
#include "libs/base/text.h"

namespace scaiflow::flow::random_edits {
namespace {

using Random = std::mt19937;
constexpr int words_in_goal = 9;
constexpr int items_in_examples = 6;

int below(Random& random, std::size_t n) { return static_cast<int>(random() % n); }
std::string name(const char* stem, int i) { return stem + std::to_string(i); }
Json& pick_row(const Json& list, Random& random, Json& out) {
  return out = list.at(static_cast<std::size_t>(below(random, list.size())));
}

std::string goal(int node) {
  std::vector<std::string> words;
  for (int i = 0; i < words_in_goal; ++i) words.push_back(name("word", node * 100 + i));
  return join(words, " ");
}

Json make_node(int i, Random& random) {
  Json examples = Json::array();
  for (int k = 0; k < items_in_examples; ++k) {
    examples.push_back(Json::object({{"input", name("in", k)}, {"output", k}}));
  }
  const Json schema = Json::object({{"answer", "string"}, {"score", "float"}, {"tags", "array[string]"}});
  Json node = Json::object({{"id", name("node_", i)},
                            {"type", "llm_flexible"},
                            {"label", name("Node ", i)},
                            {"position", Json::object({{"x", i * 100}, {"y", below(random, 500)}})},
                            {"config", Json::object({{"goal", goal(i)},
                                                     {"llm_role", "primary"},
                                                     {"output_schema", schema},
                                                     {"examples", examples},
                                                     {"colour", name("c", i)}})}});
  const Json ports =
      Json::array({Json::object({{"id", "out"}, {"label", "result"}}), Json::object({{"id", "more"}})});
  if (below(random, 2) == 0) node.set("outputs", ports);
  return node;
}

/// Below `path` (`nodes/node_1/config/goal`) `change` makes a new value of the old one; null removes. Rows of
/// lists are found by the member `id` or `name`.
using Change = std::function<Json(const Json&)>;

bool is_row(const Json& item, std::string_view key) {
  return item["id"] == Json(key) || item["name"] == Json(key) || item["role"] == Json(key);
}

// As deep as the paths below, which are short.
Json edited(const Json& value, const std::vector<std::string_view>& path, std::size_t at,
            const Change& change) {
  if (at == path.size()) return change(value);
  if (!value.is_array()) {
    Json out = value;
    Json part = edited(value[path[at]], path, at + 1, change);
    return part.is_null() ? out.erase(path[at]) : out.set(path[at], std::move(part));
  }
  JsonArray items;
  bool is_found = false;
  for (const Json& item : value.as_array()) {
    Json part = item;
    if (is_row(item, path[at])) {
      is_found = true;
      part = edited(item, path, at + 1, change);
    }
    if (!part.is_null()) items.push_back(std::move(part));
  }
  if (!is_found) items.push_back(edited(Json(), path, at + 1, change));
  return Json(std::move(items));
}

Json at_path(const Json& document, const std::string& path) {
  Json here = document;
  for (const std::string_view key : split(path, '/')) {
    if (!here.is_array()) {
      here = Json(here[key]);
      continue;
    }
    const auto& items = here.as_array();
    const auto found =
        std::find_if(items.begin(), items.end(), [&](const Json& item) { return is_row(item, key); });
    here = found == items.end() ? Json() : Json(*found);
  }
  return here;
}

Json change_at(const Json& document, const std::string& path, const Change& change) {
  return edited(document, split(path, '/'), 0, change);
}

Edit set_at(const std::string& path, const Json& value) {
  return {"set " + path + " = " + to_text(value),
          {{path}},
          [=](const Json& document) { return change_at(document, path, [&](const Json&) { return value; }); },
          [=](const Json& document) { return at_path(document, path) == value; }};
}

Edit remove_at(const std::string& path) {
  Edit edit = set_at(path, Json());
  edit.text = "remove " + path;
  return edit;
}

/// Only every other word is changed, so that a word stands between two changes.
Edit change_word(const std::string& path, int node, int word, const std::string& salt) {
  const std::string old_word = name("word", node * 100 + word);
  const Change change = [=](const Json& text) {
    std::string out = text.is_string() ? text.as_string() : "";
    const std::size_t at = out.find(old_word);
    return at == std::string::npos ? text : Json(out.replace(at, old_word.size(), salt));
  };
  return {"word " + old_word + " of " + path + " = " + salt,
          {{path + "/" + std::to_string(word)}},
          [=](const Json& document) { return change_at(document, path, change); },
          [=](const Json& document) {
            const Json text = at_path(document, path);
            return text.is_string() && text.as_string().find(salt) != std::string::npos &&
                   text.as_string().find(old_word) == std::string::npos;
          }};
}

Edit change_example(const std::string& path, int item, const std::string& salt) {
  const Json old_input = name("in", item);
  const Change change = [=](const Json& list) {
    JsonArray items;
    for (std::size_t i = 0; i < list.size(); ++i) {
      Json example = list.at(i);
      if (example["input"] == old_input) example.set("input", salt);
      items.push_back(std::move(example));
    }
    return Json(std::move(items));
  };
  return {"item " + std::to_string(item) + " of " + path + " = " + salt,
          {{path + "/" + std::to_string(item)}},
          [=](const Json& document) { return change_at(document, path, change); },
          [=](const Json& document) {
            const std::string text = to_text(at_path(document, path));
            return text.find(to_text(salt)) != std::string::npos &&
                   text.find(to_text(old_input)) == std::string::npos;
          }};
}

/// With a node go its edges.
Edit remove_node(const Json& document, const std::string& id) {
  Edit edit = remove_at("nodes/" + id);
  std::vector<std::string> paths;
  for (const Json& edge : document["edges"].as_array()) {
    const bool hangs_on = edge["source"]["node"] == Json(id) || edge["target"]["node"] == Json(id);
    if (hangs_on) paths.push_back("edges/" + edge.string_or("id", ""));
  }
  for (const std::string& path : paths) edit.claims.push_back({path});
  edit.apply = [=, remove = edit.apply](const Json& before) {
    Json out = remove(before);
    for (const std::string& path : paths) out = change_at(out, path, [](const Json&) { return Json(); });
    return out;
  };
  return edit;
}

Edit add_edge(const std::string& id, const std::string& source, const std::string& target) {
  const auto end = [](const std::string& node) { return Json::object({{"node", node}}); };
  Edit edit = set_at(
      "edges/" + id,
      Json::object({{"id", id}, {"type", "sequential"}, {"source", end(source)}, {"target", end(target)}}));
  edit.claims.push_back({"nodes/" + source, true});
  edit.claims.push_back({"nodes/" + target, true});
  return edit;
}

std::vector<std::string> ids_of(const Json& list) {
  std::vector<std::string> out;
  for (const Json& row : list.as_array()) out.push_back(row.string_or("id", ""));
  return out;
}

Edit shuffle_nodes(const Json& document, Random& random) {
  std::vector<std::string> order = ids_of(document["nodes"]);
  std::shuffle(order.begin(), order.end(), random);
  const auto place = [=](const Json& node) {
    return std::find(order.begin(), order.end(), node.string_or("id", "")) - order.begin();
  };
  const auto known = [=](const Json& document_now) {
    std::vector<std::string> ids = ids_of(document_now["nodes"]);
    std::erase_if(ids,
                  [&](const std::string& id) { return std::count(order.begin(), order.end(), id) == 0; });
    return ids;
  };
  return {"order of nodes: " + join(order, " "),
          {{"order"}},
          [=](const Json& before) {
            JsonArray nodes = before["nodes"].as_array();
            std::stable_sort(nodes.begin(), nodes.end(),
                             [&](const Json& one, const Json& other) { return place(one) < place(other); });
            return Json(before).set("nodes", std::move(nodes));
          },
          [=](const Json& after) {
            std::vector<std::string> wanted = order;
            const std::vector<std::string> found = known(after);
            std::erase_if(wanted, [&](const std::string& id) {
              return std::count(found.begin(), found.end(), id) == 0;
            });
            return found == wanted;
          }};
}

Edit edit_of_node(const Json& document, const Json& node, Random& random, const std::string& salt) {
  const std::string id = node.string_or("id", "");
  const std::string path = "nodes/" + id;
  const bool is_original = id.starts_with("node_");
  const int number = is_original ? std::atoi(id.c_str() + 5) : 0;
  switch (is_original ? below(random, 10) : below(random, 3)) {
    case 0: return set_at(path + "/label", "Label " + salt);
    case 1: return set_at(path + "/position", Json::object({{"x", below(random, 999)}, {"y", 1}}));
    case 2: return remove_node(document, id);
    case 3:
      return change_word(path + "/config/goal", number, 2 * below(random, (words_in_goal + 1) / 2), salt);
    case 4: return change_example(path + "/config/examples", below(random, items_in_examples), salt);
    case 5: return set_at(path + "/config/output_schema/" + salt, "string");
    case 6: return remove_at(path + "/config/output_schema/score");
    case 7: return set_at(path + "/config/colour", salt);
    case 8: return set_at(path + "/config/" + salt, Json::array({1, salt}));
    default: break;
  }
  if (!node.contains("outputs")) return set_at(path + "/config/llm_role", salt);
  return below(random, 2) == 0
             ? set_at(path + "/outputs/out/label", salt)
             : set_at(path + "/outputs/" + salt, Json::object({{"id", salt}, {"label", "new"}}));
}

Edit edit_of_edge(const Json& document, Random& random, const std::string& salt) {
  const Json& nodes = document["nodes"];
  Json edge, source, target;
  const bool adds = document["edges"].size() == 0 || below(random, 3) == 0;
  if (adds) {
    return add_edge("edge_" + salt, pick_row(nodes, random, source).string_or("id", ""),
                    pick_row(nodes, random, target).string_or("id", ""));
  }
  const std::string path = "edges/" + pick_row(document["edges"], random, edge).string_or("id", "");
  return below(random, 2) == 0 ? set_at(path + "/condition", salt) : remove_at(path);
}

Edit edit_of_rows(Random& random, const std::string& salt) {
  const std::string row = std::to_string(below(random, 3));
  switch (below(random, 7)) {
    case 0: return set_at("variables/v" + row + "/default", salt);
    case 1: return remove_at("variables/v" + row);
    case 2: return set_at("variables/" + salt, Json::object({{"name", salt}, {"type", "string"}}));
    case 3: return set_at("tests/t" + row + "/expect/output/" + salt, 1);
    case 4: return set_at("tests/t" + row + "/mocks/node_1", salt);
    case 5: return set_at("tests/" + salt, Json::object({{"name", salt}, {"input", Json::object()}}));
    default: return set_at("config/core_identity/models/m" + row + "/temperature", 0.25);
  }
}

Edit edit_of_flow(Random& random, const std::string& salt) {
  switch (below(random, 5)) {
    case 0: return set_at("name", "Flow " + salt);
    case 1: return set_at("metadata/author", salt);
    case 2: return set_at("config/output/" + salt, "{{x}}");
    case 3: return set_at("metadata/canvas/notes/" + salt, Json::object({{"id", salt}, {"text", "note"}}));
    default: return set_at("unknown_" + salt, salt);
  }
}

bool is_within(const std::string& path, const std::string& outer) {
  return path == outer || path.starts_with(outer + "/");
}

Json make_rows(const char* key, const char* stem) {
  Json out = Json::array();
  for (int i = 0; i < 3; ++i) out.push_back(Json::object({{key, name(stem, i)}}));
  return out;
}

}  // namespace

Json make_document(Random& random) {
  Json nodes = Json::array(), edges = Json::array();
  const int count = 1 + below(random, 7);
  for (int i = 0; i < count; ++i) nodes.push_back(make_node(i, random));
  for (int i = 0; i < count; ++i) {
    const auto end = [&] {
      return Json::object({{"node", name("node_", below(random, static_cast<unsigned>(count)))}});
    };
    edges.push_back(Json::object(
        {{"id", name("edge_", i)}, {"type", "sequential"}, {"source", end()}, {"target", end()}}));
  }
  const Json note = Json::object({{"id", "n1"}, {"text", "first"}});
  const Json canvas = Json::object({{"notes", Json::array({note})}});
  const Json identity = Json::object({{"models", make_rows("role", "m")}});
  return Json::object(
      {{"id", "flow"},
       {"name", "Flow"},
       {"version", "1.0.0"},
       {"metadata", Json::object({{"canvas", canvas}})},
       {"nodes", nodes},
       {"edges", edges},
       {"variables", make_rows("name", "v")},
       {"config", Json::object({{"core_identity", identity}, {"output", Json::object({{"x", 1}})}})},
       {"tests", make_rows("name", "t")}});
}

Edit make_edit(const Json& document, Random& random, const std::string& salt) {
  Json node;
  switch (below(random, 10)) {
    case 0: {
      const std::string id = "new_" + salt;
      return set_at("nodes/" + id, Json::object({{"id", id}, {"type", "logic_merge"}, {"label", salt}}));
    }
    case 1: return shuffle_nodes(document, random);
    case 2:
    case 3: return edit_of_edge(document, random, salt);
    case 4: return edit_of_rows(random, salt);
    case 5: return edit_of_flow(random, salt);
    default: return edit_of_node(document, pick_row(document["nodes"], random, node), random, salt);
  }
}

bool collide(const Edit& one, const Edit& other) {
  for (const Claim& mine : one.claims) {
    for (const Claim& theirs : other.claims) {
      if (mine.is_use && theirs.is_use) continue;
      if (!mine.is_use && is_within(theirs.path, mine.path)) return true;
      if (!theirs.is_use && is_within(mine.path, theirs.path)) return true;
    }
  }
  return false;
}

Json apply_all(Json document, const std::vector<Edit>& edits) {
  for (const Edit& edit : edits) document = edit.apply(document);
  return document;
}

}  // namespace scaiflow::flow::random_edits
