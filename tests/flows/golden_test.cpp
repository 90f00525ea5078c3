#include "tests/flows/golden.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace scaiflow::golden {
namespace {

/// One test per file, so that a failure names it and one file can be run alone.
class GoldenFile : public testing::TestWithParam<std::string> {};

std::string first_difference(const std::string& expected, const std::string& actual) {
  std::size_t line = 1;
  std::size_t start = 0;
  for (std::size_t i = 0; i < std::min(expected.size(), actual.size()); ++i) {
    if (expected[i] != actual[i]) break;
    if (expected[i] != '\n') continue;
    ++line;
    start = i + 1;
  }
  const auto line_of = [start](const std::string& text) {
    return start < text.size() ? text.substr(start, text.find('\n', start) - start) : std::string("(end)");
  };
  return "line " + std::to_string(line) + "\n  expected: " + line_of(expected) +
         "\n  actual:   " + line_of(actual);
}

TEST_P(GoldenFile, is_what_the_compiler_gives) {
  const std::string text = read_file(GetParam());
  const Case expected = parse_case(GetParam(), text);
  const Case actual = run_case(expected);
  const std::string now = write_case(actual);
  if (std::getenv("SCAIFLOW_UPDATE_GOLDEN")) {
    std::ofstream(GetParam(), std::ios::binary) << now;
  } else if (now != text) {
    FAIL() << first_difference(text, now) << "\n(tests/flows/update rewrites the files)";
  }
  EXPECT_EQ(has_errors(actual), should_fail(GetParam()))
      << "files named fail_* have errors, all others have none";
  EXPECT_EQ(broken_promise(actual), "");
}

std::string name_of(const testing::TestParamInfo<std::string>& info) {
  const std::string path = std::filesystem::relative(info.param, SCAIFLOW_SOURCE_DIR).string();
  std::string name;
  for (const char c : path.substr(0, path.rfind('.')))
    name.push_back(std::isalnum(static_cast<unsigned char>(c)) ? c : '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, GoldenFile, testing::ValuesIn(find_cases()), name_of);

}  // namespace
}  // namespace scaiflow::golden
