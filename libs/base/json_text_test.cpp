#include "libs/base/json_text.h"

#include <gtest/gtest.h>

namespace scaiflow {
namespace {

std::string round(std::string_view text) { return to_text(parse_json(text).value); }

JsonProblem problem(std::string_view text, const JsonParseOptions& options = {}) {
  const JsonParseResult result = parse_json(text, options);
  return result.problems.empty() ? JsonProblem{} : result.problems.front();
}

TEST(ParseJson, ReadsEveryKind) {
  EXPECT_EQ(round(R"( {"a":[1,-2.5,true,false,null,"x"],"b":{}} )"),
            R"({"a":[1,-2.5,true,false,null,"x"],"b":{}})");
  EXPECT_EQ(round("[]"), "[]");
  EXPECT_EQ(round("\"\\u00e9\\ud83d\\ude00\\n\""), "\"é😀\\n\"");
}

TEST(ParseJson, KeepsIntegersAndFloatsApart) {
  EXPECT_EQ(round("[1,1.0,1e2,9223372036854775807,0.1]"), "[1,1.0,100.0,9223372036854775807,0.1]");
  const JsonParseOptions document{IntegralFloat::ToInt, 64};
  EXPECT_EQ(to_text(parse_json("[1.0,1e2,1.5,-0.0]", document).value), "[1,100,1.5,0]");
  EXPECT_TRUE(parse_json("18446744073709551616").value.is_float());
}

TEST(ParseJson, NamesThePlaceOfAProblem) {
  const JsonProblem p = problem("{\n  \"a\": ,\n}");
  EXPECT_EQ(p.reason, "expected a value");
  EXPECT_EQ(p.line, 2u);
  EXPECT_EQ(p.column, 8u);
  EXPECT_EQ(problem("").reason, "unexpected end");
  EXPECT_EQ(problem("[1 2]").reason, "expected ',' or ']'");
  EXPECT_EQ(problem("{\"a\" 1}").reason, "expected ':' after the key");
  EXPECT_EQ(problem("[01]").reason, "a number may not begin with 0");
  EXPECT_EQ(problem("[1.]").reason, "expected a digit after '.'");
  EXPECT_EQ(problem("1e999").reason, "number out of range");
  EXPECT_EQ(problem("\"\\ud800x\"").reason, "unpaired surrogate");
  EXPECT_EQ(problem("\"\\x\"").reason, "invalid escape");
  EXPECT_EQ(problem("\"a\nb\"").reason, "control character in a string");
  EXPECT_EQ(problem("\"a").reason, "unterminated string");
  EXPECT_EQ(problem("1 1").reason, "unexpected text after the value");
  EXPECT_EQ(problem("\"\xff\"").reason, "invalid UTF-8");
  EXPECT_EQ(problem("nul").reason, "expected a value");
}

TEST(ParseJson, ReportsEveryDuplicateKeyAndKeepsTheFirst) {
  const JsonParseResult result = parse_json(R"({"n":[{"c":{"k":1,"k":2}}],"n":3})");
  ASSERT_EQ(result.problems.size(), 2u);
  EXPECT_EQ(result.problems[0].path, "n[0].c");
  EXPECT_EQ(result.problems[0].reason, "k");
  EXPECT_EQ(result.problems[1].path, "");
  EXPECT_EQ(to_text(result.value), R"({"n":[{"c":{"k":1}}]})");
}

TEST(ParseJson, TakesOnePassOverManyProblems) {
  std::string text = "{\"a\":1";
  for (int i = 0; i < 500'000; ++i) text += ",\n\"a\":1";
  const JsonParseResult result = parse_json(text + "}");
  ASSERT_EQ(result.problems.size(), 1'000u);
  EXPECT_EQ(result.problems.back().line, 1'001u);
}

TEST(ParseJson, BoundsTheDepth) {
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_TRUE(parse_json(nested(64)).ok());
  EXPECT_EQ(problem(nested(65)).kind, JsonProblem::Kind::TooDeep);
  EXPECT_EQ(problem(std::string(1'000'000, '[')).kind, JsonProblem::Kind::TooDeep);
}

TEST(NumberText, WritesNumbersAsEcmaScriptDoes) {
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(1.0), "1");
  EXPECT_EQ(number_text(-1.5), "-1.5");
  EXPECT_EQ(number_text(1e21), "1e+21");
  EXPECT_EQ(number_text(1e20), "100000000000000000000");
  EXPECT_EQ(number_text(1e-7), "1e-7");
  EXPECT_EQ(number_text(1.25e-7), "1.25e-7");
  EXPECT_EQ(number_text(0.000001), "0.000001");
  EXPECT_EQ(number_text(123456789012345680.0), "123456789012345680");
  EXPECT_EQ(number_text(5e-324), "5e-324");
  EXPECT_EQ(number_text(1.7976931348623157e308), "1.7976931348623157e+308");
}

TEST(ToText, EscapesOnlyWhatItMust) {
  EXPECT_EQ(to_text(Json("a\"\\/\n\x01é")), "\"a\\\"\\\\/\\n\\u0001é\"");
  EXPECT_EQ(to_ecma_text(Json::array({1.0, 2.5})), "[1,2.5]");
}

}  // namespace
}  // namespace scaiflow
