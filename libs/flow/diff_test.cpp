#include "libs/flow/diff.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "libs/base/json_text.h"
#include "libs/flow/canonical.h"

namespace scaiflow::flow {
namespace {

Json read(std::string_view text) {
  const JsonParseResult parsed = parse_json(text, {IntegralFloat::ToInt, 64});
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed.value;
}

Json example(const std::string& name) {
  std::ifstream file(SCAIFLOW_SOURCE_DIR "/tests/flows/examples/" + name + ".flow.json");
  return read(std::string(std::istreambuf_iterator<char>(file), {}));
}

/// A document of one node `n` with this config.
Json with_config(std::string_view config) {
  return read(R"({"id": "f", "name": "F", "version": "1.0.0", "nodes": [
    {"id": "n", "type": "llm_flexible", "label": "N", "position": {"x": 0, "y": 0}, "config": )" +
              std::string(config) + R"(}], "edges": [], "config": {}})");
}

/// The changes, each checked to lead from the one document to the other.
Json changes(const Json& before, const Json& after) {
  const Json difference = diff(before, after);
  const auto applied = apply(difference, before);
  EXPECT_TRUE(applied.has_value()) << to_text(difference);
  if (applied) {
    EXPECT_EQ(canonical(*applied), canonical(after)) << to_text(difference);
  }
  return difference["changes"];
}

Json fields(std::string_view before, std::string_view after) {
  return changes(with_config(before), with_config(after)).at(0)["fields"];
}

TEST(Diff, equal_documents_have_no_changes) {
  const Json flow = example("customer-support");
  EXPECT_EQ(to_text(diff(flow, flow)),
            R"({"equal":true,"counts":{"added":0,"removed":0,"changed":0},"changes":[]})");
}

TEST(Diff, order_of_known_members_is_no_difference) {
  const Json one = read(R"({"name": "F", "id": "f"})");
  const Json other = read(R"({"id": "f", "name": "F"})");
  EXPECT_TRUE(diff(one, other)["equal"].as_bool());
}

TEST(Diff, leads_from_any_example_to_any_other) {
  for (const char* from : {"echo-agent", "customer-support", "expense-approver"}) {
    for (const char* to : {"echo-agent", "customer-support", "expense-approver"}) {
      changes(example(from), example(to));
    }
  }
}

TEST(Diff, tells_fields_and_words) {
  const Json found = fields(R"({"goal": "Answer in the language of the customer."})",
                            R"({"goal": "Answer in plain words of the customer."})");
  EXPECT_EQ(to_text(found),
            R"([{"change":"changed","path":"config.goal","at":["config","goal"],)"
            R"("before":"Answer in the language of the customer.",)"
            R"("after":"Answer in plain words of the customer.",)"
            R"("text":[{"keep":"Answer in "},{"remove":"the language"},{"add":"plain words"},)"
            R"({"keep":" of the customer."}]}])");
}

TEST(Diff, texts_without_a_common_word_have_no_hunks) {
  EXPECT_FALSE(fields(R"({"llm_role": "fast"})", R"({"llm_role": "primary"})").at(0).contains("text"));
}

TEST(Diff, order_of_free_keys_is_a_difference) {
  const Json found = fields(R"({"output_schema": {"a": "int", "b": "int", "c": "int"}})",
                            R"({"output_schema": {"c": "int", "a": "int", "b": "int"}})");
  EXPECT_EQ(to_text(found), R"([{"change":"reordered","path":"config.output_schema.c",)"
                            R"("at":["config","output_schema","c"],"behind":null}])");
}

TEST(Diff, lists_without_keys_change_by_item) {
  const Json found = fields(R"({"examples": [1, 2, 3, 4]})", R"({"examples": [1, 3, 4, 5]})");
  EXPECT_EQ(to_text(found.at(0)["items"]), R"([{"keep":1},{"remove":[2]},{"keep":2},{"add":[5]}])");
}

TEST(Diff, ports_are_fields_of_their_node) {
  const Json before =
      read(R"({"nodes": [{"id": "n", "outputs": [{"id": "a"}, {"id": "b", "label": "B"}]}]})");
  const Json after = read(R"({"nodes": [{"id": "n", "outputs": [{"id": "b", "label": "C"}, {"id": "z"}]}]})");
  const Json found = changes(before, after);
  ASSERT_EQ(found.size(), 1u);
  std::string paths;
  for (const Json& field : found.at(0)["fields"].as_array()) {
    paths += field.string_or("change", "") + " " + field.string_or("path", "") + "\n";
  }
  EXPECT_EQ(paths, "removed outputs[a]\nchanged outputs[b].label\nadded outputs[z]\n");
}

TEST(Diff, rows_come_whole_when_one_side_has_them) {
  const Json before =
      read(R"({"nodes": [{"id": "a", "label": "A"}, {"id": "b"}], "variables": [{"name": "v"}]})");
  const Json after =
      read(R"({"nodes": [{"id": "b"}, {"id": "c", "label": "C"}], "variables": [{"name": "w"}]})");
  const Json found = changes(before, after);
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(to_text(found.at(0)),
            R"({"entity":"node","id":"a","label":"A","change":"removed","path":"nodes[a]",)"
            R"("at":["nodes","a"],"before":{"id":"a","label":"A"}})");
  EXPECT_EQ(to_text(found.at(1)),
            R"({"entity":"node","id":"c","label":"C","change":"added","path":"nodes[c]",)"
            R"("at":["nodes","c"],"behind":"b","after":{"id":"c","label":"C"}})");
  EXPECT_EQ(found.at(2)["path"], Json("variables[v]"));
  EXPECT_EQ(found.at(3)["entity"], Json("variable"));
}

TEST(Diff, the_flow_comes_first) {
  const Json found = changes(read(R"({"name": "A", "nodes": [{"id": "a"}], "config": {"output": {"x": 1}}})"),
                             read(R"({"name": "B", "nodes": [], "config": {"output": {"x": 2}}})"));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found.at(0)["entity"], Json("flow"));
  EXPECT_EQ(found.at(0)["fields"].at(1)["path"], Json("config.output.x"));
}

TEST(Diff, a_moved_row_is_one_change) {
  const Json found = changes(read(R"({"nodes": [{"id": "a"}, {"id": "b"}, {"id": "c"}, {"id": "d"}]})"),
                             read(R"({"nodes": [{"id": "b"}, {"id": "c"}, {"id": "d"}, {"id": "a"}]})"));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found.at(0)["change"], Json("reordered"));
  EXPECT_EQ(found.at(0)["behind"], Json("d"));
}

TEST(Diff, broken_documents_have_differences_too) {
  changes(read("[1]"), read("{}"));
  changes(read(R"({"nodes": [{"id": "a"}, {"id": "a", "x": 1}, 7, {"no": "id"}]})"),
          read(R"({"nodes": [7, {"id": "a", "x": 2}, {"id": "a"}, {"id": "a"}]})"));
  changes(read(R"({"nodes": {"id": "a"}})"), read(R"({"nodes": [{"id": "a"}]})"));
  changes(read(R"({"config": {"plugins": ["a", {"alias": "b"}]}})"),
          read(R"({"config": {"plugins": ["b", "a"]}})"));
}

TEST(Diff, part_of_a_difference_applies) {
  const Json before = read(R"({"nodes": [{"id": "a", "label": "A"}, {"id": "b"}]})");
  const Json after = read(R"({"nodes": [{"id": "x"}, {"id": "y"}, {"id": "a", "label": "B"}]})");
  Json difference = diff(before, after);
  JsonArray chosen;
  for (const Json& change : difference["changes"].as_array()) {
    if (change["id"] == Json("y")) chosen.push_back(change);
  }
  const auto applied = apply(difference.set("changes", chosen), before);
  ASSERT_TRUE(applied.has_value());
  EXPECT_EQ(to_text((*applied)["nodes"]), R"([{"id":"a","label":"A"},{"id":"b"},{"id":"y"}])");
}

TEST(Diff, what_does_not_fit_does_not_apply) {
  const Json before = read(R"({"nodes": [{"id": "a", "label": "A"}]})");
  const Json difference = diff(before, read(R"({"nodes": [{"id": "a", "label": "B"}]})"));
  EXPECT_TRUE(apply(difference, before).has_value());
  EXPECT_FALSE(apply(difference, read(R"({"nodes": []})")).has_value());
  EXPECT_FALSE(apply(read("{}"), before).has_value());
  EXPECT_FALSE(
      apply(read(R"({"changes": [{"change": "changed", "at": ["nodes"], "fields": [{}]}]})"), before));
  EXPECT_FALSE(apply(read(R"({"changes": [{"change": "painted", "at": ["nodes"]}]})"), before));
  EXPECT_FALSE(apply(read(R"({"changes": [{"change": "added", "at": [3], "after": 1}]})"), before));
}

}  // namespace
}  // namespace scaiflow::flow
