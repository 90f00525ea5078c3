#include "libs/diag/diag.h"

#include <gtest/gtest.h>

#include <set>

#include "libs/base/json_text.h"

namespace scaiflow::diag {
namespace {

TEST(Diag, FillsPlaceholdersInOrder) {
  const Diagnostic found = make(Code::F204, {"node_a", "timeout_s", "0", "1", "3600"},
                                {"nodes[0].config.timeout_s", "node_a", std::nullopt});
  EXPECT_EQ(found.code, "F204");
  EXPECT_EQ(found.severity, Severity::Error);
  EXPECT_EQ(found.message, "node 'node_a': timeout_s 0 is out of range 1..3600");
  EXPECT_EQ(found.path, "nodes[0].config.timeout_s");
  EXPECT_EQ(found.node_id, "node_a");
  EXPECT_EQ(found.edge_id, std::nullopt);
  EXPECT_EQ(found.fix, std::nullopt);
}

TEST(Diag, BracesInArgumentsAreNotPlaceholders) {
  EXPECT_EQ(make(Code::F301, {"node 'n': goal", "empty placeholder", "0", "{{ }} {1}"}).message,
            "node 'n': goal: empty placeholder at 0 in '{{ }} {1}'");
}

TEST(Diag, DoubleBracesOfAFormatStay) {
  EXPECT_EQ(make(Code::F311, {"edge 'e': condition"}).message,
            "edge 'e': condition: write the condition without {{ }}");
}

TEST(Diag, CarriesTheFixOfItsCode) {
  EXPECT_EQ(make(Code::F108, {"a -> b -> a"}).fix, "use a logic_loop node");
}

TEST(Diag, OneNumberMayHaveSeveralMessages) {
  EXPECT_EQ(make(Code::F011_Port, {"p", "n"}).code, "F011");
  EXPECT_EQ(make(Code::F011_Port, {"p", "n"}).message, "duplicate port id 'p' in node 'n'");
  EXPECT_EQ(make(Code::E422_Recursive, {"T"}).message, "type 'T' contains itself");
}

TEST(Diag, JsonHasEveryMemberInOrder) {
  const Diagnostics list = {make(Code::F106, {"e1"}, {"edges[2]", std::nullopt, "e1"})};
  EXPECT_EQ(to_text(to_json(list)),
            R"([{"severity":"error","message":"edge 'e1': conditional edge without condition",)"
            R"("path":"edges[2]","node_id":null,"edge_id":"e1","code":"F106","fix":null}])");
}

TEST(Diag, WarningsAreNoErrors) {
  const Diagnostic warning = make(Code::F109, {"n"});
  EXPECT_EQ(to_json(warning)["severity"], Json("warning"));
  EXPECT_FALSE(has_errors({warning}));
  EXPECT_TRUE(has_errors({warning, make(Code::F101, {})}));
  EXPECT_FALSE(has_errors({}));
}

TEST(Diag, FormatsAreUnique) {
  std::set<std::pair<std::string, std::string>> seen;
  for (int i = 0; i < code_count; ++i) {
    const CodeInfo& known = info(static_cast<Code>(i));
    EXPECT_TRUE(seen.emplace(known.code, known.format).second) << known.code;
  }
}

}  // namespace
}  // namespace scaiflow::diag
