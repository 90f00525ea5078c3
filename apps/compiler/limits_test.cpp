#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "apps/compiler/compile.h"
#include "generated/cpp/limits.h"
#include "libs/base/json_text.h"

// Every limit of a document (01 §11): what is as large as it may be has no such problem, one more has.

namespace scaiflow::compiler {
namespace {

std::string letters(std::int64_t n) { return std::string(static_cast<std::size_t>(n), 'a'); }

/// `n` items, each made from its number.
Json many(std::int64_t n, const std::function<Json(std::int64_t)>& make) {
  JsonArray items;
  for (std::int64_t i = 0; i < n; ++i) items.push_back(make(i));
  return Json(std::move(items));
}

std::string numbered(const char* prefix, std::int64_t i) { return prefix + std::to_string(i); }
Json texts(std::int64_t n) {
  return many(n, [](std::int64_t i) { return Json(numbered("t", i)); });
}

Json node(const std::string& id, const char* type, Json config) {
  return Json::object({{"id", id},
                       {"type", type},
                       {"label", id},
                       {"position", Json::object({{"x", 0}, {"y", 0}})},
                       {"config", std::move(config)}});
}

Json edge(const std::string& id, const std::string& source, const std::string& target) {
  return Json::object({{"id", id},
                       {"type", "sequential"},
                       {"source", Json::object({{"node", source}})},
                       {"target", Json::object({{"node", target}})}});
}

/// An entry and one node of the kind behind it.
Json flow_with(const char* type, Json config) {
  const Json model = Json::object({{"role", "primary"}, {"ref", "x"}, {"model", "y"}});
  const Json identity = Json::object({{"models", Json::array({model})}});
  return Json::object({{"id", "flow_test"},
                       {"name", "Test"},
                       {"version", "1.0.0"},
                       {"nodes", Json::array({node("node_entry", "entry_api", Json::object()),
                                              node("node_a", type, std::move(config))})},
                       {"edges", Json::array({edge("edge_1", "node_entry", "node_a")})},
                       {"config", Json::object({{"core_identity", identity}})}});
}

Json plain_flow() { return flow_with("llm_rigid", Json::object({{"template", "x"}})); }

using Path = std::vector<std::string>;

/// Sets the member at the end of a path, in which numbers count elements.
Json with(Json value, const Path& path, Json member, std::size_t from = 0) {
  if (from == path.size()) return member;
  const std::string& key = path[from];
  if (!value.is_array()) {
    Json changed = with(value[key], path, std::move(member), from + 1);
    return value.set(key, std::move(changed));
  }
  JsonArray items = value.as_array();
  Json& item = items[std::stoul(key)];
  item = with(item, path, std::move(member), from + 1);
  return Json(std::move(items));
}

bool has(const diag::Diagnostics& found, std::string_view code) {
  return std::any_of(found.begin(), found.end(), [&](const auto& one) { return one.code == code; });
}

using Make = std::function<Json(std::int64_t)>;

struct Limit {
  const char* name;
  const char* code;
  std::int64_t most;
  Make make;
};

class DocumentLimit : public testing::TestWithParam<Limit> {};

TEST_P(DocumentLimit, holds_at_its_value_and_not_one_beyond) {
  const Limit& limit = GetParam();
  const std::string at = to_ecma_text(limit.make(limit.most));
  const std::string beyond = to_ecma_text(limit.make(limit.most + 1));
  EXPECT_FALSE(has(validate(at), limit.code));
  EXPECT_TRUE(has(validate(beyond), limit.code));
}

Make sets(const Path& path, const Make& make) {
  return [=](std::int64_t n) { return with(plain_flow(), path, make(n)); };
}

Make config_of(const char* type, Json config, const char* field, const Make& make) {
  return [=](std::int64_t n) {
    Json all = config;
    return flow_with(type, all.set(field, make(n)));
  };
}

Json nested(std::int64_t depth) {
  Json value = 1;
  for (std::int64_t i = 0; i < depth; ++i) value = Json::array({value});
  return value;
}

Json arms(std::int64_t n) {
  Json flow = flow_with("logic_decision", Json::object());
  JsonArray nodes = flow["nodes"].as_array();
  JsonArray edges = flow["edges"].as_array();
  nodes.push_back(node("node_b", "llm_rigid", Json::object({{"template", "x"}})));
  for (std::int64_t i = 0; i < n; ++i) {
    edges.push_back(edge(numbered("arm_", i), "node_a", "node_b"));
    edges.back().set("type", "conditional").set("condition", numbered("c", i));
  }
  return flow.set("nodes", std::move(nodes)).set("edges", std::move(edges));
}

Json branches(std::int64_t n) {
  const auto branch = [](std::int64_t i) { return Json::object({{"id", numbered("b", i)}}); };
  Json flow = with(flow_with("logic_parallel", Json::object()), {"nodes", "1", "outputs"}, many(n, branch));
  JsonArray nodes = flow["nodes"].as_array();
  JsonArray edges = flow["edges"].as_array();
  for (std::int64_t i = 0; i < n; ++i) {
    nodes.push_back(node(numbered("node_b", i), "llm_rigid", Json::object({{"template", "x"}})));
    edges.push_back(edge(numbered("arm_", i), "node_a", numbered("node_b", i)));
    edges.back().set("source", Json::object({{"node", "node_a"}, {"port", numbered("b", i)}}));
  }
  return flow.set("nodes", std::move(nodes)).set("edges", std::move(edges));
}

Json text(std::int64_t n) { return Json(letters(n)); }
Json number(std::int64_t n) { return Json(n); }
Json one_text(std::int64_t n) { return Json::array({letters(n)}); }

Make list_of(const Make& make) {
  return [make](std::int64_t n) { return many(n, make); };
}

/// `{key: "v<i>"}`.
Make named(const char* key) {
  return [key](std::int64_t i) { return Json::object({{key, numbered("v", i)}}); };
}

Json types(std::int64_t n) {
  Json map = Json::object();
  for (std::int64_t i = 0; i < n; ++i) map.set(numbered("T", i), "int");
  return map;
}

Json scaiqueue(Json queues) { return Json::object({{"scope", "s"}, {"queues", std::move(queues)}}); }

Json nested_expression(std::int64_t n) {
  const auto depth = static_cast<std::size_t>(n);
  return Json(std::string(depth, '(') + "1" + std::string(depth, ')'));
}

Json call_with(std::int64_t n) {
  std::string list = "1";
  for (std::int64_t i = 1; i < n; ++i) list += ", 1";
  return Json("min(" + list + ")");
}

const Path first_model{"config", "core_identity", "models", "0"};

Path below(Path path, const char* key) {
  path.emplace_back(key);
  return path;
}

std::vector<Limit> numbers_of_things() {
  using namespace limits;
  const Json goal = Json::object({{"goal", "x"}});
  const Json queue = Json::object({{"scope", "s"}, {"queue", "q"}});
  const Json choice = Json::object({{"type", "choice"}});
  const Json pair = Json::object({{"input", 1}, {"output", 2}});
  const Json fallback = Json::object({{"ref", "x"}, {"model", "y"}});
  const Make node_i = [](std::int64_t i) { return node(numbered("n", i), "llm_rigid", Json::object()); };
  const Make edge_i = [](std::int64_t i) { return edge(numbered("e", i), "x", "y"); };
  const Make test_i = [](std::int64_t i) {
    return Json::object({{"name", numbered("t", i)}, {"input", Json::object()}});
  };
  const Make model_i = [](std::int64_t i) {
    return Json::object({{"role", numbered("m", i)}, {"ref", "x"}, {"model", "y"}});
  };
  const Make queues = [](std::int64_t n) { return scaiqueue(many(n, named("slug"))); };
  return {
      {"nodes", "F009", nodes_max, sets({"nodes"}, list_of(node_i))},
      {"edges", "F009", edges_max, sets({"edges"}, list_of(edge_i))},
      {"variables", "F009", variables_max, sets({"variables"}, list_of(named("name")))},
      {"tests", "F009", tests_max, sets({"tests"}, list_of(test_i))},
      {"ports", "F009", ports_per_side_max, sets({"nodes", "1", "outputs"}, list_of(named("id")))},
      {"models", "F009", models_max, sets({"config", "core_identity", "models"}, list_of(model_i))},
      {"plugins", "F009", plugins_max, sets({"config", "plugins"}, texts)},
      {"queues", "F009", queues_max, sets({"config", "scaiqueue"}, queues)},
      {"types", "F009", types_max, sets({"config", "types"}, types)},
      {"options", "F009", options_per_decision_max, config_of("checkpoint", choice, "options", texts)},
      {"arms", "F009", arms_per_decision_max, arms},
      {"branches", "F009", branches_per_parallel_max, branches},
      {"fallbacks", "F009", model_fallbacks_max,
       sets(below(first_model, "fallback"), list_of([=](std::int64_t) { return fallback; }))},
      {"groups", "F009", visibility_groups_max, sets({"config", "model_visibility_group_ids"}, texts)},
      {"examples", "F009", examples_max,
       config_of("llm_flexible", goal, "examples", list_of([=](std::int64_t) { return pair; }))},
      {"labels", "F009", labels_max, config_of("queue_publish", queue, "labels", texts)},
  };
}

std::vector<Limit> sizes_of_things() {
  using namespace limits;
  const Json goal = Json::object({{"goal", "x"}});
  const Json choice = Json::object({{"type", "choice"}});
  const Make scope = [](std::int64_t n) { return Json::object({{"scope", letters(n)}}); };
  const Make retries = [](std::int64_t n) {
    return scaiqueue(Json::array({Json::object({{"slug", "q"}, {"max_retries", n}})}));
  };
  const Make description = [](std::int64_t n) { return Json::object({{"description", letters(n)}}); };
  return {
      {"depth", "F012", document_depth_max - 1, sets({"unknown"}, nested)},
      {"text", "F010", string_chars_max, sets({"unknown"}, text)},
      {"goal", "F010", prompt_chars_max, config_of("llm_flexible", goal, "goal", text)},
      {"group_id", "F010", group_id_chars_max, sets({"config", "model_visibility_group_ids"}, one_text)},
      {"flow_name", "F010", flow_name_chars_max, sets({"name"}, text)},
      {"label", "F010", label_chars_max, sets({"nodes", "1", "label"}, text)},
      {"description", "F010", description_chars_max, sets({"metadata"}, description)},
      {"persona", "F010", persona_chars_max, sets({"config", "core_identity", "persona"}, text)},
      {"system_context", "F010", system_context_chars_max, sets(below(first_model, "system_context"), text)},
      {"model_name", "F010", model_name_chars_max, sets(below(first_model, "model"), text)},
      {"option", "F010", option_chars_max, config_of("checkpoint", choice, "options", one_text)},
      {"slug", "F007", slug_chars_max, sets({"config", "scaiqueue"}, scope)},
      {"node_id", "F007", id_chars_max, sets({"nodes", "1", "id"}, text)},
      {"flow_id", "F007", 64, sets({"id"}, text)},
      {"position", "F008", position_max, sets({"nodes", "1", "position", "x"}, number)},
      {"integer", "F008", integer_max, sets({"unknown"}, number)},
      {"queue_retries", "F008", queue_retries_max, sets({"config", "scaiqueue"}, retries)},
      {"duration_s", "F210", duration_ms_max / 1000, config_of("checkpoint", choice, "timeout", number)},
      {"condition", "F310", expression_bytes_max, config_of("llm_guarded", goal, "guard", text)},
      {"expression_depth", "F310", expression_depth_max,
       config_of("llm_guarded", goal, "guard", nested_expression)},
      {"call_args", "F303", call_args_max, config_of("llm_guarded", goal, "guard", call_with)},
  };
}

std::string name_of_limit(const testing::TestParamInfo<Limit>& limit) { return limit.param.name; }

INSTANTIATE_TEST_SUITE_P(Numbers, DocumentLimit, testing::ValuesIn(numbers_of_things()), name_of_limit);
INSTANTIATE_TEST_SUITE_P(Sizes, DocumentLimit, testing::ValuesIn(sizes_of_things()), name_of_limit);

TEST(DocumentBytes, hold_at_their_value_and_not_one_beyond) {
  std::string text = to_ecma_text(plain_flow());
  text.resize(static_cast<std::size_t>(limits::document_bytes_max), ' ');
  EXPECT_FALSE(diag::has_errors(validate(text)));
  EXPECT_TRUE(has(validate(text + ' '), "F002"));
}

}  // namespace
}  // namespace scaiflow::compiler
