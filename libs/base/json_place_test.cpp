#include "libs/base/json_place.h"

#include <gtest/gtest.h>

#include <string>

namespace scaiflow {
namespace {

std::string found(std::string_view text, std::string_view path) {
  const JsonPlace place = find_place(text, path);
  return std::string(text.substr(place.from, place.to - place.from));
}

constexpr std::string_view text =
    R"( { "a" : [1, {"b": "x, ]}\" y", "b.c": true}, [] ], "ab": {"n": -1.5e3} , "z": null } )";

TEST(JsonPlace, finds_members_and_items) {
  EXPECT_EQ(found(text, "a[0]"), "1");
  EXPECT_EQ(found(text, "a[1].b"), R"("x, ]}\" y")");
  EXPECT_EQ(found(text, "a[1].b.c"), "true");
  EXPECT_EQ(found(text, "a[2]"), "[]");
  EXPECT_EQ(found(text, "ab.n"), "-1.5e3");
  EXPECT_EQ(found(text, "z"), "null");
}

TEST(JsonPlace, gives_what_is_around_a_part_that_is_missing) {
  EXPECT_EQ(found(text, "ab.m"), R"({"n": -1.5e3})");
  EXPECT_EQ(found(text, "a[2][0]"), "[]");
  EXPECT_EQ(found(text, "a[0].b"), "1");
  EXPECT_EQ(found(text, "a[x]").substr(0, 3), "[1,");
  EXPECT_EQ(found(text, "none").substr(0, 7), R"({ "a" :)");
}

TEST(JsonPlace, stays_inside_any_text) {
  const std::string whole(text);
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    for (const char* path : {"", "a[1].b", "a[2][0]", "ab.n", "z"}) {
      const JsonPlace place = find_place(std::string_view(whole).substr(0, size), path);
      EXPECT_LE(place.from, place.to);
      EXPECT_LE(place.to, size);
    }
  }
}

}  // namespace
}  // namespace scaiflow
