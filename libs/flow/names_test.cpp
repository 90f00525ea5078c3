#include "libs/flow/names.h"

#include <gtest/gtest.h>

#include "libs/flow/values.h"

namespace scaiflow::flow {
namespace {

TEST(Names, a_binding_is_the_id_without_node_made_an_identifier) {
  EXPECT_EQ(default_binding("node_classify"), "classify");
  EXPECT_EQ(default_binding("classify"), "classify");
  EXPECT_EQ(default_binding("node_kb-search"), "kb_search");
  EXPECT_EQ(default_binding("node_9lives"), "_9lives");
  EXPECT_EQ(default_binding("node_Big"), "_Big");
  EXPECT_EQ(default_binding("node_input"), "input_");
  EXPECT_EQ(default_binding("node_"), "_");
  EXPECT_EQ(default_binding("Node"), "_Node");
}

TEST(Names, every_character_of_a_label_becomes_one) {
  EXPECT_EQ(identifier_from("prénom client"), "pr_nom_client");
  EXPECT_EQ(identifier_from(""), "_");
}

TEST(Names, authors_may_not_use_the_names_of_flags) {
  EXPECT_TRUE(is_valid_name("join_a"));
  EXPECT_FALSE(is_valid_name("_join_a"));
  EXPECT_FALSE(is_valid_name("result"));
  EXPECT_FALSE(is_valid_name("2nd"));
  EXPECT_FALSE(is_valid_name(""));
}

TEST(Values, durations_are_texts_or_seconds) {
  EXPECT_EQ(duration_of(Json("90s")), 90'000);
  EXPECT_EQ(duration_of(Json(1.5)), 1'500);
  EXPECT_EQ(duration_of(Json(0)), 0);
  EXPECT_EQ(duration_of(Json("365d")), 31'536'000'000);
  EXPECT_FALSE(duration_of(Json("366d")));
  EXPECT_FALSE(duration_of(Json(-1)));
  EXPECT_FALSE(duration_of(Json("soon")));
  EXPECT_FALSE(duration_of(Json(true)));
}

}  // namespace
}  // namespace scaiflow::flow
