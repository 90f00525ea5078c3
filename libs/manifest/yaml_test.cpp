#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>

#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/manifest/yaml_reader.h"
#include "libs/manifest/yaml_scalar.h"
#include "libs/manifest/yaml_writer.h"

namespace scaiflow::manifest {
namespace {

std::string scalar(Json value) { return write_yaml(Json::object({{"k", std::move(value)}})).text; }

Json read(std::string_view text) {
  auto json = read_yaml(text);
  EXPECT_TRUE(json) << json.error()[0].message;
  return json ? *json : Json();
}

std::string refusal(std::string_view text) {
  const auto json = read_yaml(text);
  if (json) return "read";
  EXPECT_EQ(json.error().size(), 1u);
  EXPECT_EQ(json.error()[0].code, "F601");
  return json.error()[0].message;
}

TEST(YamlWriter, WritesScalars) {
  EXPECT_EQ(scalar({}), "k: null\n");
  EXPECT_EQ(scalar(true), "k: true\n");
  EXPECT_EQ(scalar(-12), "k: -12\n");
  EXPECT_EQ(scalar(0.5), "k: 0.5\n");
  EXPECT_EQ(scalar(2.0), "k: 2\n");
  EXPECT_EQ(scalar(Json::array()), "k: []\n");
  EXPECT_EQ(scalar(Json::object()), "k: {}\n");
}

TEST(YamlWriter, QuotesWhatWouldReadOtherwise) {
  for (const char* plain : {"a", "_x", "/path", "Is this ok, yes?", "a:b", "a#b", "don't", "x{y}", "a\"b"}) {
    EXPECT_EQ(scalar(plain), "k: " + std::string(plain) + "\n");
  }
  for (const char* quoted :
       {"",      "1",     "-",       "0.5", "null", "True", "NO", "off", "a: b", "a #b", "x {{y}}",
        "ends:", "ends ", " starts", "'q'", "[a]",  "*a",   "&a", "!t",  "%x",   "@x",   "é"}) {
    EXPECT_EQ(scalar(quoted), "k: \"" + std::string(quoted) + "\"\n");
  }
  EXPECT_EQ(scalar("a\tb"), "k: \"a\\tb\"\n");
  EXPECT_EQ(scalar("a\\\"b\r"), "k: \"a\\\\\\\"b\\r\"\n");
  EXPECT_EQ(scalar("a\x01\xc2\x85\xe2\x80\xa8\xef\xbb\xbf"), "k: \"a\\u0001\\u0085\\u2028\\ufeff\"\n");
  EXPECT_EQ(scalar("no\xc3\xa9"), "k: no\xc3\xa9\n");
}

TEST(YamlWriter, WritesLinesAsLiteralBlocks) {
  EXPECT_EQ(scalar("a\nb"), "k: |-\n  a\n  b\n");
  EXPECT_EQ(scalar("a\n\n  b\n"), "k: |\n  a\n\n    b\n");
  EXPECT_EQ(scalar("a: {{x}} # \"q\"\n-"), "k: |-\n  a: {{x}} # \"q\"\n  -\n");
  EXPECT_EQ(scalar(" a\nb"), "k: \" a\\nb\"\n");
  EXPECT_EQ(scalar("\na"), "k: \"\\na\"\n");
  EXPECT_EQ(scalar("a \nb"), "k: \"a \\nb\"\n");
  EXPECT_EQ(scalar("a\n\n"), "k: \"a\\n\\n\"\n");
  EXPECT_EQ(scalar("a\r\nb"), "k: \"a\\r\\nb\"\n");
  EXPECT_EQ(scalar("\n"), "k: \"\\n\"\n");
}

TEST(YamlWriter, WritesContainersInBlockStyle) {
  const Json tree = Json::object({{"list", Json::array({1, Json::object({{"a", 1}, {"b", Json::array({2})}}),
                                                        Json::array({3, Json::array({4})}), "x\ny"})},
                                  {"9 key", 1},
                                  {"yes", 2}});
  EXPECT_EQ(write_yaml(tree).text,
            "list:\n"
            "  - 1\n"
            "  - a: 1\n"
            "    b:\n"
            "      - 2\n"
            "  - - 3\n"
            "    - - 4\n"
            "  - |-\n"
            "    x\n"
            "    y\n"
            "\"9 key\": 1\n"
            "\"yes\": 2\n");
  EXPECT_EQ(write_yaml(tree).depth, 4u);
}

TEST(YamlWriter, WritesSmallThingsOfTheCompactPartInOneLine) {
  const Json inner = Json::object({{"at", Json::object({{"x", 1}, {"text", "a, b"}, {"t", "l\nm"}})},
                                   {"list", Json::array({"a", "b: c", "{x}", "d/e f-g."})},
                                   {"nested", Json::array({Json::object({{"a", Json::array({1})}})})},
                                   {"long", Json::array({std::string(60, 'a'), std::string(60, 'b')})},
                                   {"empty", Json::object({{"e", Json::array()}})}});
  const Json tree =
      Json::object({{"plain", Json::object({{"a", 1}})}, {"graph", inner}, {"after", Json::array({1})}});
  YamlOptions options;
  options.compact = &tree["graph"].as_object();
  EXPECT_EQ(write_yaml(tree, options).text,
            "plain:\n"
            "  a: 1\n"
            "graph:\n"
            "  at: {x: 1, text: \"a, b\", t: \"l\\nm\"}\n"
            "  list: [a, \"b: c\", \"{x}\", d/e f-g.]\n"
            "  nested:\n"
            "    - a: [1]\n"
            "  long:\n"
            "    - " +
                std::string(60, 'a') +
                "\n"
                "    - " +
                std::string(60, 'b') +
                "\n"
                "  empty:\n"
                "    e: []\n"
                "after:\n"
                "  - 1\n");
}

TEST(YamlWriter, RecordsTheLinesOfMarkedObjects) {
  const Json tree = Json::object(
      {{"steps", Json::array({Json::object({{"a", 1}, {"b", "x\ny"}}),
                              Json::object({{"c", Json::array({Json::object({{"d", 1}})})}})})}});
  YamlOptions options;
  const Json& steps = tree["steps"];
  options.marks.emplace(&steps.at(0).as_object(), "one");
  options.marks.emplace(&steps.at(1).as_object(), "two");
  options.marks.emplace(&steps.at(1)["c"].at(0).as_object(), "inner");
  EXPECT_EQ(write_yaml(tree, options).ranges,
            (std::vector<NodeRange>{{"one", 2, 5}, {"two", 6, 7}, {"inner", 7, 7}}));
}

TEST(YamlReader, ResolvesTheCoreSchema) {
  const Json json = read(
      "a: null\nb: ~\nc:\nd: TRUE\ne: 0x1F\nf: 0o17\ng: +12\nh: -1.5e3\ni: .5\nj: '1'\nk: yes\nl: 1_0\n"
      "m: 12345678901234567890\nn: 1.\no: 017\np: \"null\"\nq: 2024-01-01\nr: 1e\n");
  for (const char* key : {"a", "b", "c"}) EXPECT_TRUE(json.contains(key) && json[key].is_null()) << key;
  EXPECT_EQ(to_text(json["d"]), "true");
  EXPECT_EQ(to_text(json["e"]), "31");
  EXPECT_EQ(to_text(json["f"]), "15");
  EXPECT_EQ(to_text(json["g"]), "12");
  EXPECT_EQ(to_text(json["h"]), "-1500.0");
  EXPECT_EQ(to_text(json["i"]), "0.5");
  for (const char* key : {"j", "k", "l", "p", "q", "r"}) EXPECT_TRUE(json[key].is_string()) << key;
  EXPECT_TRUE(json["m"].is_float());
  EXPECT_TRUE(json["n"].is_float());
  EXPECT_EQ(to_text(json["o"]), "17");
}

TEST(YamlReader, ReadsWhatPeopleWrite) {
  const Json json =
      read("# a comment\n%YAML 1.2\n---\n" +
           std::string("a: [1, {b: c}, 'it''s']  # here\n"
                       "b:\n- x\n- y: >-\n    folded\n    text\n\n    more\n  z: |+\n    kept\n\n...\n"));
  EXPECT_EQ(to_text(json),
            R"({"a":[1,{"b":"c"},"it's"],"b":["x",{"y":"folded text\nmore","z":"kept\n\n"}]})");
  EXPECT_EQ(to_text(read("\xef\xbb\xbf"
                         "a: {b: int?, c: d}\r\ne: |\r\n  x\r\n  y\r\n")),
            R"({"a":{"b":"int?","c":"d"},"e":"x\ny\n"})");
  EXPECT_EQ(to_text(read("a: \"\\ud83d\\ude00\"\n")), "{\"a\":\"\xf0\x9f\x98\x80\"}")
      << "surrogates as in JSON";
  EXPECT_EQ(to_text(read("200: x\ntrue: y\n")), R"({"200":"x","true":"y"})") << "keys are text";
}

TEST(YamlReader, RefusesWhatAManifestIsNot) {
  EXPECT_EQ(refusal("a: &x 1\nb: 2\n"), "not a YAML manifest: anchors are not allowed at line 1, column 4");
  EXPECT_NE(refusal("a: &x 1\nb: *x\n"), "read");
  EXPECT_TRUE(refusal("a: !!str 1\n").starts_with("not a YAML manifest: tags are not allowed"));
  EXPECT_TRUE(refusal("a: !x [1]\n").starts_with("not a YAML manifest: tags are not allowed"));
  EXPECT_EQ(refusal("a: 1\nb: 2\na: 3\n"), "not a YAML manifest: duplicate key 'a' at line 3, column 1");
  EXPECT_EQ(refusal("a: 1\n---\nb: 2\n"), "not a YAML manifest: more than one document at line 2, column 1");
  EXPECT_EQ(refusal(""), "not a YAML manifest: no document at line 1, column 1");
  EXPECT_TRUE(refusal("a: .inf\n").starts_with("not a YAML manifest: '.inf' is not a finite number"));
  EXPECT_TRUE(refusal("? a\n: b\n").starts_with("not a YAML manifest: keys with '?' are not allowed"));
  EXPECT_TRUE(refusal("[a]: b\n").starts_with("not a YAML manifest: a key is no text"));
  EXPECT_TRUE(refusal("{[a]: b}\n").starts_with("not a YAML manifest: a key is no text"));
  EXPECT_TRUE(refusal("a: [1\n").starts_with("not a YAML manifest: "));
  EXPECT_TRUE(refusal("a: b: c\n").starts_with("not a YAML manifest: "));
  EXPECT_EQ(refusal("a: \xff\n"), "not a YAML manifest: it is not UTF-8");
  EXPECT_EQ(refusal(std::string("a: \0b\n", 6)), "not a YAML manifest: it holds a control character");
  EXPECT_EQ(refusal(std::string(manifest_bytes_max + 1, ' ')),
            "not a YAML manifest: it has 10485761 bytes; the limit is 10485760");
}

TEST(YamlReader, BoundsTheDepth) {
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_TRUE(read_yaml(nested(manifest_depth_max)));
  EXPECT_TRUE(refusal(nested(161)).starts_with("not a YAML manifest: nested deeper than 160"));
  EXPECT_NE(refusal(std::string(100000, '[')), "read");
  EXPECT_NE(refusal(std::string(100000, '-')), "x");
  std::string staircase;
  for (int i = 0; i < 2000; ++i) staircase += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_NE(refusal(staircase), "read");
}

/// Text out of the characters that make trouble.
std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> parts = {"a",
                                                 "Zed",
                                                 " ",
                                                 "\n",
                                                 "\t",
                                                 ":",
                                                 "#",
                                                 "- ",
                                                 "{{",
                                                 "}}",
                                                 "\"",
                                                 "'",
                                                 "\\",
                                                 "é",
                                                 "\xe2\x80\xa8",
                                                 "\x01",
                                                 "|",
                                                 ">",
                                                 "0",
                                                 "null",
                                                 "%",
                                                 "@",
                                                 "&x",
                                                 "*",
                                                 "!",
                                                 ",",
                                                 "\r",
                                                 "\xf0\x9f\x98\x80",
                                                 "[",
                                                 "]",
                                                 "---",
                                                 "...",
                                                 "?",
                                                 "\xc2\x85",
                                                 "\xef\xbb\xbf"};
  std::string out;
  for (std::size_t n = random() % 7; n > 0; --n) out += parts[random() % parts.size()];
  return out;
}

Json random_tree(std::mt19937& random, int depth) {
  switch (random() % (depth > 4 ? 5 : 9)) {
    case 0: return {};
    case 1: return Json(random() % 2 == 0);
    case 2: return Json(static_cast<std::int64_t>(random()) - 2000000000);
    case 3: return Json(static_cast<double>(random() % 100000) + 0.125);
    case 4: return random_text(random);
    case 5:
    case 6: {
      JsonArray items;
      for (std::size_t n = random() % 5; n > 0; --n) items.push_back(random_tree(random, depth + 1));
      return items;
    }
    default: {
      JsonObject members;
      for (std::size_t n = random() % 5; n > 0; --n)
        members.set(random_text(random), random_tree(random, depth + 1));
      return members;
    }
  }
}

TEST(Yaml, TheExamplesAreWrittenAsTheyStand) {
  for (const char* name : {"echo-agent", "customer-support", "expense-approver"}) {
    std::ifstream file(std::string(SCAIFLOW_SOURCE_DIR) + "/tests/flows/examples/" + name + ".yaml",
                       std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    ASSERT_FALSE(text.empty());
    const Json tree = read(text);
    YamlOptions options;
    options.compact = &tree["core"]["scaiflow_meta"]["graph"].as_object();
    EXPECT_EQ(write_yaml(tree, options).text, text);
  }
}

TEST(Yaml, WhatIsWrittenReadsBackEqual) {
  std::mt19937 random(3);
  for (int i = 0; i < 4000; ++i) {
    const Json tree =
        Json::object({{"a", random_tree(random, 0)}, {"g", Json::object({{"b", random_tree(random, 0)}})}});
    YamlOptions options;
    options.compact = &tree["g"].as_object();
    const std::string text = write_yaml(tree, options).text;
    const auto back = read_yaml(text);
    ASSERT_TRUE(back) << back.error()[0].message << "\n" << text;
    ASSERT_EQ(to_text(*back), to_text(tree)) << text;
  }
}

}  // namespace
}  // namespace scaiflow::manifest
