#include <gtest/gtest.h>

#include <set>

#include "generated/cpp/kinds.h"
#include "tests/flows/golden.h"

namespace scaiflow::golden {
namespace {

TEST(GoldenCoverage, every_kind_has_a_file_with_all_outputs) {
  std::set<std::string> shown;
  for (const std::string& path : find_cases()) {
    const Case file = parse_case(path, read_file(path));
    if (!file.find("yaml") || !file.find("ir") || !file.find("scai") || has_errors(file)) continue;
    for (const flow::KindSpec& kind : flow::all_kinds()) {
      const std::string folder = "/kinds/" + std::string(kind.name) + "/tests/";
      if (path.find(folder) != std::string::npos) shown.insert(std::string(kind.name));
    }
  }
  for (const flow::KindSpec& kind : flow::all_kinds()) {
    EXPECT_TRUE(shown.contains(std::string(kind.name)))
        << kind.name << " has no golden file with yaml, ir and scai";
  }
}

}  // namespace
}  // namespace scaiflow::golden
