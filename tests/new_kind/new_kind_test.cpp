#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "generated/cpp/kinds.h"
#include "tests/flows/golden.h"

/// A compiler that knows two more kinds: what docs/adding-a-kind.md says is enough for that.
namespace scaiflow::golden {
namespace {

class NewKind : public testing::TestWithParam<const char*> {
 protected:
  std::string path() const {
    return std::string(SCAIFLOW_SOURCE_DIR) + "/tests/new_kind/kinds/" + GetParam() +
           "/tests/example.flowtest";
  }
};

TEST_P(NewKind, is_in_the_table) {
  const auto id = flow::kind_from_name(GetParam());
  ASSERT_TRUE(id);
  EXPECT_EQ(flow::kind_name(*id), GetParam());
}

TEST_P(NewKind, compiles_as_its_example_says) {
  const std::string text = read_file(path());
  const std::string now = write_case(run_case(parse_case(path(), text)));
  if (std::getenv("SCAIFLOW_UPDATE_GOLDEN")) std::ofstream(path(), std::ios::binary) << now;
  EXPECT_EQ(now, text);
}

TEST_P(NewKind, keeps_the_promises_of_every_flow) {
  EXPECT_EQ(broken_promise(parse_case(path(), read_file(path()))), "");
}

INSTANTIATE_TEST_SUITE_P(All, NewKind, testing::Values("tool_greet", "data_upper"));

TEST(NewKinds, are_checked_by_their_description) {
  const Case wrong = parse_case("", R"(# Nobody to greet, and a strange patience.
--- flow
{"id": "f", "name": "F", "version": "1.0.0", "nodes": [
  {"id": "node_e", "type": "entry_api", "label": "", "position": {"x": 0, "y": 0}},
  {"id": "node_g", "type": "tool_greet", "label": "", "position": {"x": 0, "y": 0},
   "config": {"patience": "x"}}],
 "edges": [{"id": "e", "type": "sequential", "source": {"node": "node_e"}, "target": {"node": "node_g"}}],
 "config": {"core_identity": {"models": [{"role": "primary", "ref": "a", "model": "m"}]}}}
)");
  const std::string found = *run_case(wrong).find("diagnostics");
  EXPECT_NE(found.find("error[F201]: node 'node_g': who is required"), std::string::npos) << found;
  EXPECT_NE(found.find("error[F210]: node 'node_g': invalid duration 'x'"), std::string::npos) << found;
}

}  // namespace
}  // namespace scaiflow::golden
