#include "libs/base/json.h"

#include <gtest/gtest.h>

namespace scaiflow {
namespace {

TEST(Json, CopiesShareAndChangesDoNot) {
  Json a = Json::object({{"x", 1}});
  Json b = a;
  b.set("x", 2).set("y", 3);
  EXPECT_EQ(a["x"].as_int(), 1);
  EXPECT_FALSE(a.contains("y"));
  EXPECT_EQ(b["y"].as_int(), 3);
}

TEST(Json, KeepsTheOrderOfMembers) {
  Json value;
  value.set("b", 1).set("a", 2).set("b", 3);
  EXPECT_EQ(value.as_object()[0].first, "b");
  EXPECT_EQ(value.as_object()[0].second.as_int(), 3);
  EXPECT_EQ(value.as_object()[1].first, "a");
}

TEST(Json, FindsMembersOfLargeObjectsAfterGrowthCopyAndErase) {
  JsonObject members;
  for (int i = 0; i < 1000; ++i) members.set("k" + std::to_string(i), i);
  JsonObject copy = members;
  EXPECT_TRUE(copy.erase("k500"));
  EXPECT_FALSE(copy.erase("k500"));
  copy.set("new", true);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(members.find("k" + std::to_string(i))->as_int(), i);
    if (i != 500) {
      ASSERT_EQ(copy.find("k" + std::to_string(i))->as_int(), i);
    }
  }
  EXPECT_EQ(copy.find("k500"), nullptr);
  EXPECT_TRUE(copy.find("new")->as_bool());
}

TEST(Json, ComparesNumbersByValue) {
  EXPECT_EQ(Json(1), Json(1.0));
  EXPECT_FALSE(Json(1) == Json(1.5));
  EXPECT_FALSE(Json(std::int64_t{9007199254740993}) == Json(9007199254740992.0));
  EXPECT_FALSE(Json(std::int64_t{9223372036854775807}) == Json(9223372036854775808.0));
  EXPECT_FALSE(Json("1") == Json(1));
}

TEST(Json, ComparesObjectsWithoutRegardToOrder) {
  EXPECT_EQ(Json::object({{"a", 1}, {"b", Json::array({1, 2})}}),
            Json::object({{"b", Json::array({1.0, 2})}, {"a", 1}}));
  EXPECT_FALSE(Json::object({{"a", 1}}) == Json::object({{"a", 1}, {"b", 2}}));
}

TEST(Json, ReadsAbsentThingsAsNull) {
  const Json value = Json::object({{"a", "text"}});
  EXPECT_TRUE(value["missing"].is_null());
  EXPECT_TRUE(value["a"]["deeper"].is_null());
  EXPECT_TRUE(value.at(3).is_null());
  EXPECT_EQ(value.string_or("a", ""), "text");
  EXPECT_EQ(value.int_or("a", 7), 7);
}

TEST(JsonKey, HoldsTextInPlaceOrElsewhereAlike) {
  for (const std::size_t size : {0, 1, 3, 4, 5, 12, 13, 40}) {
    const std::string text =
        std::string("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz").substr(0, size);
    JsonKey key(text);
    EXPECT_EQ(key, text);
    const JsonKey copy = key;
    JsonKey moved = std::move(key);
    EXPECT_EQ(copy, moved);
    key = std::move(moved);
    EXPECT_EQ(key.view(), text);
    key = copy;
    EXPECT_EQ(std::string(key), text);
    EXPECT_TRUE(JsonKey::Probe(text).fits(copy));
    EXPECT_FALSE(JsonKey::Probe(text + "x").fits(copy));
    if (size == 0) continue;
    std::string other = text;
    other.back() = '#';
    EXPECT_FALSE(JsonKey::Probe(other).fits(copy));
    EXPECT_LT(JsonKey(other), copy);
  }
}

TEST(JsonKey, ToldApartFromOneWithZeroBytes) {
  const std::string zero("ab\0\0", 4);
  EXPECT_FALSE(JsonKey::Probe("ab").fits(JsonKey(zero)));
  EXPECT_FALSE(JsonKey::Probe(zero).fits(JsonKey("ab")));
}

TEST(JsonObject, GivesItsMembersAwayAndCanBeFilledAgain) {
  JsonObject members;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 100; ++i) members.set("k" + std::to_string(i), i + round);
    const JsonObject taken = members.take_all();
    EXPECT_TRUE(members.empty());
    EXPECT_EQ(members.find("k5"), nullptr);
    ASSERT_EQ(taken.size(), 100u);
    for (int i = 0; i < 100; ++i) ASSERT_EQ(taken.find("k" + std::to_string(i))->as_int(), i + round);
  }
}

}  // namespace
}  // namespace scaiflow
