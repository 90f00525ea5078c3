#include "apps/compiler/wasm/session.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>

#include "libs/base/json_text.h"
#include "libs/diag/diag.h"

namespace scaiflow::compiler {
namespace {

constexpr std::string_view small_flow = R"({
  "id": "flow_a", "name": "A", "version": "1.0.0", "scaicore_target": "0.2",
  "nodes": [
    {"id": "in", "type": "entry_api", "label": "In", "position": {"x": 0, "y": 0},
     "config": {"input_schema": {"message": "string", "items": "array[string]"}}},
    {"id": "ask", "type": "llm_flexible", "label": "Ask", "position": {"x": 0, "y": 0},
     "config": {"goal": "Judge {{message}}", "output_schema": {"sure": "float", "word": "string"}}},
    {"id": "say", "type": "llm_rigid", "label": "Say", "position": {"x": 0, "y": 0},
     "config": {"template": "It is {{ask.word}}"}},
    {"id": "if", "type": "logic_decision", "label": "If", "position": {"x": 0, "y": 0},
     "config": {"style": "if"}, "outputs": [{"id": "yes"}, {"id": "no"}]},
    {"id": "yes", "type": "llm_rigid", "label": "Yes", "position": {"x": 0, "y": 0},
     "config": {"template": "{{say}}!"}},
    {"id": "no", "type": "data_variable_set", "label": "No", "position": {"x": 0, "y": 0},
     "config": {"variable": "count", "value": "count + 1"}},
    {"id": "each", "type": "logic_loop", "label": "Each", "position": {"x": 0, "y": 0},
     "config": {"collection": "items", "item_name": "item"}, "outputs": [{"id": "body"}, {"id": "done"}]},
    {"id": "tell", "type": "llm_rigid", "label": "Tell", "position": {"x": 0, "y": 0},
     "config": {"template": "at {{item}}"}},
    {"id": "end", "type": "llm_guarded", "label": "End", "position": {"x": 0, "y": 0},
     "config": {"goal": "End {{say}}", "guard": "ask.sure > 0.5"}},
    {"id": "loose", "type": "llm_rigid", "label": "Loose", "position": {"x": 0, "y": 0}}],
  "edges": [
    {"id": "e1", "type": "sequential", "source": {"node": "in"}, "target": {"node": "ask"}},
    {"id": "e2", "type": "sequential", "source": {"node": "ask"}, "target": {"node": "say"}},
    {"id": "e3", "type": "sequential", "source": {"node": "say"}, "target": {"node": "if"}},
    {"id": "e4", "type": "conditional", "condition": "ask.sure > 0.5",
     "source": {"node": "if", "port": "yes"}, "target": {"node": "yes"}},
    {"id": "e5", "type": "conditional", "condition": "else",
     "source": {"node": "if", "port": "no"}, "target": {"node": "no"}},
    {"id": "e6", "type": "sequential", "source": {"node": "yes"}, "target": {"node": "each"}},
    {"id": "e7", "type": "sequential", "source": {"node": "no"}, "target": {"node": "each"}},
    {"id": "e8", "type": "sequential",
     "source": {"node": "each", "port": "body"}, "target": {"node": "tell"}},
    {"id": "e9", "type": "sequential",
     "source": {"node": "each", "port": "done"}, "target": {"node": "end"}}],
  "variables": [{"name": "count", "type": "int", "default": 0}],
  "config": {"core_identity": {"name": "A",
                               "models": [{"role": "primary", "ref": "scaigrid", "model": "a/b"}]}}
})";

/// Applies random edits to a session and to a document of its own.
class Author {
 public:
  Author(const std::string& flow, unsigned seed)
      : random_(seed), first_(*try_parse_json(flow)), document_(first_) {
    session_.load(flow);
  }

  void edit() {
    Json change = Json::object();
    switch (random_() % 14) {
      case 0: change.set("head", changed_head()); break;
      case 1:
        change.set("edges", Json::object({{"set", Json::array({changed("edges", edge_members)})}}));
        break;
      case 2:
        change.set("nodes", Json::object({{"set", Json::array({changed("nodes", node_members)})}}));
        break;
      case 3: return heal();
      default: change.set("nodes", Json::object({{"set", configs(1 + random_() % 2)}}));
    }
    ASSERT_TRUE(session_.patch(change)) << to_text(change);
    ASSERT_EQ(*session_.document(), document_);
  }

  /// Everything is as it was in the beginning.
  void heal() {
    document_ = first_;
    Json head = document_;
    head.erase("nodes").erase("edges");
    Json change = Json::object({{"head", head}});
    for (const char* list : {"nodes", "edges"}) change.set(list, Json::object({{"set", document_[list]}}));
    ASSERT_TRUE(session_.patch(change));
  }

  Session& session() { return session_; }
  const Json& document() const { return document_; }
  bool coin() { return random_() % 2 == 0; }

 private:
  using Texts = std::vector<std::string>;
  static inline const Texts node_members = {"label", "position", "type", "outputs", "config", "extra"};
  static inline const Texts edge_members = {"condition", "type", "extra"};
  static inline const Texts fields = {
      "goal",       "template",     "result_binding", "output_schema", "guard",     "item_name",
      "collection", "style",        "name",           "value",         "llm_role",  "validate",
      "on_failure", "input_schema", "condition",      "timeout",       "breakpoint"};

  const std::string& one_of(const Texts& list) { return list[random_() % list.size()]; }

  Json value() {
    static const Texts texts = {R"("plain words")",
                                R"("{{message}} and {{say}}")",
                                R"("{{sya}}")",
                                R"("{{item}} {{thing}}")",
                                R"("{{unfinished")",
                                R"("message.length > 3")",
                                R"("ask.sure > 0.2")",
                                R"("ask.sour > 0.2")",
                                R"("items")",
                                R"("say")",
                                R"("thing")",
                                R"("item")",
                                R"("count")",
                                R"("while")",
                                R"("foreach")",
                                R"("match")",
                                R"("if")",
                                R"({"sure": "float"})",
                                R"({"word": "enum[a, b]", "deep": {"x": "int"}})",
                                R"({"word": "no type"})",
                                R"({"message": "string"})",
                                "null",
                                "7",
                                "true",
                                R"([1, {"a": "{{ask.word}}"}])",
                                R"("primary")",
                                R"("30s")",
                                R"("logic_loop")",
                                R"("llm_rigid")",
                                R"([{"id": "yes"}, {"id": "no"}])",
                                R"([{"id": "out"}])",
                                R"({"x": 4, "y": 2})"};
    return *try_parse_json(one_of(texts));
  }

  Json changed(const char* list, const Texts& members) {
    JsonArray items = document_[list].as_array();
    Json& item = items[random_() % items.size()];
    const std::string& member = one_of(members);
    if (coin())
      item.set(member, value());
    else
      item = first_[list].at(static_cast<std::size_t>(&item - items.data()));
    const Json out = item;
    document_.set(list, Json(std::move(items)));
    return out;
  }

  /// Nodes with a config field that is new, or as it was in the beginning.
  Json configs(std::size_t count) {
    JsonArray items = document_["nodes"].as_array();
    Json out = Json::array();
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t n = random_() % items.size();
      const Json first = first_["nodes"].at(n)["config"];
      const std::string& field = one_of(fields);
      Json config = items[n]["config"].is_object() ? items[n]["config"] : Json::object();
      config = random_() % 3 == 0 && first.is_object() ? first : config.set(field, value());
      items[n].set("config", config);
      out.push_back(items[n]);
    }
    document_.set("nodes", Json(std::move(items)));
    return out;
  }

  Json changed_head() {
    Json head = document_;
    head.erase("nodes").erase("edges");
    Json config = head["config"];
    if (coin())
      config.set(coin() ? "output" : "plugins", value());
    else
      config = first_["config"];
    head.set("config", std::move(config));
    document_.set("config", head["config"]);
    return head;
  }

  std::mt19937 random_;
  const Json first_;
  Json document_;
  Session session_;
};

TEST(CheckAgain, TakesOtherContentAndNothingElse) {
  const Json before = *try_parse_json(small_flow);
  const NodeIndex ask = 1;
  const auto again = [&](std::string_view member, const Json& value) {
    Checked checked = check(flow::parse_document(before), {});
    Json nodes = before["nodes"], after = before;
    JsonArray items = nodes.as_array();
    items[ask].set(member, value);
    after.set("nodes", Json(std::move(items)));
    const bool is_taken = check_again(checked, after, std::vector{ask});
    const diag::Diagnostics wanted = is_taken ? validate_document(after) : validate_document(before);
    EXPECT_EQ(diag::to_json(diagnostics_of(checked)), diag::to_json(wanted)) << member;
    return is_taken;
  };
  EXPECT_TRUE(again("config", Json::object({{"goal", "Judge {{mesage}}"}})));
  EXPECT_TRUE(again("config", Json::object({{"goal", 7}})));
  EXPECT_TRUE(again("label", "Other"));
  EXPECT_TRUE(again("config", Json::object({{"goal", "Judge"}, {"result_binding", "judged"}})));
  EXPECT_FALSE(again("type", "llm_rigid"));
  EXPECT_FALSE(again("outputs", Json::array({Json::object({{"id", "else"}})})));
  EXPECT_FALSE(again("position", Json())) << "the envelope is broken";
  EXPECT_FALSE(again("id", "other"));
}

/// What the session says after each edit is what the library says of the whole document. Returns how many of
/// the edits left a flow that compiles.
std::size_t edit_and_compare(const std::string& flow, unsigned seed, int steps) {
  std::size_t sound = 0;
  Author author(flow, seed);
  for (int step = 0; step < steps; ++step) {
    author.edit();
    if (testing::Test::HasFailure()) return sound;
    if (author.coin() && author.coin()) continue;
    const std::string what = "seed " + std::to_string(seed) + " step " + std::to_string(step);
    const CompileResult wanted = compile_document(author.document(), Format::Yaml);
    EXPECT_EQ(to_text(diag::to_json(author.session().check({}))), to_text(diag::to_json(wanted.diagnostics)))
        << what << to_text(author.document());
    if (author.coin()) continue;
    const CompileResult text = author.session().compile(Format::Yaml, {});
    EXPECT_EQ(text.body, wanted.body) << what;
    EXPECT_EQ(text.ranges, wanted.ranges) << what;
    EXPECT_EQ(text.fixes, wanted.fixes) << what;
    EXPECT_EQ(to_text(diag::to_json(text.diagnostics)), to_text(diag::to_json(wanted.diagnostics))) << what;
    sound += wanted.body.has_value();
  }
  return sound;
}

TEST(SessionTest, AnEditGivesTheSameAsAFreshCompiler) {
  std::size_t sound = 0;
  for (unsigned seed = 1; seed <= 40 && !HasFailure(); ++seed) {
    sound += edit_and_compare(std::string(small_flow), seed, 60);
  }
  EXPECT_GT(sound, 100U) << "enough of the edits leave a flow that compiles";
}

TEST(SessionTest, EditsOfTheExamplesToo) {
  for (const char* name : {"customer-support", "echo-agent", "expense-approver"}) {
    std::ifstream file(SCAIFLOW_SOURCE_DIR "/tests/flows/examples/" + std::string(name) + ".flow.json");
    const std::string flow(std::istreambuf_iterator<char>(file), {});
    std::size_t sound = 0;
    for (unsigned seed = 1; seed <= 5 && !HasFailure(); ++seed) sound += edit_and_compare(flow, seed, 60);
    EXPECT_GT(sound, 10U) << name;
  }
}

}  // namespace
}  // namespace scaiflow::compiler
