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

}  // namespace
}  // namespace scaiflow
