#include <gtest/gtest.h>

#include "libs/expr/near_name.h"
#include "libs/expr/test_scope.h"

namespace scaiflow::expr {
namespace {

Type type(std::string_view text) { return Type::parse(text).value(); }

class TestStaticScope : public StaticScope {
 public:
  void set(const std::string& name, std::string_view type_text) {
    types_.insert_or_assign(name, type(type_text));
  }
  void set_open(const std::string& name) { open_.push_back(name); }
  void set_later(const std::string& name) { later_.push_back(name); }
  void declare(const std::string& name, std::string_view type_text) {
    named_.insert_or_assign(name, type(type_text));
  }
  void close_input() { is_open_ = false; }

  StaticName find(std::string_view name) const override {
    using State = StaticName::State;
    if (const auto it = types_.find(name); it != types_.end()) return {State::Known, &it->second, ""};
    if (std::find(open_.begin(), open_.end(), name) != open_.end()) return {State::Known, nullptr, ""};
    if (std::find(later_.begin(), later_.end(), name) != later_.end())
      return {State::NotBefore, nullptr, "node_later"};
    return {};
  }
  bool input_is_open() const override { return is_open_; }
  std::vector<std::string> candidates() const override {
    std::vector<std::string> names = open_;
    for (const auto& entry : types_) names.push_back(entry.first);
    return names;
  }
  const Type* named_type(std::string_view name) const override {
    const auto it = named_.find(name);
    return it == named_.end() ? nullptr : &it->second;
  }

 private:
  NamedTypes types_;
  NamedTypes named_;
  std::vector<std::string> open_;
  std::vector<std::string> later_;
  bool is_open_ = true;
};

TestStaticScope example() {
  TestStaticScope scope;
  scope.set(
      "classify",
      "{category: enum[question, complaint], confidence: float, tags: array[string], note?: {by: string}}");
  scope.set("orders", "array[{id: int, lines: array[{price: float}]}]");
  scope.set("amount", "int");
  scope.set("prices", "map[string, float]");
  scope.set("either", "{a: int, c: int} | {b: int}");
  scope.set("person", "Person");
  scope.set("strange", "Strange");
  scope.declare("Person", "{name: string, boss: Person?}");
  scope.set_open("memory");
  scope.set_later("late");
  return scope;
}

std::string check(std::string_view text, const StaticScope& scope = example()) {
  Parsed parsed = parse_e(text);
  check_names(parsed.expression, scope, parsed.problems);
  return problems_of(parsed);
}

TEST(CheckNames, hints_at_slips_while_the_input_is_open) {
  EXPECT_EQ(check("clasify.category"), "F304 name 'clasify' is not known; did you mean 'classify'?");
  EXPECT_EQ(check("{{ amuont }} {{ lambda }}"), "F304 name 'amuont' is not known; did you mean 'amount'?");
  EXPECT_EQ(check("confidence > 0.7"), "");
}

TEST(CheckNames, refuses_unknown_names_when_the_input_is_closed) {
  TestStaticScope scope = example();
  scope.close_input();
  EXPECT_EQ(check("clasify + amount", scope), "F307 unknown name 'clasify'");
  EXPECT_EQ(check("orders.map(o => o.id + p)", scope), "F307 unknown name 'p'");
}

TEST(CheckNames, refuses_results_that_come_later) {
  EXPECT_EQ(check("late.x"), "F305 'late' has no value here: node 'node_later' does not run before this one");
}

TEST(CheckNames, warns_of_members_that_closed_types_lack) {
  const std::pair<const char*, const char*> cases[] = {
      {"classify.categorie", "F308 'classify' has no member 'categorie'"},
      {"classify['categorie']", "F308 'classify' has no member 'categorie'"},
      {"classify.category.foo", "F308 'classify.category' has no member 'foo'"},
      {"classify.note.bye", "F308 'classify.note' has no member 'bye'"},
      {"classify.tags.foo", "F308 'classify.tags' has no member 'foo'"},
      {"amount.foo", "F308 'amount' has no member 'foo'"},
      {"orders[0].idd", "F308 'orders[…]' has no member 'idd'"},
      {"orders.map(o => o.idd)", "F308 'o' has no member 'idd'"},
      {"orders.filter(o => o.id).map(o => o.lines.map(l => l.prize))", "F308 'l' has no member 'prize'"},
      {"orders.reduce((sum, o) => sum + o.idd, 0)", "F308 'o' has no member 'idd'"},
      {"person.boss.boss.nam", "F308 'person.boss.boss' has no member 'nam'"},
      {"either.d", "F308 'either' has no member 'd'"},
      {"classify.category.length + classify.category.text", ""},
      {"classify.tags.length + classify.tags.first.length", ""},
      {"classify.length", ""},
      {"classify.note.by.length", ""},
      {"either.a + either.b", ""},
      {"prices.anything.else", "F308 'prices.anything' has no member 'else'"},
      {"memory.a.b.c", ""},
      {"strange.a", ""},
      {"(amount > 1 ? classify : orders).foo", ""},
      {"orders.first.id", ""},
      {"orders.length.foo", "F308 'orders.length' has no member 'foo'"},
      {"[1, 2].map(x => x.foo)", "F308 'x' has no member 'foo'"},
      {"foo(amount.bar)", "F302 unknown function 'foo' | F308 'amount' has no member 'bar'"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(check(text), expected) << text;
}

TEST(TypeOf, is_known_where_it_is_obvious) {
  const auto type_text = [](std::string_view text) {
    const auto known = type_of(parse_e(text).expression, example());
    return known ? known->to_text() : "open";
  };
  const std::pair<const char*, const char*> cases[] = {
      {"classify.category", "enum[question, complaint]"},
      {"{{ classify.confidence }}", "float"},
      {"a {{ classify }}", "string"},
      {"amount + 1", "int"},
      {"amount / 2", "open"},
      {"amount * 1.5", "float"},
      {"'a' + amount", "string"},
      {"amount > 1 && memory.x", "bool"},
      {"orders.map(o => o.id)", "array[int]"},
      {"orders.find(o => o.id > 1)", "{id: int, lines: array[{price: float}]}?"},
      {"classify.note.by ?? 'x'", "string"},
      {"true ? 1 : 2", "int"},
      {"true ? 1 : 'a'", "open"},
      {"[1, 2]", "array[int]"},
      {"[1, 'a']", "array"},
      {"{a: 1, b: memory}", "{a: int, b: json}"},
      {"len(amount)", "int"},
      {"classify.category.upper().split(',')", "array[string]"},
      {"memory", "open"},
      {"1 +", "open"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(type_text(text), expected) << text;
}

TEST(NearName, counts_edits) {
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("abc", "abc"), 0);
  EXPECT_EQ(edit_distance("abcd", "acbd"), 1);
  EXPECT_EQ(edit_distance("ca", "abc"), 2);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
}

TEST(NearName, allows_more_edits_for_longer_names) {
  const std::vector<std::string> known = {"id", "name", "total", "totals"};
  EXPECT_EQ(nearest_name("toatl", known), "total");
  EXPECT_EQ(nearest_name("totul", known), "total");
  EXPECT_EQ(nearest_name("tootals", known), "totals");
  EXPECT_EQ(nearest_name("nmae", known), "name");
  EXPECT_EQ(nearest_name("nmea", known), std::nullopt);
  EXPECT_EQ(nearest_name("ix", known), std::nullopt);
  EXPECT_EQ(nearest_name("total", {"total"}), std::nullopt);
}

}  // namespace
}  // namespace scaiflow::expr
