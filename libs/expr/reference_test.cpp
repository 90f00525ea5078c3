#include <gtest/gtest.h>

#include <set>

#include "generated/cpp/expression_examples.h"
#include "libs/expr/functions.h"
#include "libs/expr/test_scope.h"

/// The reference page of expressions: its examples are run, and it lists what the tables have.
namespace scaiflow::expr {
namespace {

std::set<std::string> listed(bool (*wanted)(const contracts::ExpressionExample&)) {
  std::set<std::string> names;
  for (const auto& example : contracts::expression_examples) {
    if (wanted(example)) names.emplace(example.name);
  }
  return names;
}

TEST(Reference, every_example_gives_its_result) {
  for (const auto& example : contracts::expression_examples) {
    EXPECT_EQ(run(example.source), example.result) << example.source;
  }
}

TEST(Reference, every_example_shows_what_it_stands_for) {
  for (const auto& example : contracts::expression_examples) {
    EXPECT_NE(example.source.find(example.name), std::string_view::npos) << example.name;
  }
}

TEST(Reference, lists_every_function) {
  std::set<std::string> known;
  for (int i = 0; i <= static_cast<int>(Function::Sha256); ++i)
    known.emplace(spec_of(static_cast<Function>(i)).name);
  EXPECT_EQ(listed([](const auto& example) { return example.on.empty(); }), known);
}

TEST(Reference, lists_every_method) {
  const auto names = listed([](const auto& example) { return !example.on.empty(); });
  for (int i = 0; i <= static_cast<int>(Method::Values); ++i) {
    const MethodSpec& spec = spec_of(static_cast<Method>(i));
    EXPECT_TRUE(names.contains(std::string(spec.name))) << spec.name;
  }
  const std::set<std::string> properties = {"length", "first", "last", "year", "weekday", "minutes"};
  for (const std::string& name : names)
    EXPECT_TRUE(properties.contains(name) || find_method(name)) << name;
}

}  // namespace
}  // namespace scaiflow::expr
