#include "libs/expr/type.h"

#include <gtest/gtest.h>

#include "libs/base/json_text.h"

namespace scaiflow::expr {
namespace {

Json json(std::string_view text) { return try_parse_json(text).value(); }
Type type(std::string_view text) { return Type::parse(text).value(); }

TEST(TypeText, has_a_canonical_form) {
  const std::pair<const char*, const char*> cases[] = {
      {"string", "string"},
      {" array [ int ] ", "array[int]"},
      {"array", "array"},
      {"map<string,float>", "map[string, float]"},
      {"map[string, array[int]?]", "map[string, array[int]?]"},
      {"enum[:a,auto-approve,'b c', \"1\"]", "enum[a, auto-approve, \"b c\", \"1\"]"},
      {"\"a\" | \"b\"", "enum[a, b]"},
      {"'a' | enum[b, a]", "enum[a, b]"},
      {"\"a\"", "\"a\""},
      {"int | null", "int?"},
      {"null", "null"},
      {"int??", "int?"},
      {"int | string | int", "int | string"},
      {"(int | string) | bool", "int | string | bool"},
      {"int? | string", "(int | string)?"},
      {"array[int | string]", "array[int | string]"},
      {"1 | -2.5 | true", "1 | -2.5 | true"},
      {"{a: string, b?: int, 'c d': Person}", "{a: string, b: int?, \"c d\": Person}"},
      {"{}", "{}"},
      {"((int))", "int"},
      {"money | email | url | uuid | date | datetime | duration | json | object",
       "money | email | url | uuid | date | datetime | duration | json | object"},
  };
  for (const auto& [text, expected] : cases) {
    const auto parsed = Type::parse(text);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error().message;
    EXPECT_EQ(parsed->to_text(), expected) << text;
    EXPECT_EQ(type(expected), *parsed) << text;
    EXPECT_EQ(Type::from_json(parsed->to_json()).value(), *parsed) << text;
  }
}

TEST(TypeText, refuses_what_is_no_type) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "expected a type"},
      {"strin", "unknown type 'strin'"},
      {"any", "unknown type 'any'"},
      {"array[", "expected a type"},
      {"array[int", "expected ']'"},
      {"map", "expected '['"},
      {"map[int, string]", "keys of a map are strings"},
      {"map<string, int]", "expected '>' at ']'"},
      {"enum[]", "expected a value at ']'"},
      {"enum[a, a]", "'a' is repeated"},
      {"{a}", "expected ':' at '}'"},
      {"{a: int, a: int}", "field 'a' is repeated"},
      {"{a: int,}", "expected a field at '}'"},
      {"int string", "unexpected 'string'"},
      {"int |", "expected a type"},
      {"-x", "expected a number at '-x'"},
      {"'abc", "unterminated string"},
      {"\xff", "not a type"},
  };
  for (const auto& [text, expected] : cases) {
    const auto parsed = Type::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().message, expected) << text;
  }
}

std::string nested(int depth) {
  std::string text;
  for (int i = 1; i < depth; ++i) text += "array[";
  return text + "int" + std::string(static_cast<std::size_t>(depth - 1), ']');
}

TEST(TypeText, is_bounded_in_depth) {
  EXPECT_TRUE(Type::parse(nested(32)));
  EXPECT_EQ(Type::parse(nested(33)).error().message, "nested too deeply");
  EXPECT_FALSE(Type::parse(std::string(10'000, '(')));
  EXPECT_FALSE(Type::parse(std::string(16'385, ' ') + "int"));
  Json tree = json(R"({"kind":"primitive","name":"int"})");
  for (int i = 1; i < 32; ++i) tree = Json::object({{"kind", "array"}, {"item", tree}});
  EXPECT_TRUE(Type::from_json(tree));
  EXPECT_FALSE(Type::from_json(Json::object({{"kind", "optional"}, {"inner", tree}})));
  EXPECT_FALSE(Type::from_json(Json::object({{"kind", "array"}, {"item", nested(32)}})));
}

TEST(TypeTree, is_that_of_the_chapter) {
  EXPECT_EQ(
      to_text(type("{a: string, b: enum[x]?}").to_json()),
      R"({"kind":"object","fields":[{"name":"a","type":{"kind":"primitive","name":"string"},)"
      R"("description":null},)"
      R"({"name":"b","type":{"kind":"optional","inner":{"kind":"enum","values":["x"]}},)"
      R"("description":null}]})");
  EXPECT_EQ(to_text(type("map[string, 1 | Person]").to_json()),
            R"({"kind":"map","value":{"kind":"union","members":[{"kind":"literal","value":1},)"
            R"({"kind":"named","name":"Person"}]}})");
}

TEST(TypeTree, may_hold_text) {
  EXPECT_EQ(Type::from_json(Json("array[int]"))->to_text(), "array[int]");
  EXPECT_EQ(Type::from_json(json(R"({"kind":"array","item":"int?"})"))->to_text(), "array[int?]");
}

TEST(TypeTree, tells_where_it_is_wrong) {
  const auto where = [](std::string_view text) {
    const auto parsed = Type::from_json(json(text));
    return parsed ? "fine" : parsed.error().path + ": " + parsed.error().message;
  };
  EXPECT_EQ(where(R"({"kind":"array","item":"strin"})"), ".item: unknown type 'strin'");
  EXPECT_EQ(where(R"({"kind":"object","fields":[{"name":"a","type":{"kind":"x"}}]})"),
            ".fields[0].type: unknown kind 'x'");
  EXPECT_EQ(where(R"({"kind":"object"})"), ": an object needs fields");
  EXPECT_EQ(where(R"({"kind":"object","fields":[{"type":"int"}]})"), ".fields[0]: a field needs a name");
  EXPECT_EQ(where(R"({"kind":"enum","values":[]})"), ": an enum needs values");
  EXPECT_EQ(where(R"({"kind":"enum","values":["a","a"]})"), ": values of an enum are unique texts");
  EXPECT_EQ(where(R"({"kind":"union","members":["int"]})"), ": a union needs two members");
  EXPECT_EQ(where(R"({"kind":"literal","value":[]})"), ": a literal needs a scalar value");
  EXPECT_EQ(where(R"({"kind":"named","name":"person"})"), ": not a type name");
  EXPECT_EQ(where(R"({"kind":"primitive","name":"x"})"), ": unknown type");
  EXPECT_EQ(where("5"), ": missing kind");
}

TEST(OutputSchema, becomes_an_object_type) {
  const auto schema = Type::from_output_schema(json(
      R"({"b":"int","a":{"type":"string?","description":"why"},)"
      R"("c":{"x":"enum[p, q]","type":"int","y":{}}})"));
  ASSERT_TRUE(schema && *schema);
  EXPECT_EQ((*schema)->to_text(), "{b: int, a: string?, c: {x: enum[p, q], type: int, y: {}}}");
  EXPECT_EQ((*schema)->fields()[1].description, "why");
  EXPECT_EQ(Type::from_output_schema(Json()).value(), std::nullopt);
  EXPECT_EQ(Type::from_output_schema(json("{}")).value(), std::nullopt);
}

TEST(OutputSchema, tells_where_it_is_wrong) {
  const auto schema = Type::from_output_schema(json(R"({"a":{"b":"strin"}})"));
  ASSERT_FALSE(schema);
  EXPECT_EQ(schema.error().path, ".a.b");
  EXPECT_EQ(schema.error().text, "strin");
  EXPECT_EQ(Type::from_output_schema(json(R"({"a":5})")).error().text, "5");
  EXPECT_FALSE(Type::from_output_schema(Json("string")));
  Json deep = json(R"({"a":"int"})");
  for (int i = 0; i < 30; ++i) deep = Json::object({{"a", deep}});
  EXPECT_TRUE(Type::from_output_schema(deep));
  EXPECT_FALSE(Type::from_output_schema(Json::object({{"a", deep}})));
}

TEST(JsonSchema, follows_the_table) {
  const auto schema = [](std::string_view text) { return to_text(json_schema(type(text))); };
  EXPECT_EQ(schema("string"), R"({"type":"string"})");
  EXPECT_EQ(schema("url"), R"({"type":"string","format":"uri"})");
  EXPECT_EQ(schema("datetime"), R"({"type":"string","format":"date-time"})");
  EXPECT_EQ(schema("money"), R"({"type":"number"})");
  EXPECT_EQ(schema("duration"), R"({"type":"integer"})");
  EXPECT_EQ(schema("bool"), R"({"type":"boolean"})");
  EXPECT_EQ(schema("json"), "{}");
  EXPECT_EQ(schema("array[map[string, int]]"),
            R"({"type":"array","items":{"type":"object","additionalProperties":{"type":"integer"}}})");
  EXPECT_EQ(schema("enum[a, b]"), R"({"enum":["a","b"]})");
  EXPECT_EQ(schema("1"), R"({"const":1})");
  EXPECT_EQ(schema("int | bool"), R"({"anyOf":[{"type":"integer"},{"type":"boolean"}]})");
  EXPECT_EQ(schema("int?"), R"({"anyOf":[{"type":"integer"},{"type":"null"}]})");
  const auto object =
      Type::from_output_schema(json(R"({"a":{"type":"date","description":"when"},"b":"int?"})"));
  EXPECT_EQ(
      to_text(json_schema(**object)),
      R"({"type":"object","properties":{"a":{"type":"string","format":"date","description":"when"},)"
      R"("b":{"anyOf":[{"type":"integer"},{"type":"null"}]}},"required":["a"],)"
      R"("additionalProperties":false})");
}

TEST(JsonSchema, writes_named_types_in_place_and_ends) {
  NamedTypes named;
  named.insert_or_assign("Id", type("int"));
  named.insert_or_assign("Loop", type("array[Loop]"));
  EXPECT_EQ(to_text(json_schema(type("Id"), named)), R"({"type":"integer"})");
  EXPECT_EQ(to_text(json_schema(type("Unknown"), named)), "{}");
  EXPECT_LT(to_text(json_schema(type("Loop"), named)).size(), 10'000u);
  named.insert_or_assign("Wide", type("{a: Wide, b: Wide, c: Wide}"));
  EXPECT_LT(to_text(json_schema(type("Wide"), named)).size(), 3'000'000u);
}

std::string checked(std::string_view value, std::string_view text,
                    Strictness strictness = Strictness::Exact) {
  const auto result = check(json(value), type(text), strictness);
  if (result) return to_text(*result);
  std::string out = "refused";
  for (const std::string& message : result.error()) out += " | " + message;
  return out;
}

TEST(Check, takes_exact_kinds_and_converts_little) {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"\"a\"", "string", "\"a\""},
      {"1", "string", "refused | expected string, found int"},
      {"1", "float", "1.0"},
      {"2.0", "int", "2"},
      {"2.5", "int", "refused | expected int, found float"},
      {"1e30", "int", "refused | expected int, found float"},
      {"\"5\"", "int", "refused | expected int, found string"},
      {"\"true\"", "bool", "refused | expected bool, found string"},
      {"7", "money", "7"},
      {"7.5", "money", "7.5"},
      {"90000", "duration", "90000"},
      {"\"2024-02-30\"", "date", "refused | '2024-02-30' is no date"},
      {"\"2024-02-29\"", "date", "\"2024-02-29\""},
      {"\"2024-02-29T10:00:00.1Z\"", "datetime", "\"2024-02-29T10:00:00.1Z\""},
      {"\"a@b\"", "email", "\"a@b\""},
      {"\"a@b@c\"", "email", "refused | 'a@b@c' is no email"},
      {"\"https://x.example/a\"", "url", "\"https://x.example/a\""},
      {"\"x\"", "url", "refused | 'x' is no url"},
      {"\"123e4567-e89b-12d3-a456-426614174000\"", "uuid", "\"123e4567-e89b-12d3-a456-426614174000\""},
      {"\"123\"", "uuid", "refused | '123' is no uuid"},
      {"{\"a\":1}", "object", "{\"a\":1}"},
      {"[1,\"a\"]", "array", "[1,\"a\"]"},
      {"null", "json", "null"},
      {"null", "int?", "null"},
      {"null", "int", "refused | expected int, found null"},
      {"\" a \"", "enum[a, b]", "\"a\""},
      {"\"A\"", "enum[a, b]", "refused | 'A' is not one of a, b"},
      {"1.0", "1", "1"},
      {"2", "1", "refused | expected 1, found 2"},
      {"[1,2.0]", "array[int]", "[1,2]"},
      {"[1,\"a\",[]]", "array[int]",
       "refused | [1]: expected int, found string | [2]: expected int, found array"},
      {"{\"a\":1}", "map[string, float]", "{\"a\":1.0}"},
      {"{\"b\":1,\"x\":0,\"a\":\"s\"}", "{a: string, b: int, c: int?}", "{\"b\":1,\"a\":\"s\"}"},
      {"{\"a\":{\"b\":[{}]}}", "{a: {b: array[{c: int}]}, d: int}",
       "refused | a.b[0]: 'c' is missing | 'd' is missing"},
      {"3", "float | int", "3"},
      {"3", "string | float", "3.0"},
      {"\"5\"", "int | string", "\"5\""},
      {"true", "int | string", "refused | expected int | string, found bool"},
      {"1", "Unknown", "refused | unknown type 'Unknown'"},
  };
  for (const auto& [value, text, expected] : cases)
    EXPECT_EQ(checked(value, text), expected) << value << " as " << text;
}

TEST(Check, reads_answers_of_models_more_freely) {
  EXPECT_EQ(checked("\" 5 \"", "int", Strictness::ModelAnswer), "5");
  EXPECT_EQ(checked("\"5.0\"", "int", Strictness::ModelAnswer), "5");
  EXPECT_EQ(checked("\"0.82\"", "float", Strictness::ModelAnswer), "0.82");
  EXPECT_EQ(checked("\"true\"", "bool", Strictness::ModelAnswer), "true");
  EXPECT_EQ(checked("\"yes\"", "bool", Strictness::ModelAnswer), "refused | expected bool, found string");
  EXPECT_EQ(checked("\"5\"", "int | string", Strictness::ModelAnswer), "\"5\"");
  EXPECT_EQ(checked("5", "string", Strictness::ModelAnswer), "refused | expected string, found int");
}

TEST(Check, follows_names_and_ends) {
  NamedTypes named;
  named.insert_or_assign("Tree", type("{value: int, left: Tree?}"));
  named.insert_or_assign("Self", type("Self"));
  named.insert_or_assign("Twice", type("{a: Twice} | {a: Twice, b: int}"));
  EXPECT_TRUE(check(json(R"({"value":1,"left":{"value":2}})"), type("Tree"), Strictness::Exact, named));
  EXPECT_FALSE(check(json(R"({"value":1,"left":{"value":"x"}})"), type("Tree"), Strictness::Exact, named));
  EXPECT_FALSE(check(Json(1), type("Self"), Strictness::Exact, named));
  Json deep = json(R"({"a":1})");
  for (int i = 0; i < 60; ++i) deep = Json::object({{"a", deep}});
  EXPECT_FALSE(check(deep, type("Twice"), Strictness::Exact, named));
}

TEST(Check, names_at_most_twenty_problems) {
  JsonArray many(50, Json("x"));
  EXPECT_EQ(check(Json(many), type("array[int]")).error().size(), 20u);
}

TEST(Type, compares_by_structure) {
  EXPECT_EQ(Type(), type("json"));
  EXPECT_FALSE(type("1") == type("1.0"));
  EXPECT_FALSE(type("{a: int}") == type("{b: int}"));
  EXPECT_FALSE(type("array[int]") == type("array[string]"));
  EXPECT_TRUE(type("{a: enum[x, y]?}") == type("{a?: \"x\" | \"y\"}"));
}

}  // namespace
}  // namespace scaiflow::expr
