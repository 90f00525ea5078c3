#include <gtest/gtest.h>

#include <map>
#include <set>

#include "generated/cpp/diagnostics.h"
#include "generated/cpp/kinds.h"
#include "tests/flows/golden.h"

namespace scaiflow::golden {
namespace {

using diag::Code;

/// Messages that no golden file shows, each with the reason.
const std::map<Code, std::string>& exceptions() {
  static const std::string too_big = "needs a file of its size; apps/compiler/compile_test.cpp makes one";
  static const std::string only_ir = "no document or manifest can say it; libs/ir tests read it from JSON";
  static const std::map<Code, std::string> list = {
      {Code::F002, too_big},         {Code::F310_Template, too_big}, {Code::F999, too_big},
      {Code::E401, only_ir},         {Code::E405, only_ir},          {Code::E411_Block, only_ir},
      {Code::E420, only_ir},         {Code::E423, only_ir},
  };
  return list;
}

/// `edge '{0}': unknown source node '{1}'` fits a line that has its literal pieces in order.
bool fits(const std::string& line, const diag::CodeInfo& info) {
  if (line.find(std::string("[") + info.code + "]: ") == std::string::npos) return false;
  const std::string format = info.format;
  std::size_t at = 0;
  std::size_t piece = 0;
  while (piece <= format.size()) {
    std::size_t open = format.find('{', piece);
    while (open != std::string::npos && (open + 2 >= format.size() || format[open + 2] != '}')) {
      open = format.find('{', open + 1);
    }
    const std::string literal = format.substr(piece, open == std::string::npos ? open : open - piece);
    at = line.find(literal, at);
    if (at == std::string::npos) return false;
    at += literal.size();
    if (open == std::string::npos) return true;
    piece = open + 3;
  }
  return true;
}

std::set<std::string> lines_of_all_cases() {
  std::set<std::string> lines;
  for (const std::string& path : find_cases()) {
    const Case file = parse_case(path, read_file(path));
    const std::string* text = file.find("diagnostics");
    if (!text) continue;
    for (std::size_t at = 0; at < text->size();) {
      const std::size_t end = text->find('\n', at);
      lines.insert(text->substr(at, end - at));
      at = end + 1;
    }
  }
  return lines;
}

TEST(GoldenCoverage, every_message_is_shown_by_a_file) {
  const std::set<std::string> lines = lines_of_all_cases();
  for (int i = 0; i < diag::code_count; ++i) {
    const diag::CodeInfo& info = diag::info(static_cast<diag::Code>(i));
    bool is_shown = false;
    for (const std::string& line : lines) is_shown = is_shown || fits(line, info);
    const bool is_exception = exceptions().contains(static_cast<Code>(i));
    EXPECT_TRUE(is_shown || is_exception)
        << info.code << ": " << info.format << " is shown by no golden file";
    EXPECT_FALSE(is_shown && is_exception) << info.code << " is no exception any more";
  }
}

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
