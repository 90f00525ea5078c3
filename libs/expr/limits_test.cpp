#include <gtest/gtest.h>

#include "libs/expr/test_scope.h"

namespace scaiflow::expr {
namespace {

std::int64_t steps(std::string_view text, const Scope& scope = example_scope()) {
  Fuel fuel;
  const auto result = evaluate(parse_e(text).expression, scope, fuel);
  EXPECT_TRUE(result || result.error().code != "ArgumentError") << text;
  return fuel.used;
}

TEST(Fuel, counts_tree_nodes) {
  EXPECT_EQ(steps("1"), 1);
  EXPECT_EQ(steps("1 + 2"), 3);
  EXPECT_EQ(steps("-(1)"), 2);
  EXPECT_EQ(steps("classify.confidence"), 2);
  EXPECT_EQ(steps("[1, 2, 3]"), 4);
  EXPECT_EQ(steps("{a: 1, b: 2}"), 3);
  EXPECT_EQ(steps("int('1')"), 2);
  EXPECT_EQ(steps("'a'.upper()"), 2);
  EXPECT_EQ(steps("tags[0]"), 3);
}

TEST(Fuel, counts_only_what_is_evaluated) {
  EXPECT_EQ(steps("true ? 1 : 2 + 3"), 3);
  EXPECT_EQ(steps("false ? 1 : 2 + 3"), 5);
  EXPECT_EQ(steps("true || 1 + 1"), 2);
  EXPECT_EQ(steps("false || 1"), 3);
  EXPECT_EQ(steps("false && 1"), 2);
  EXPECT_EQ(steps("1 ?? 2"), 2);
  EXPECT_EQ(steps("null ?? 2"), 3);
}

TEST(Fuel, counts_a_lambda_each_time) {
  EXPECT_EQ(steps("[1, 2, 3].map(x => x + 1)"), 5 + 3 * 3);
  EXPECT_EQ(steps("[1, 2, 3].find(x => x == 2)"), 5 + 2 * 3);
  EXPECT_EQ(steps("[].map(x => x)"), 2);
  EXPECT_EQ(steps("[1, 2].reduce((a, x) => a + x, 0)"), 5 + 2 * 3);
}

TEST(Fuel, counts_elements_and_bytes) {
  // Written once by range: 15 elements are below a step, 16 are one.
  EXPECT_EQ(steps("range(15)"), 2);
  EXPECT_EQ(steps("range(16)"), 3);
  // range writes 160, reverse reads and writes 160.
  EXPECT_EQ(steps("range(160).reverse()"), 2 + 10 + 1 + 20);
  MapScope scope;
  scope.set("s", Json(std::string(64, 'x')));
  EXPECT_EQ(steps("s", scope), 1);
  EXPECT_EQ(steps("s.upper()", scope), 2 + 2);
  EXPECT_EQ(steps("s + s", scope), 3 + 4);
  EXPECT_EQ(steps("s == s", scope), 3 + 2);
  EXPECT_EQ(steps("s.length", scope), 2 + 1);
  EXPECT_EQ(steps("s.starts_with('a')", scope), 3);
}

TEST(Fuel, counts_a_template_as_one_node_more) {
  EXPECT_EQ(steps("{{amount}}"), 1);
  EXPECT_EQ(steps("a{{amount}}{{counter}}"), 3);
  EXPECT_EQ(steps(std::string(64, 'x') + "{{counter}}"), 2 + 1);
}

TEST(Fuel, is_the_same_for_values_of_the_scope_and_own_ones) {
  MapScope scope(R"({"a":[[1,2],{"k":[3]}]})");
  EXPECT_EQ(steps("a == [[1, 2], {k: [3]}]", scope),
            steps("[[1, 2], {k: [3]}] == [[1, 2], {k: [3]}]", scope) - 7 + 1);
}

TEST(Fuel, ends_exactly_at_the_limit) {
  const Expression expression = parse_expression("[1, 2, 3].map(x => x + 1)").expression;
  Fuel enough{14, 0};
  EXPECT_TRUE(evaluate(expression, example_scope(), enough));
  EXPECT_EQ(enough.used, 14);
  Fuel short_by_one{13, 0};
  const auto result = evaluate(expression, example_scope(), short_by_one);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "FuelExhausted");
}

TEST(Fuel, adds_up_over_evaluations_but_limits_each) {
  Fuel fuel{3, 0};
  const Expression expression = parse_expression("1 + 2").expression;
  EXPECT_TRUE(evaluate(expression, example_scope(), fuel));
  EXPECT_TRUE(evaluate(expression, example_scope(), fuel));
  EXPECT_EQ(fuel.used, 6);
}

TEST(Fuel, has_the_message_of_the_chapter) {
  EXPECT_EQ(failure("range(0, 100000).map(x => range(0, 1000).sum()).length"),
            "FuelExhausted: expression used more than 1000000 steps");
}

TEST(Fuel, bounds_work_that_repeats) {
  MapScope scope;
  scope.set("s", Json(std::string(4'000'000, 'a')));
  scope.set("n", Json(std::string(2'000'000, 'a') + "b"));
  scope.set("glob", Json(std::string(1'000'000, '?') + "b*"));
  EXPECT_EQ(run("s.contains(n)", scope), "false");
  EXPECT_EQ(run("s.replace(n, '').length == s.length", scope), "true");
  EXPECT_EQ(run("s.matches('*' + glob)", scope), "error FuelExhausted");
  EXPECT_EQ(run("range(0, 100000).sort(x => s)", scope), "error FuelExhausted");
  EXPECT_EQ(run("range(0, 100000).group_by(x => s)", scope), "error FuelExhausted");
  EXPECT_EQ(run("range(0, 100000).unique(x => s)", scope), "error FuelExhausted");
  EXPECT_EQ(run("range(0, 100000).min(x => s)", scope), "error FuelExhausted");
}

TEST(Size, of_a_text_ends_at_4_mib) {
  // Two quotes belong to the JSON of a string.
  EXPECT_EQ(run("'a'.repeat(4194302).length"), "4194302");
  EXPECT_EQ(failure("'a'.repeat(4194303)"), "TooLarge: value larger than 4194304 bytes");
  EXPECT_EQ(run("'\\n'.repeat(2097151).length"), "2097151");
  EXPECT_EQ(run("'\\n'.repeat(2097152)"), "error TooLarge");
  EXPECT_EQ(run("'\\u0001'.repeat(699050).length"), "699050");
  EXPECT_EQ(run("'\\u0001'.repeat(699051)"), "error TooLarge");
  EXPECT_EQ(run("'a'.repeat(9223372036854775807)"), "error TooLarge");
  EXPECT_EQ(run("'a'.pad_start(9223372036854775807)"), "error TooLarge");
  EXPECT_EQ(run("'a'.repeat(3000000).replace('a', 'bb')"), "error TooLarge");
  EXPECT_EQ(render("{{ 'a'.repeat(3000000) }}{{ 'a'.repeat(3000000) }}"), "error TooLarge");
}

TEST(Size, of_containers_counts_their_json) {
  // [ + two texts of n + 2 + , + ]
  MapScope scope;
  scope.set("s", Json(std::string(2'097'149, 'x')));
  EXPECT_EQ(run("[s, s.slice(1)].length", scope), "2");
  EXPECT_EQ(run("[s, s].length", scope), "error TooLarge");
  EXPECT_EQ(run("{a: s, b: s}.length", scope), "error TooLarge");
  EXPECT_EQ(run("[s].append(s)", scope), "error TooLarge");
  EXPECT_EQ(run("['a'.repeat(4194298)].length"), "1");
  EXPECT_EQ(run("['a'.repeat(4194301)].length"), "error TooLarge");
}

TEST(Size, of_shared_parts_counts_each_time) {
  // Doubles 64 times: without a limit this would be 2^64 elements.
  EXPECT_EQ(run("range(0, 64).reduce((a, i) => [a, a], 'x')"), "error TooLarge");
  EXPECT_EQ(run("range(0, 17).reduce((a, i) => a + a, [1])"), "error TooLarge");
}

TEST(Size, is_measured_for_parsed_json_too) {
  MapScope scope;
  std::string text = "[";
  for (int i = 0; i < 99'999; ++i) text += "1,";
  scope.set("ok", Json(text + "1]"));
  scope.set("long", Json(text + "1,1]"));
  EXPECT_EQ(run("parse_json(ok).length", scope), "100000");
  EXPECT_EQ(run("parse_json(long).length", scope), "error TooLarge");
}

TEST(Length, of_arrays_ends_at_100000) {
  EXPECT_EQ(run("range(100000).length"), "100000");
  EXPECT_EQ(run("range(100001)"), "error TooLarge");
  EXPECT_EQ(run("range(100000).append(1)"), "error TooLarge");
  EXPECT_EQ(run("(range(50000) + range(50000)).length"), "100000");
  EXPECT_EQ(run("range(50000) + range(50001)"), "error TooLarge");
  EXPECT_EQ(run("'a'.repeat(100000).split('').length"), "100000");
  EXPECT_EQ(run("'a'.repeat(100001).split('')"), "error TooLarge");
  EXPECT_EQ(run("range(400).flat_map(x => range(400))"), "error TooLarge");
}

TEST(Depth, of_values_ends_at_64) {
  EXPECT_EQ(run("range(0, 63).reduce((a, i) => [a], []).length"), "1");
  EXPECT_EQ(run("range(0, 64).reduce((a, i) => [a], []).length"), "error TooLarge");
  EXPECT_EQ(run("range(0, 64).reduce((a, i) => {k: a}, {}).length"), "error TooLarge");
  MapScope scope;
  scope.set("deep", try_parse_json(std::string(63, '[') + std::string(63, ']')).value());
  EXPECT_EQ(run("[deep].length", scope), "1");
  EXPECT_EQ(run("[[deep]].length", scope), "error TooLarge");
}

}  // namespace
}  // namespace scaiflow::expr
