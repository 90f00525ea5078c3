#include "libs/flow/canonical.h"

#include <gtest/gtest.h>

#include "libs/base/json_text.h"
#include "libs/flow/document.h"

namespace scaiflow::flow {
namespace {

std::string canonical_of(std::string_view text) { return canonical(*read_document(text).document); }

TEST(Canonical, known_keys_come_first_in_the_order_of_the_tables) {
  const std::string text =
      canonical_of(R"({"zebra": 1, "nodes": [{"note": "n", "config": {"extra": 1, "llm_role": "a",
    "breakpoint": true, "goal": "g", "model": "m"}, "type": "llm_flexible", "id": "x"}], "id": "f"})");
  EXPECT_EQ(text, R"({
  "$schema": "https://scailabs.com/schemas/scaiflow/v2.json",
  "id": "f",
  "nodes": [
    {
      "id": "x",
      "type": "llm_flexible",
      "config": {
        "goal": "g",
        "llm_role": "a",
        "model": "m",
        "breakpoint": true,
        "extra": 1
      },
      "note": "n"
    }
  ],
  "zebra": 1
}
)");
}

TEST(Canonical, is_a_fixed_point) {
  const std::string once =
      canonical_of(R"({"tests": [{"expect": {"assert": [], "output": {"b": 1, "a": 2}}, "name": "t"}],
    "config": {"max_cost": 1.50, "core_identity": {"models": [{"model": "m", "role": "r"}], "name": "n"}},
    "edges": [{"target": "b:in", "id": "e", "source": "a"}], "id": "x"})");
  EXPECT_EQ(canonical_of(once), once);
}

TEST(Canonical, free_objects_and_lists_keep_their_order) {
  const std::string text = canonical_of(R"({"config": {"output": {"z": [3, 1, 2], "a": {}, "m": []}}})");
  EXPECT_NE(text.find(R"("z": [
        3,
        1,
        2
      ],
      "a": {},
      "m": [])"), std::string::npos) << text;
}

TEST(Canonical, numbers_are_written_as_ecmascript_does) {
  const std::string text = canonical_of(R"({"x": [1.0, 1e21, 1.5e-7, 0.1, -0.0, 100]})");
  EXPECT_NE(text.find("1,\n    1e+21,\n    1.5e-7,\n    0.1,\n    0,\n    100"), std::string::npos) << text;
}

TEST(Canonical, strings_escape_only_what_they_must) {
  const std::string text = canonical_of("{\"x\": \"\\u00e9 \\u2028 \\/ \\\" \\\\ \\n \\u0001\"}");
  EXPECT_NE(text.find("\"é \u2028 / \\\" \\\\ \\n \\u0001\""), std::string::npos) << text;
}

TEST(Canonical, old_forms_are_written_anew) {
  const std::string text = canonical_of(R"({"nodes": [{"id": "a", "type": "llm_rigid", "breakpoint": true}],
    "edges": [{"id": "e", "source": "a:out", "target": "b"}]})");
  EXPECT_NE(text.find(R"("config": {
        "breakpoint": true
      })"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("source": {
        "node": "a",
        "port": "out"
      },
      "target": {
        "node": "b"
      })"), std::string::npos) << text;
}

TEST(Canonical, a_document_that_fits_no_table_has_a_form_too) {
  EXPECT_EQ(canonical(Json::array({1})), "[\n  1\n]\n");
  EXPECT_NE(canonical_of(R"({"nodes": 5, "edges": [7], "config": null})").find(R"("nodes": 5)"),
            std::string::npos);
}

}  // namespace
}  // namespace scaiflow::flow
