#include "apps/compiler/live_manifest.h"

#include <gtest/gtest.h>

#include "libs/base/json_text.h"
#include "libs/flow/document.h"

namespace scaiflow::compiler {
namespace {

constexpr std::string_view flow = R"({
  "id": "flow_a", "name": "A", "version": "1.0.0", "scaicore_target": "0.2",
  "nodes": [
    {"id": "in", "type": "entry_api", "label": "In", "position": {"x": 0, "y": 0}},
    {"id": "say", "type": "llm_rigid", "label": "Say", "position": {"x": 0, "y": 0},
     "config": {"template": "Hello"}},
    {"id": "each", "type": "logic_loop", "label": "Each", "position": {"x": 0, "y": 0},
     "config": {"collection": "items", "item_name": "item"}, "outputs": [{"id": "body"}, {"id": "done"}]},
    {"id": "tell", "type": "llm_rigid", "label": "Tell", "position": {"x": 0, "y": 0},
     "config": {"template": "at {{item}}"}}],
  "edges": [
    {"id": "e1", "type": "sequential", "source": {"node": "in"}, "target": {"node": "say"}},
    {"id": "e2", "type": "sequential", "source": {"node": "say"}, "target": {"node": "each"}},
    {"id": "e3", "type": "sequential",
     "source": {"node": "each", "port": "body"}, "target": {"node": "tell"}}],
  "config": {"core_identity": {"name": "A",
                               "models": [{"role": "primary", "ref": "scaigrid", "model": "a/b"}]}}
})";

constexpr NodeIndex entry = 0, say = 1, loop = 2, inside_loop = 3;

/// Whether a manifest takes the change of one member of a node; what it then holds is compared with a fresh
/// one.
bool takes(NodeIndex node, std::string_view member, std::string_view value) {
  const Json before = *try_parse_json(flow);
  Checked checked = check(flow::parse_document(before), {});
  CompileResult made = compile_checked(checked, Format::Yaml, {});
  std::optional<LiveManifest> live = LiveManifest::of(checked, made, {});
  EXPECT_TRUE(live);
  JsonArray nodes = before["nodes"].as_array();
  nodes[node].set(member, *try_parse_json(value));
  Json after = before;
  after.set("nodes", Json(std::move(nodes)));
  EXPECT_TRUE(check_again(checked, after, std::vector{node}));
  if (!checked.analysis.keeps_structure || !live->rewrite(checked, std::vector{node})) return false;
  const CompileResult wanted = compile_document(after, Format::Yaml);
  EXPECT_EQ(live->result(checked).body, wanted.body);
  EXPECT_EQ(live->result(checked).ranges, wanted.ranges);
  return true;
}

TEST(LiveManifest, TakesOtherContentOfAStep) {
  EXPECT_TRUE(takes(say, "config", R"({"template": "Hello\n{{input}}"})")) << "more lines";
  EXPECT_TRUE(takes(inside_loop, "config", R"({"template": "{{item}}", "extra": {"a": [1, 2]}})"));
}

TEST(LiveManifest, LeavesTheRestToTheWholeCompiler) {
  EXPECT_FALSE(takes(entry, "config", R"({"path": "/a"})")) << "a trigger, no step";
  EXPECT_FALSE(takes(loop, "config", R"({"collection": "items", "item_name": "item", "index_name": "i"})"));
  EXPECT_FALSE(takes(say, "label", R"("Other")"));
  EXPECT_FALSE(takes(say, "position", R"({"x": 1, "y": 0})"));
  EXPECT_FALSE(takes(say, "config", R"({"template": "Hello", "breakpoint": true})"));
  EXPECT_FALSE(takes(say, "config", R"({"template": "Hello", "result_binding": "said"})"));
}

TEST(LiveManifest, IsMadeForItsOptions) {
  Checked checked = check(flow::parse(flow), {});
  CompileResult made = compile_checked(checked, Format::Yaml, {});
  const std::optional<LiveManifest> live = LiveManifest::of(checked, made, {});
  ASSERT_TRUE(live);
  EXPECT_TRUE(live->fits({}));
  EXPECT_FALSE(live->fits({.source_id = "other"}));
  EXPECT_FALSE(live->fits({.target = "0.3"}));
  CompileResult text = compile_checked(checked, Format::Scai, {});
  EXPECT_FALSE(LiveManifest::of(checked, text, {}));
}

}  // namespace
}  // namespace scaiflow::compiler
