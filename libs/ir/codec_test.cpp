#include "libs/ir/codec.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>

#include "libs/ir/msgpack.h"
#include "libs/ir/sample_module.h"

namespace scaiflow::ir {
namespace {

std::string packed(const Json& value) {
  std::string out;
  pack(out, value);
  return out;
}

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

std::string bundle(std::string_view body) { return std::string("SCIR\0\1", 6).append(body); }

std::string code_of(std::string_view bundle_bytes) {
  const auto module = decode(bundle_bytes);
  return module ? "ok" : module.error().code;
}

std::string message_of(std::string_view bundle_bytes) {
  const auto module = decode(bundle_bytes);
  return module ? "ok" : module.error().message;
}

TEST(Msgpack, UsesTheSmallestFormat) {
  EXPECT_EQ(packed({}), bytes({0xc0}));
  EXPECT_EQ(packed(true), bytes({0xc3}));
  EXPECT_EQ(packed(0), bytes({0x00}));
  EXPECT_EQ(packed(127), bytes({0x7f}));
  EXPECT_EQ(packed(128), bytes({0xcc, 0x80}));
  EXPECT_EQ(packed(256), bytes({0xcd, 1, 0}));
  EXPECT_EQ(packed(65536), bytes({0xce, 0, 1, 0, 0}));
  EXPECT_EQ(packed(std::int64_t{4294967296}), bytes({0xcf, 0, 0, 0, 1, 0, 0, 0, 0}));
  EXPECT_EQ(packed(-1), bytes({0xff}));
  EXPECT_EQ(packed(-32), bytes({0xe0}));
  EXPECT_EQ(packed(-33), bytes({0xd0, 0xdf}));
  EXPECT_EQ(packed(-129), bytes({0xd1, 0xff, 0x7f}));
  EXPECT_EQ(packed(-32769), bytes({0xd2, 0xff, 0xff, 0x7f, 0xff}));
  EXPECT_EQ(packed(1.5), bytes({0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(packed(1.0).size(), 9u) << "a float stays a float";
  EXPECT_EQ(packed("ab"), bytes({0xa2, 'a', 'b'}));
  EXPECT_EQ(packed(std::string(32, 'x')).substr(0, 2), bytes({0xd9, 32}));
  EXPECT_EQ(packed(Json::array({1})), bytes({0x91, 1}));
  EXPECT_EQ(packed(Json::object({{"a", 1}})), bytes({0x81, 0xa1, 'a', 1}));
}

TEST(Msgpack, ReadsEveryFormatOfANumber) {
  const auto number = [](std::string_view text) {
    Json out;
    EXPECT_FALSE(unpack(text, 0, 64, out));
    return out;
  };
  EXPECT_EQ(number(bytes({0xcf, 0, 0, 0, 0, 0, 0, 0, 5})).as_int(), 5);
  EXPECT_EQ(number(bytes({0xd3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe})).as_int(), -2);
  EXPECT_EQ(number(bytes({0xd0, 5})).as_int(), 5);
  EXPECT_DOUBLE_EQ(number(bytes({0xca, 0x3f, 0xc0, 0, 0})).as_double(), 1.5);
}

TEST(Msgpack, RoundTripsRandomValues) {
  std::mt19937_64 random(7);
  const std::function<Json(int)> value = [&](int depth) -> Json {
    switch (random() % (depth > 4 ? 5 : 7)) {
      case 0: return {};
      case 1: return Json(random() % 2 == 0);
      case 2: return Json(static_cast<std::int64_t>(random() >> (random() % 64)));
      case 3: return Json(static_cast<double>(random() % 1000) / 8);
      case 4: return Json(std::string(random() % 300, 'u'));
      case 5: {
        JsonArray items;
        for (std::size_t i = random() % 20; i > 0; --i) items.push_back(value(depth + 1));
        return items;
      }
      default: {
        JsonObject members;
        for (std::size_t i = random() % 20; i > 0; --i)
          members.append("k" + std::to_string(i), value(depth + 1));
        return members;
      }
    }
  };
  for (int i = 0; i < 200; ++i) {
    const Json before = value(0);
    Json after;
    ASSERT_FALSE(unpack(packed(before), 0, 64, after));
    ASSERT_EQ(to_text(before), to_text(after));
  }
}

TEST(Codec, RoundTripsTheSample) {
  const auto module = from_json(sample_json());
  ASSERT_TRUE(module) << module.error().message;
  const std::string encoded = encode(*module);
  const auto decoded = decode(encoded);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_TRUE(encode(*decoded) == encoded);
  const auto from_text = from_json_text(to_json_text(*module));
  ASSERT_TRUE(from_text) << from_text.error().message;
  EXPECT_TRUE(encode(*from_text) == encoded);
  EXPECT_EQ(address(encoded).size(), 64u);
}

TEST(Codec, FillsInDefaults) {
  const Module module = sample_module();
  EXPECT_EQ(module.schema_version, "0.1");
  EXPECT_EQ(module.instance.idle_timeout_ms, 1800000);
  EXPECT_EQ(module.instance.overflow, Overflow::DeactivateLru);
  EXPECT_EQ(module.triggers[0].method, "POST");
  EXPECT_EQ(module.triggers[0].timezone, std::nullopt);
  EXPECT_EQ(module.triggers[1].method, std::nullopt);
  EXPECT_EQ(module.triggers[1].path, std::nullopt);
  EXPECT_EQ(module.triggers[1].timezone, "UTC");
  EXPECT_EQ(module.flows[0].body[0].as<FlexibleBlock>()->llm_role, "primary") << "the first model's role";
  EXPECT_EQ(module.models[0].temperature, 1.0) << "a float field takes an int";
  EXPECT_EQ(module.flows[0].params[0].type, Json::object({{"kind", "primitive"}, {"name", "string"}}));
}

TEST(Codec, WritesFieldsInDeclaredOrderAndKeepsNumbersApart) {
  Json json = sample_json();
  JsonObject reversed;
  const JsonObject& members = json.as_object();
  for (std::size_t i = members.size(); i > 0; --i)
    reversed.append(members[i - 1].first, members[i - 1].second);
  reversed.set("unknown", 1);
  EXPECT_EQ(to_json_text(*from_json(Json(reversed))), to_json_text(sample_module()));
  const std::string text = to_json_text(sample_module());
  EXPECT_TRUE(
      text.starts_with(R"({"schema_version":"0.1","name":"sample","version":"1.0.0","description":"",)"));
  EXPECT_NE(text.find(R"("temperature":1.0,)"), std::string::npos);
  EXPECT_NE(text.find(R"("max_iterations":10,)"), std::string::npos);
}

/// The sample with one block in its flow.
Json with_block(const Json& block) {
  Json flow = sample_json()["flows"].at(0);
  flow.set("body", Json::array({block}));
  return sample_json().set("flows", Json::array({flow}));
}

TEST(Codec, OrdersCausesOfFailure) {
  Json block = sample_json()["flows"].at(0)["body"].at(0);
  block.set("on_failure", *try_parse_json(R"({"parse_error": [], "unheard_of": [], "low_confidence": []})"));
  const auto module = from_json(with_block(block));
  ASSERT_TRUE(module);
  const auto& causes = *module->flows[0].body[0].as<FlexibleBlock>()->on_failure;
  ASSERT_EQ(causes.size(), 2u);
  EXPECT_EQ(causes[0].first, "low_confidence");
  EXPECT_EQ(causes[1].first, "parse_error");
}

TEST(Codec, RefusesBundlesInTheStatedOrder) {
  EXPECT_EQ(message_of(std::string(bundle_bytes_max + 1, 'x')),
            "bundle is 10485761 bytes; the limit is 10485760");
  EXPECT_EQ(message_of("SCI"), "not a SCIR bundle");
  EXPECT_EQ(code_of("SCI"), "SCIR_BAD_MAGIC");
  EXPECT_EQ(message_of(std::string("SCIR\0\2\xc0", 7)), "unsupported container version 2");
  EXPECT_EQ(code_of("SCIR"), "SCIR_TRUNCATED");
  EXPECT_EQ(message_of(bundle("")), "bundle ends inside a value at offset 6");
  EXPECT_EQ(message_of(bundle(bytes({0x80, 1, 2}))), "2 bytes after the module");
  const std::string deep(64, '\x91');
  EXPECT_EQ(message_of(bundle(deep + "\x91\xc0")), "nesting deeper than 64 at offset 70");
  EXPECT_EQ(code_of(bundle(deep + "\xc0")), "SCIR_SCHEMA");
  EXPECT_EQ(code_of(bundle(deep + "\x91")), "SCIR_TRUNCATED") << "truncation is tested before depth";
  EXPECT_EQ(message_of(bundle(bytes({0xc0}))), "/: expected a map, found null");
}

TEST(Codec, RefusesValuesThatTheFormatDoesNotHave) {
  const std::initializer_list<std::string> values = {
      bytes({0xc1}),          // never used
      bytes({0xc4, 1, 'x'}),  // bin
      bytes({0xd4, 1, 2}),
      bytes({0xc7, 1, 5, 9}),                           // ext
      bytes({0xa1, 0xff}),                              // bad UTF-8
      bytes({0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0}),      // NaN
      bytes({0xca, 0x7f, 0x80, 0, 0}),                  // infinity
      bytes({0xcf, 0xff, 0, 0, 0, 0, 0, 0, 0}),         // above 64 bit signed
      bytes({0x81, 0x01, 0x01}),                        // key is no string
      bytes({0x82, 0xa1, 'a', 0xc0, 0xa1, 'a', 0xc0}),  // duplicate key
  };
  for (const std::string& value : values) {
    EXPECT_EQ(code_of(bundle(bytes({0x91}) + value)), "SCIR_BAD_VALUE");
  }
  EXPECT_EQ(message_of(bundle(bytes({0x91, 0xc1}))), "unsupported or invalid value at offset 7");
}

TEST(Codec, EveryTruncationIsRefused) {
  const std::string encoded = encode(sample_module());
  for (std::size_t length = 0; length < encoded.size(); ++length) {
    const std::string code = code_of(std::string_view(encoded).substr(0, length));
    ASSERT_EQ(code, length < 4 ? "SCIR_BAD_MAGIC" : "SCIR_TRUNCATED") << length;
  }
}

TEST(Codec, AnyChangedByteGivesAModuleOrAnError) {
  const std::string encoded = encode(sample_module());
  std::mt19937 random(11);
  for (int i = 0; i < 3000; ++i) {
    std::string changed = encoded;
    for (int n = 0; n < 3; ++n) changed[random() % changed.size()] = static_cast<char>(random());
    const auto module = decode(changed);
    if (!module) {
      ASSERT_TRUE(module.error().code.starts_with("SCIR_"));
      continue;
    }
    // Whatever was accepted has a canonical form that stays.
    const std::string canonical = encode(*module);
    const auto again = decode(canonical);
    ASSERT_TRUE(again) << again.error().message;
    ASSERT_TRUE(encode(*again) == canonical);
  }
}

LoadError error_of(const Json& json) {
  const auto module = from_json(json);
  return module ? LoadError{"ok", "ok", {}} : module.error();
}

TEST(JsonForm, NamesThePlaceOfAProblem) {
  Json json = sample_json();
  EXPECT_EQ(error_of(Json::object()).message, "/: missing field 'name'");
  EXPECT_EQ(error_of(Json(json).set("models", 1)).message, "/models: expected a list, found int");
  EXPECT_EQ(error_of(Json(json).set("version", {})).message, "/version: expected text, found null");
  EXPECT_EQ(error_of(Json(json).set("instance", Json::object({{"mode", "many"}}))).message,
            "/instance/mode: 'many' is not one of stateless, entity, singleton");
  EXPECT_EQ(error_of(Json(json).set("capabilities", Json::array({1}))).message,
            "/capabilities/0: expected a map, found int");
  const Json type = Json::object({{"name", "T"}, {"type", "strin[g"}});
  EXPECT_EQ(error_of(Json(json).set("types", Json::array({type}))).message,
            "/types/0/type: invalid type 'strin[g'");
  EXPECT_EQ(error_of(Json(json).set("models", 1)).code, "SCIR_SCHEMA");
}

Json with_block_text(std::string_view block) { return with_block(*try_parse_json(block)); }

TEST(JsonForm, ReportsEveryMissingFieldAndUnknownKind) {
  const LoadError missing = error_of(with_block_text(R"({"kind": "while", "id": "w"})"));
  ASSERT_EQ(missing.diagnostics.size(), 4u);
  EXPECT_EQ(missing.diagnostics[0].code, "E413");
  EXPECT_EQ(missing.diagnostics[0].message, "/flows/0/body/0: missing field 'source_location'");
  EXPECT_EQ(missing.diagnostics[0].path, "/flows/0/body/0");
  EXPECT_EQ(missing.diagnostics[3].message, "/flows/0/body/0: missing field 'body'");

  const LoadError block = error_of(with_block_text(R"({"kind": "loop"})"));
  ASSERT_EQ(block.diagnostics.size(), 1u);
  EXPECT_EQ(block.diagnostics[0].code, "E411");
  EXPECT_EQ(block.diagnostics[0].message, "unknown block kind 'loop'");

  const auto statement = [](std::string_view kind) {
    return error_of(
        with_block_text(R"({"kind": "rigid", "id": "r", "source_location": {}, "statements": [{"kind": ")" +
                        std::string(kind) + R"("}]})"));
  };
  EXPECT_EQ(statement("print").diagnostics[0].message, "unknown statement kind 'print'");
  EXPECT_EQ(statement("flexible").diagnostics[0].code, "E405");
  EXPECT_EQ(statement("flexible").diagnostics[0].message, "block 'r': model call inside a rigid block");
  EXPECT_EQ(error_of(with_block_text(R"({"kind": "flexible", "id": "f", "source_location": {}, "goal": 1})"))
                .message,
            "/flows/0/body/0/goal: expected text, found int");
}

TEST(JsonForm, BoundsTextAndDepth) {
  EXPECT_EQ(from_json_text(std::string(bundle_bytes_max + 1, ' ')).error().code, "SCIR_TOO_LARGE");
  EXPECT_EQ(from_json_text("nonsense").error().code, "SCIR_BAD_MAGIC");
  EXPECT_EQ(from_json_text(R"({"a": 1, "a": 2})").error().code, "SCIR_BAD_VALUE");
  EXPECT_EQ(from_json_text(std::string(65, '[') + std::string(65, ']')).error().code, "SCIR_TOO_DEEP");
  Json deep;
  for (int i = 0; i < 65; ++i) deep = Json::array({deep});
  EXPECT_EQ(from_json(deep).error().code, "SCIR_TOO_DEEP");
}

TEST(JsonForm, IsTriedWhenTheFirstByteIsABrace) {
  EXPECT_TRUE(decode_any("  \n" + to_json_text(sample_module())));
  EXPECT_TRUE(decode_any(encode(sample_module())));
  EXPECT_EQ(decode_any("hello").error().message, "not a SCIR bundle");
}

TEST(Oracle, PythonReadsTheSameValues) {
  // Debian's package belongs to Debian's interpreter.
  const std::string python = "/usr/bin/python3 -c ";
  if (std::system((python + "'import msgpack' 2>/dev/null").c_str()) != 0)
    GTEST_SKIP() << "python3-msgpack is not there";
  const auto folder = std::filesystem::temp_directory_path() / "scaiflow_codec_test";
  std::filesystem::create_directories(folder);
  const auto write = [&](const char* name, const std::string& content) {
    std::ofstream(folder / name, std::ios::binary) << content;
  };
  write("a.scir", encode(sample_module()));
  write("a.json", to_json_text(sample_module()));
  const std::string script =
      "import json, msgpack, sys; d = sys.argv[1]; raw = open(d + '/a.scir', 'rb').read()[6:];"
      "tree = msgpack.unpackb(raw); want = json.load(open(d + '/a.json'));"
      "assert tree == want; assert json.dumps(tree) == json.dumps(want);"
      "assert msgpack.packb(want, use_single_float=False) == raw";
  EXPECT_EQ(std::system((python + "\"" + script + "\" " + folder.string()).c_str()), 0);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace scaiflow::ir
