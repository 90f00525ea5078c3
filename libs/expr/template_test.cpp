#include <gtest/gtest.h>

#include "libs/expr/test_scope.h"

namespace scaiflow::expr {
namespace {

std::string problem(std::string_view text) { return problems_of(parse_template(text)); }

TEST(Template, keeps_the_type_of_a_lone_placeholder) {
  EXPECT_EQ(render("{{amount}}"), "120");
  EXPECT_EQ(render("{{ tags }}"), R"(["a","b","c"])");
  EXPECT_EQ(render(" {{amount}}"), "\" 120\"");
  EXPECT_EQ(render("{{amount}}{{amount}}"), "\"120120\"");
  EXPECT_EQ(render("{{ 1d }}"), "86400000");
  EXPECT_EQ(render("x{{ 1d }}"), "\"x1d\"");
}

TEST(Template, leaves_other_text_alone) {
  EXPECT_EQ(render(""), "\"\"");
  EXPECT_EQ(render("plain"), "\"plain\"");
  EXPECT_EQ(render("a }} b { c"), "\"a }} b { c\"");
  EXPECT_EQ(render("\\{{x}}"), "\"{{x}}\"");
  EXPECT_EQ(render("\\\\{{x}}"), R"("\\{{x}}")");
  EXPECT_EQ(render("\\{{ {{counter}} \\n"), R"("{{ 3 \\n")");
  EXPECT_EQ(render("\\{{{counter}}"), "\"{{{counter}}\"");
}

TEST(Template, finds_the_end_of_a_placeholder) {
  EXPECT_EQ(render("{{{a: 1}.a}}"), "1");
  EXPECT_EQ(render("{{ {a: {b: 1}}}}"), R"({"a":{"b":1}})");
  EXPECT_EQ(render("{{ '}}' }}"), "\"}}\"");
  EXPECT_EQ(render("{{ \"\\\"}}\" + '{{' }}"), R"("\"}}{{")");
  EXPECT_EQ(render("{{ [{a: 1}][0].a }}}}"), "\"1}}\"");
  EXPECT_EQ(render("{{ (1) }} and {{ [2] }}"), "\"1 and [2]\"");
}

TEST(Template, tells_what_is_wrong_with_offsets_in_the_whole_string) {
  EXPECT_EQ(problem("Hi {{ }}"), "F301 empty placeholder at 3 in 'Hi {{ }}'");
  EXPECT_EQ(problem("Hi {{ a"), "F301 unterminated placeholder at 3 in 'Hi {{ a'");
  EXPECT_EQ(problem("{{ (a }}"), "F301 unterminated placeholder at 0 in '{{ (a }}'");
  EXPECT_EQ(problem("é {{ 1 + }} {{ a = 1 }}"),
            "F301 expected an expression at 10 in 'é {{ 1 + }} {{ a = 1 }}' | "
            "F301 use '==' to compare at 18 in 'é {{ 1 + }} {{ a = 1 }}'");
  EXPECT_EQ(problem("{{ 'a\n }}"), "F301 unterminated string at 3 in '{{ 'a\n }}'");
  EXPECT_EQ(problem("{{ ) }}"), "F301 unexpected ')' at 3 in '{{ ) }}'");
  const auto names = parse_template("é {{ a }} {{b}}").expression.free_names();
  ASSERT_EQ(names.size(), 2u);
  EXPECT_EQ(names[0].offset, 6u);
  EXPECT_EQ(names[1].offset, 13u);
  Fuel fuel;
  const auto failed = evaluate(parse_template("x {{ 1 / 0 }}").expression, example_scope(), fuel);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().offset, 7u);
  EXPECT_EQ(failed.error().expression, "x {{ 1 / 0 }}");
}

TEST(Template, is_bounded) {
  EXPECT_EQ(problem(std::string(262'144, 'x')), "");
  EXPECT_EQ(problem(std::string(262'145, 'x')), "F310 template is longer than 262144 bytes");
  EXPECT_EQ(problem("{{" + std::string(16'383, ' ') + "1}}"), "");
  EXPECT_EQ(problem("{{" + std::string(16'384, ' ') + "1}}"), "F310 expression is longer than 16384 bytes");
}

TEST(ClassE, is_a_template_when_it_has_a_placeholder) {
  EXPECT_EQ(outcome(parse_e("amount > 100"), example_scope()), "true");
  EXPECT_EQ(outcome(parse_e("{{amount}} > 100"), example_scope()), "\"120 > 100\"");
  EXPECT_EQ(outcome(parse_e("'\\{{'"), example_scope()), "F301");
}

TEST(Condition, is_no_text) {
  EXPECT_TRUE(check_condition(parse_e("a > 1").expression).empty());
  EXPECT_TRUE(check_condition(parse_e("{{ a > 1 }}").expression).empty());
  const auto problems = check_condition(parse_e("{{a}} > 1").expression);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(to_diagnostic(problems[0], "edge 'e': condition").message,
            "edge 'e': condition: write the condition without {{ }}");
}

// Class T.

Json json(std::string_view text) { return try_parse_json(text).value(); }

std::string evaluate_t(std::string_view text) {
  const auto parsed = TemplateValue::parse(json(text));
  EXPECT_TRUE(parsed.problems.empty());
  Fuel fuel;
  const auto result = parsed.value.evaluate(example_scope(), fuel);
  return result ? to_text(*result) : "error " + result.error().code;
}

TEST(ClassT, evaluates_strings_at_any_depth) {
  EXPECT_EQ(
      evaluate_t(R"({"{{a}}":"{{counter}}","b":["x {{amount}}",{"c":"{{tags}}"},1,null,{}],"d":"\\{{x"})"),
      R"({"{{a}}":3,"b":["x 120",{"c":["a","b","c"]},1,null,{}],"d":"{{x"})");
  EXPECT_EQ(evaluate_t(R"([{"a":[1,2]},"{{counter}}"])"), R"([{"a":[1,2]},3])");
  EXPECT_EQ(evaluate_t("7"), "7");
  EXPECT_EQ(evaluate_t(R"("{{ 1 / 0 }}")"), "error DivisionByZero");
  Fuel fuel;
  EXPECT_EQ(to_text(TemplateValue().evaluate(example_scope(), fuel).value()), "null");
}

TEST(ClassT, tells_where_a_problem_is) {
  const auto parsed = TemplateValue::parse(json(R"({"a":[0,{"b":"{{ }}"}],"c":"{{ok}}","d":"{{ foo() }}"})"));
  ASSERT_EQ(parsed.problems.size(), 2u);
  EXPECT_EQ(parsed.problems[0].path, ".a[1].b");
  EXPECT_EQ(parsed.problems[0].problem.code, diag::Code::F301);
  EXPECT_EQ(parsed.problems[1].path, ".d");
  EXPECT_EQ(parsed.value.items().size(), 3u);
  EXPECT_EQ(parsed.value.items()[1].path, ".c");
  EXPECT_TRUE(parsed.value.has_placeholder());
  EXPECT_FALSE(TemplateValue::parse(json(R"(["\\{{"])")).value.has_placeholder());
}

TEST(ClassT, is_bounded_as_a_whole) {
  MapScope scope;
  scope.set("s", Json(std::string(3'000'000, 'x')));
  Fuel fuel;
  const auto large = TemplateValue::parse(json(R"(["{{s}}","{{s}}"])")).value.evaluate(scope, fuel);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, "TooLarge");
  scope.set("deep", json(std::string(64, '[') + std::string(64, ']')));
  EXPECT_FALSE(TemplateValue::parse(json(R"(["{{deep}}"])")).value.evaluate(scope, fuel));
}

// Patterns.

bool fits(std::string_view pattern, const Json& subject) {
  const auto parsed = parse_pattern(pattern);
  EXPECT_TRUE(parsed.problems.empty()) << pattern;
  return parsed.pattern.matches(subject);
}

TEST(Pattern, fits_what_equals_one_of_its_values) {
  EXPECT_TRUE(fits("question", Json("question")));
  EXPECT_TRUE(fits("auto-approve", Json("auto-approve")));
  EXPECT_TRUE(fits(":a | 'b c' | \"d\"", Json("b c")));
  EXPECT_TRUE(fits("1|2|-3", Json(-3)));
  EXPECT_TRUE(fits("1", Json(1.0)));
  EXPECT_TRUE(fits("-1.5e3", Json(-1500)));
  EXPECT_FALSE(fits("1", Json("1")));
  EXPECT_TRUE(fits("true | null", Json()));
  EXPECT_FALSE(fits("false", Json()));
  EXPECT_TRUE(fits("in", Json("in")));
  EXPECT_TRUE(fits("a | _", Json(5)));
  EXPECT_TRUE(fits("else", Json(5)));
  EXPECT_TRUE(parse_pattern("a | _").pattern.is_catch_all());
  EXPECT_FALSE(parse_pattern("a").pattern.is_catch_all());
  EXPECT_EQ(parse_pattern("a | 1").pattern.values().size(), 2u);
  EXPECT_FALSE(Pattern().matches(Json()));
}

TEST(Pattern, refuses_everything_else) {
  for (const char* text : {"", " ", "|", "a |", "a b", "a-", "-", "1h", "2024-01-01", "1.x", "'a", "a & b",
                           "{}", ":", "1 + 1", "9223372036854775808", "\xff"}) {
    const auto parsed = parse_pattern(text);
    ASSERT_EQ(parsed.problems.size(), 1u) << text;
    EXPECT_EQ(parsed.problems[0].code, diag::Code::F309) << text;
  }
  EXPECT_EQ(to_diagnostic(parse_pattern("a b").problems[0], "edge 'e': condition").message,
            "edge 'e': condition: invalid pattern 'a b'");
  EXPECT_EQ(parse_pattern(std::string(16'385, 'a')).problems.at(0).code, diag::Code::F310_Expression);
}

// Rewriting.

std::string renamed(std::string_view text, const Renames& names) {
  return rename(parse_e(text).expression, names);
}

TEST(Rename, changes_free_names_alone) {
  const Renames names = {{"a", "b"}, {"node_a", "node_b"}};
  EXPECT_EQ(renamed("a.a + x.a + {a: a}.a + 'a' + node_a", names), "b.a + x.a + {a: b}.a + 'a' + node_b");
  EXPECT_EQ(renamed("Hi {{ a }} a {{x.a}} \\{{a}}", names), "Hi {{ b }} a {{x.a}} \\{{a}}");
  EXPECT_EQ(renamed("t.map(a => a) + a", names), "t.map(a => a) + b");
  EXPECT_EQ(renamed("t.map(b => b + a)", names), "t.map(b_ => b_ + b)");
  EXPECT_EQ(renamed("t.map(b => b)", names), "t.map(b => b)");
  EXPECT_EQ(renamed("t.reduce((b_, b) => b + b_ + a, b__)", names),
            "t.reduce((b_, b___) => b___ + b_ + b, b__)");
  EXPECT_EQ(renamed("a +", names), "a +");
}

TEST(Rename, swaps) { EXPECT_EQ(renamed("a + b", {{"a", "b"}, {"b", "a"}}), "b + a"); }

TEST(Rename, goes_through_t_values) {
  EXPECT_EQ(to_text(rename_template_value(json(R"({"a":["{{a}}","a",1]})"), {{"a", "b"}})),
            R"({"a":["{{b}}","a",1]})");
}

TEST(LiteralText, writes_t_values_as_expressions) {
  EXPECT_EQ(to_expression_text(json(R"({"a":[1,2.0,null,true],"b":{}})")),
            R"({"a": [1, 2.0, null, true], "b": {}})");
  EXPECT_EQ(to_expression_text(Json("plain \"x\"")), R"("plain \"x\"")");
  EXPECT_EQ(to_expression_text(Json("{{ a.b }}")), "a.b");
  EXPECT_EQ(to_expression_text(Json("{{a + 1}}")), "(a + 1)");
  EXPECT_EQ(to_expression_text(Json("Hi {{a}}, {{b + 1}}!")),
            R"("Hi " + string(a) + ", " + string(b + 1) + "!")");
  EXPECT_EQ(to_expression_text(Json("{{a}}{{b}}")), "string(a) + string(b)");
  EXPECT_EQ(to_expression_text(Json("")), "\"\"");
  EXPECT_EQ(to_expression_text(json(R"([{"k":"{{a}}"}])")), R"([{"k": a}])");
}

TEST(LiteralText, stays_an_expression_in_class_e) {
  for (const char* text :
       {R"(["{{x}}", "{{{", {"{{":1}])", "-9223372036854775808", "1e+300", R"("\u0001\n")"}) {
    const Json literal = json(text);
    const Parsed parsed = parse_e(to_literal_text(literal));
    EXPECT_FALSE(parsed.expression.is_template());
    EXPECT_EQ(outcome(parsed, example_scope()), to_text(literal));
  }
  EXPECT_EQ(outcome(parse_e(to_expression_text(Json("\\{{a}} {{ '{{' + counter }}"))), example_scope()),
            "\"{{a}} {{3\"");
  EXPECT_EQ(quoted("{{"), R"("{\u007b")");
}

TEST(TextForm, is_that_of_templates) {
  EXPECT_EQ(text_form(json("[1.0,\"a\"]")), "[1.0,\"a\"]");
  EXPECT_EQ(text_form(Json(30.0)), "30");
  EXPECT_EQ(text_form(Json()), "");
  EXPECT_FALSE(is_truthy(Json(0.0)));
  EXPECT_TRUE(is_truthy(json("[0]")));
}

}  // namespace
}  // namespace scaiflow::expr
