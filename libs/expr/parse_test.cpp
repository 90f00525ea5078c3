#include <gtest/gtest.h>

#include "libs/expr/test_scope.h"

namespace scaiflow::expr {
namespace {

std::string problem(std::string_view text) { return problems_of(parse_expression(text)); }

std::string repeat(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Lexing, reads_every_literal) {
  const std::pair<const char*, const char*> cases[] = {
      {"0", "0"},
      {"1_000_000", "1000000"},
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"1.50", "1.5"},
      {"007.5", "7.5"},
      {"1e3", "1000.0"},
      {"2.5E-3", "0.0025"},
      {"1e+2", "100.0"},
      {"'it\\'s'", "\"it's\""},
      {R"("a\"b\\c\/d\b\f\n\r\t")", R"("a\"b\\c/d\b\f\n\r\t")"},
      {R"("\u00e9\uD83D\ude00")", "\"é😀\""},
      {"\"${x}\"", "\"${x}\""},
      {":sym", "\"sym\""},
      {":true", "\"true\""},
      {"15ms", "15"},
      {"2w", "1209600000"},
      {"2024-02-29", "\"2024-02-29\""},
      {"2024-01-31T10:00Z", "\"2024-01-31T10:00:00Z\""},
      {"2024-01-31T10:00:30.250+02:00", "\"2024-01-31T08:00:30.250Z\""},
      {"2024-01-01T00:00:00-00:30", "\"2024-01-01T00:30:00Z\""},
      {"[1, 2, ]", "[1,2]"},
      {"{a: 1, 'b c': [], in: {},}", R"({"a":1,"b c":[],"in":{}})"},
      {" \t\r\n 1 ", "1"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(run(text), expected) << text;
}

TEST(Lexing, names_what_is_wrong_and_where) {
  const std::pair<const char*, const char*> cases[] = {
      {"a = 1", "F301 use '==' to compare at 2 in 'a = 1'"},
      {"1 < 2 < 3", "F301 comparisons do not chain at 6 in '1 < 2 < 3'"},
      {"1 == 2 != 3", "F301 comparisons do not chain at 7 in '1 == 2 != 3'"},
      {"a in b in c", "F301 comparisons do not chain at 7 in 'a in b in c'"},
      {"'abc", "F301 unterminated string at 0 in ''abc'"},
      {"1 + \"a\nb\"", "F301 unterminated string at 4 in '1 + \"a\nb\"'"},
      {R"("a\qb")", R"(F301 invalid escape at 2 in '"a\qb"')"},
      {R"("\ud800x")", R"(F301 invalid escape at 1 in '"\ud800x"')"},
      {R"("\udc00")", R"(F301 invalid escape at 1 in '"\udc00"')"},
      {R"("\u12g4")", R"(F301 invalid escape at 1 in '"\u12g4"')"},
      {"9223372036854775808", "F301 number out of range at 0 in '9223372036854775808'"},
      {"-9223372036854775808.abs()", "F301 number out of range at 1 in '-9223372036854775808.abs()'"},
      {"1e999", "F301 number out of range at 0 in '1e999'"},
      {"9223372036854775807d", "F301 number out of range at 0 in '9223372036854775807d'"},
      {"2023-02-29", "F301 invalid date at 0 in '2023-02-29'"},
      {"2024-01-31T25:00Z", "F301 invalid date at 0 in '2024-01-31T25:00Z'"},
      {"2024-01-31T10:00", "F301 invalid date at 0 in '2024-01-31T10:00'"},
      {"2024-01-31T10:00:00.25Z", "F301 invalid date at 0 in '2024-01-31T10:00:00.25Z'"},
      {"007", "F301 unexpected '007' at 0 in '007'"},
      {"12abc", "F301 unexpected '12abc' at 0 in '12abc'"},
      {"1_000.5", "F301 expected a name at 6 in '1_000.5'"},
      {"a & b", "F301 unexpected '&' at 2 in 'a & b'"},
      {"a # b", "F301 unexpected '#' at 2 in 'a # b'"},
      {"a é", "F301 unexpected 'é' at 2 in 'a é'"},
      {"a b", "F301 unexpected 'b' at 2 in 'a b'"},
      {"", "F301 expected an expression at 0 in ''"},
      {"1 +", "F301 expected an expression at 3 in '1 +'"},
      {"(1", "F301 expected ')' at 2 in '(1'"},
      {"[1, 2", "F301 expected ']' at 5 in '[1, 2'"},
      {"a[1", "F301 expected ']' at 3 in 'a[1'"},
      {"{a: 1", "F301 expected '}' at 5 in '{a: 1'"},
      {"{a 1}", "F301 expected ':' at 3 in '{a 1}'"},
      {"{1: 2}", "F301 expected a key at 1 in '{1: 2}'"},
      {"a ? b", "F301 expected ':' at 5 in 'a ? b'"},
      {"(a ? b)", "F301 expected ':' at 6 in '(a ? b)'"},
      {"a : b", "F301 unexpected ':' at 2 in 'a : b'"},
      {"a.", "F301 expected a name at 2 in 'a.'"},
      {"a.1", "F301 expected a name at 2 in 'a.1'"},
      {"(1]", "F301 expected ')' at 2 in '(1]'"},
      {"1)", "F301 unexpected ')' at 1 in '1)'"},
      {"a, b", "F301 unexpected ',' at 1 in 'a, b'"},
      {"len(1,)", "F301 unexpected ')' at 6 in 'len(1,)'"},
      {"x => x", "F301 unexpected '=>' at 2 in 'x => x'"},
      {"t.map(x => x]", "F301 expected ')' at 12 in 't.map(x => x]'"},
      {"t.map(input => 1)", "F301 unexpected 'input' at 6 in 't.map(input => 1)'"},
      {"t.reduce((a, a) => a, 0)", "F301 unexpected 'a' at 13 in 't.reduce((a, a) => a, 0)'"},
      {"1 == not a", "F301 unexpected 'not' at 5 in '1 == not a'"},
      {"a not b", "F301 unexpected 'not' at 2 in 'a not b'"},
      {": a", "F301 unexpected ':' at 0 in ': a'"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(problem(text), expected) << text;
}

TEST(Lexing, refuses_malformed_utf8) {
  EXPECT_EQ(problem("a + \xff"), "F301 expected UTF-8 text at 0 in 'a + \xef\xbf\xbd'");
}

TEST(Precedence, follows_the_table) {
  const std::pair<const char*, const char*> cases[] = {
      {"true ? 1 : false ? 2 : 3", "1"},
      {"false ? 1 : false ? 2 : 3", "3"},
      {"true ? false ? 1 : 2 : 3", "2"},
      {"null ?? 0 ? 1 : 2", "2"},
      {"null ?? false || true", "true"},
      {"null ?? null ?? 3", "3"},
      {"true || false && false", "true"},
      {"true or true and false", "true"},
      {"not true && false", "false"},
      {"not (true && false)", "true"},
      {"not 1 == 2", "true"},
      {"!1 == 2", "false"},
      {"not not true", "true"},
      {"1 < 2 == true", "true"},
      {"true == 1 < 2", "true"},
      {"1 + 1 < 3", "true"},
      {"2 - 1 - 1", "0"},
      {"2 + 3 * 4", "14"},
      {"2 * 3 % 4", "2"},
      {"16 / 4 / 2", "2"},
      {"-2 * -3", "6"},
      {"- -2", "2"},
      {"-[1, 2].length", "-2"},
      {"!tags.is_empty()", "true"},
      {"2 in [1] + [2]", "true"},
      {"1 not in [2]", "true"},
      {"not 1 in [1]", "false"},
      {"{a: {b: [1, 2]}}.a.b[1]", "2"},
      {"message?.text?.length", "11"},
      {"[true ? :a : :b, {a: :b}.a]", R"(["a","b"])"},
      {"[1].map(x => x > 0 ? x : 0)", "[1]"},
      {"{not: 1}.not", "1"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(run(text), expected) << text;
}

TEST(Calls, are_checked_when_parsed) {
  const std::pair<const char*, const char*> cases[] = {
      {"foo(1)", "F302 unknown function 'foo'"},
      {"amount(1)", "F302 unknown function 'amount'"},
      {"a.foo(1, 2)", "F302 unknown method 'foo'"},
      {"a.year()", "F302 unknown method 'year'"},
      {"now()", "F306 non-deterministic function 'now'"},
      {"random() + uuid()",
       "F306 non-deterministic function 'random' | F306 non-deterministic function 'uuid'"},
      {"len()", "F303 'len' takes 1 arguments, not 0"},
      {"int(1, 2, 3)", "F303 'int' takes 1 to 2 arguments, not 3"},
      {"min(1)", "F303 'min' takes 2 to 16 arguments, not 1"},
      {"a.slice()", "F303 'slice' takes 1 to 2 arguments, not 0"},
      {"a.map()", "F303 'map' takes 1 arguments, not 0"},
      {"a.any(1, 2)", "F303 'any' takes 0 to 1 arguments, not 2"},
      {"a.map(1)", "F303 'map' needs a function like x => …"},
      {"a.any(1)", "F303 'any' needs a function like x => …"},
      {"a.sort('asc', x => x)", "F303 'sort' needs a function like x => …"},
      {"a.contains(x => x)", "F303 'contains' needs a function like x => …"},
      {"a.find((x, i) => x)", "F303 'find' needs a function like x => …"},
      {"a.map((x, i, j) => x)", "F303 'map' needs a function like x => …"},
      {"a.reduce(x => x, 0)", "F303 'reduce' needs a function like x => …"},
      {"len(x => x)", "F303 'len' needs a function like x => …"},
      {"'x'.keys()", "F303 string has no method 'keys'"},
      {"5.upper()", "F303 int has no method 'upper'"},
      {"2.5.lower()", "F303 float has no method 'lower'"},
      {"true.lower()", "F303 bool has no method 'lower'"},
      {"[1].keys()", "F303 array has no method 'keys'"},
      {"{a: 1}.join()", "F303 map has no method 'join'"},
      {"90s.lower()", "F303 duration has no method 'lower'"},
      {"2024-01-01.lower()", "F303 date has no method 'lower'"},
      {"null.lower()", ""},
      {"(1 + 2).lower()", ""},
      {"foo(bar(1))", "F302 unknown function 'bar' | F302 unknown function 'foo'"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(problem(text), expected) << text;
}

TEST(Calls, are_bounded) {
  const std::string most = "min(" + repeat("1, ", 15).append("1)");
  EXPECT_EQ(problem(most), "");
  EXPECT_EQ(problem("min(" + repeat("1, ", 16) + "1)"), "F303 'min' takes 2 to 16 arguments, not 17");
}

TEST(Depth, ends_at_64) {
  const auto nested = [](std::string_view open, std::string_view close, int times) {
    return repeat(open, times).append("1").append(repeat(close, times));
  };
  for (const auto& [open, close] :
       {std::pair("(", ")"), std::pair("[", "]"), std::pair("{a: ", "}"), std::pair("-", ""),
        std::pair("not ", ""), std::pair("len(", ")"), std::pair("1 ? ", " : 0"), std::pair("1 ? 0 : ", ""),
        std::pair("a[", "]")}) {
    EXPECT_EQ(problem(nested(open, close, 64)), "") << open;
    EXPECT_EQ(problem(nested(open, close, 65)), "F310 expression is nested deeper than 64") << open;
  }
}

TEST(Depth, is_not_used_by_chains) {
  EXPECT_EQ(run(repeat("1 + ", 2000).append("1")), "2001");
  EXPECT_EQ(run("message" + repeat(".missing", 1000)), "null");
  EXPECT_EQ(run("false" + repeat(" || false", 500)), "false");
}

TEST(Length, ends_at_16384_bytes) {
  EXPECT_EQ(problem(std::string(16'383, ' ') + "1"), "");
  EXPECT_EQ(problem(std::string(16'384, ' ') + "1"), "F310 expression is longer than 16384 bytes");
}

TEST(Problem, becomes_a_diagnostic) {
  const Parsed parsed = parse_expression("now()");
  const diag::Place place{"nodes[0].config.guard", "a", std::nullopt};
  const diag::Diagnostic diagnostic = to_diagnostic(parsed.problems.at(0), "node 'a': guard", place);
  EXPECT_EQ(diagnostic.message, "node 'a': guard: non-deterministic function 'now'");
  EXPECT_EQ(diagnostic.code, "F306");
  EXPECT_EQ(diagnostic.node_id, "a");
  EXPECT_TRUE(diagnostic.fix.has_value());
  EXPECT_FALSE(parsed.expression.is_valid());
}

TEST(Expression, tells_its_form) {
  EXPECT_FALSE(parse_e("a.b").expression.is_template());
  EXPECT_TRUE(parse_e("{{a}}").expression.is_template());
  EXPECT_TRUE(parse_e("a.b").expression.is_path());
  EXPECT_TRUE(parse_e("{{ a.b }}").expression.is_path());
  EXPECT_FALSE(parse_e("a.b + 1").expression.is_path());
  EXPECT_FALSE(parse_e("a['b']").expression.is_path());
  EXPECT_EQ(parse_e("{{ a.b.c }}").expression.path(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_FALSE(parse_template("x").expression.has_placeholder());
  EXPECT_EQ(Expression().text(), "null");
  MapScope none;
  EXPECT_EQ(outcome({Expression(), {}}, none), "null");
}

TEST(Expression, names_what_it_reads) {
  const std::string text = "memory.a['b c'].d + items.map(x => x.p + y)[k].q";
  const auto names = parse_expression(text).expression.free_names();
  ASSERT_EQ(names.size(), 4u);
  EXPECT_EQ(names[0].name, "memory");
  EXPECT_EQ(names[0].members, (std::vector<std::string>{"a", "b c", "d"}));
  EXPECT_EQ(names[1].name, "items");
  EXPECT_TRUE(names[1].members.empty());
  EXPECT_EQ(names[2].name, "y");
  EXPECT_EQ(names[2].offset, text.find("y)"));
  EXPECT_EQ(names[3].name, "k");
}

TEST(Reserved, are_the_names_of_the_chapter) {
  for (const char* name : {"true", "in", "else", "input", "trigger", "entry_name", "execution", "memory",
                           "reference", "config", "result", "output", "error"}) {
    EXPECT_TRUE(is_reserved(name)) << name;
  }
  EXPECT_FALSE(is_reserved("item"));
}

}  // namespace
}  // namespace scaiflow::expr
