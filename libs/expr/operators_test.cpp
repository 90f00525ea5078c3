#include <gtest/gtest.h>

#include "libs/expr/test_scope.h"

namespace scaiflow::expr {
namespace {

using Cases = std::vector<std::pair<const char*, const char*>>;

void expect_results(const Cases& cases) {
  for (const auto& [text, expected] : cases) EXPECT_EQ(run(text), expected) << text;
}
void expect_failures(const Cases& cases) {
  for (const auto& [text, expected] : cases) EXPECT_EQ(failure(text), expected) << text;
}

TEST(Arithmetic, keeps_int_and_float_apart) {
  expect_results({
      {"1 + 2", "3"},
      {"1 + 2.0", "3.0"},
      {"3 - 1.5", "1.5"},
      {"2 * 2.5", "5.0"},
      {"6 / 3", "2"},
      {"6.0 / 3", "2.0"},
      {"7 / -2", "-3.5"},
      {"-7 / 7", "-1"},
      {"7 % 3", "1"},
      {"-7 % 3", "-1"},
      {"7 % -3", "1"},
      {"7.5 % 2", "1.5"},
      {"-9223372036854775808 % -1", "0"},
      {"-(3)", "-3"},
      {"-(2.5)", "-2.5"},
      {"1 / 3 == 1.0 / 3", "true"},
  });
}

TEST(Arithmetic, fails_instead_of_wrapping) {
  expect_failures({
      {"9223372036854775807 + 1", "Overflow: number out of range"},
      {"-9223372036854775808 - 1", "Overflow: number out of range"},
      {"9223372036854775807 * 2", "Overflow: number out of range"},
      {"-9223372036854775808 / -1", "Overflow: number out of range"},
      {"-(-9223372036854775808)", "Overflow: number out of range"},
      {"1e308 * 10", "Overflow: number out of range"},
      {"1e308 + 1e308", "Overflow: number out of range"},
      {"1e308 / 1e-10", "Overflow: number out of range"},
      {"1 / 0", "DivisionByZero: division by zero"},
      {"1.5 / 0.0", "DivisionByZero: division by zero"},
      {"1 % 0", "DivisionByZero: division by zero"},
      {"1h / 0", "DivisionByZero: division by zero"},
      {"1h / 0s", "DivisionByZero: division by zero"},
  });
}

TEST(Arithmetic, names_the_operand_that_does_not_fit) {
  expect_failures({
      {"null + 1", "NullValue: cannot add null"},
      {"1 - null", "NullValue: cannot subtract null"},
      {"null * 2", "NullValue: cannot multiply null"},
      {"2 / null", "NullValue: cannot divide null"},
      {"-null", "NullValue: cannot negate null"},
      {"true + 1", "TypeMismatch: add needs numbers, strings, arrays, dates or durations, not bool"},
      {"1 + []", "TypeMismatch: add needs numbers, strings, arrays, dates or durations, not array"},
      {"'a' - 1", "TypeMismatch: subtract needs numbers, dates or durations, not string"},
      {"2 * 'a'", "TypeMismatch: multiply needs numbers or durations, not string"},
      {"2 / 1h", "TypeMismatch: divide needs numbers or durations, not duration"},
      {"1h % 2", "TypeMismatch: divide needs numbers, not duration"},
      {"-'a'", "TypeMismatch: negate needs number or duration, not string"},
      {"-true", "TypeMismatch: negate needs number or duration, not bool"},
  });
}

TEST(Addition, joins_texts_and_arrays) {
  expect_results({
      {"'a' + 1", "\"a1\""},
      {"1.50 + 'a'", "\"1.5a\""},
      {"'x' + 30.0", "\"x30\""},
      {"null + 'a'", "\"a\""},
      {"'a' + true", "\"atrue\""},
      {"'a' + [1, 'b']", R"("a[1,\"b\"]")"},
      {"'a' + 90s", "\"a90s\""},
      {"'t ' + 1500ms + ' ' + 2h + ' ' + 36h + ' ' + 48h + ' ' + 0s", "\"t 1500ms 2h 36h 2d 0s\""},
      {"'d ' + 2024-01-31", "\"d 2024-01-31\""},
      {"[1] + [2, 3]", "[1,2,3]"},
      {"[] + []", "[]"},
      {"'a' + [2024-01-31, 1s]", R"("a[\"2024-01-31\",1000]")"},
  });
}

TEST(Time, has_its_own_arithmetic) {
  expect_results({
      {"2024-03-01 - 2024-02-01 == 29d", "true"},
      {"2024-02-28 + 2d", "\"2024-03-01\""},
      {"2024-03-01 - 1d", "\"2024-02-29\""},
      {"2024-03-01 + 24h", "\"2024-03-02\""},
      {"2024-01-01T00:00Z + 1500ms", "\"2024-01-01T00:00:01.500Z\""},
      {"2024-01-01T00:00Z - 1ms", "\"2023-12-31T23:59:59.999Z\""},
      {"2024-01-02T00:00Z - 2024-01-01T12:00Z", "43200000"},
      {"1h - 30m", "1800000"},
      {"1h * 2", "7200000"},
      {"2 * 1h", "7200000"},
      {"1s * 0.0005", "1"},
      {"3ms / 2", "2"},
      {"-3ms / 2", "-2"},
      {"5ms / 3", "2"},
      {"4ms / 3", "1"},
      {"1s / 2.5", "400"},
      {"1h / 30m", "2"},
      {"1h / 90m", "0.6666666666666666"},
      {"-(1h)", "-3600000"},
  });
  expect_failures({
      {"2024-01-01 + 1h", "TypeMismatch: add needs whole days, not duration"},
      {"2024-01-01 - 1h", "TypeMismatch: subtract needs whole days, not duration"},
      {"1d + 2024-01-01", "TypeMismatch: add needs numbers, strings, arrays, dates or durations, not date"},
      {"2024-01-01 - 2024-01-01T00:00Z",
       "TypeMismatch: subtract needs numbers, dates or durations, not datetime"},
      {"9999-12-31 + 1d", "Overflow: number out of range"},
      {"0000-01-01T00:00Z - 1ms", "Overflow: number out of range"},
      {"106751991167d + 106751991167d", "Overflow: number out of range"},
  });
}

TEST(Equality, is_deep_and_never_fails) {
  expect_results({
      {"1 == 1.0", "true"},
      {"9007199254740993 == 9007199254740992.0", "false"},
      {"'1' == 1", "false"},
      {"null == false", "false"},
      {"null == null", "true"},
      {"[1, [2.0]] == [1.0, [2]]", "true"},
      {"{a: 1, b: 2} == {b: 2, a: 1}", "true"},
      {"{a: 1} == {a: 1, b: null}", "false"},
      {"[1] != [1, 2]", "true"},
      {"2024-01-01 == '2024-01-01'", "false"},
      {"2024-01-01 == date('2024-01-01')", "true"},
      {"60s == 1m", "true"},
      {"1s == 1000", "false"},
      {"2024-01-01 == 2024-01-01T00:00Z", "false"},
      {"[1d] == [24h]", "true"},
  });
}

TEST(Order, compares_like_with_like) {
  expect_results({
      {"1 < 1.5", "true"},
      {"9007199254740993 > 9007199254740992.0", "true"},
      {"9223372036854775807 < 1e19", "true"},
      {"-9223372036854775808 > -1e19", "true"},
      {"2 >= 2.0", "true"},
      {"'a' < 'b'", "true"},
      {"'Z' < 'a'", "true"},
      {"'é' > 'z'", "true"},
      {"'\xef\xbf\xbd' < '😀'", "true"},
      {"'a' < 'ab'", "true"},
      {"null < 1", "false"},
      {"1 >= null", "false"},
      {"null <= null", "false"},
      {"2024-01-01 < 2024-01-02", "true"},
      {"1h > 59m", "true"},
      {"2024-01-01T00:00Z <= 2024-01-01T01:00+01:00", "true"},
  });
  expect_failures({
      {"1 < 'a'", "TypeMismatch: compare needs int, not string"},
      {"true < false", "TypeMismatch: compare needs numbers, strings, dates or durations, not bool"},
      {"[1] < [2]", "TypeMismatch: compare needs numbers, strings, dates or durations, not array"},
      {"2024-01-01 < 2024-01-01T00:00Z", "TypeMismatch: compare needs date, not datetime"},
  });
}

TEST(In, looks_into_arrays_strings_and_maps) {
  expect_results({
      {"2.0 in [1, 2]", "true"},
      {"[1] in [[1]]", "true"},
      {"null in [null]", "true"},
      {"'ell' in 'Hello'", "true"},
      {"'' in 'a'", "true"},
      {"'a' in {a: null}", "true"},
      {"'b' in {a: 1}", "false"},
      {"1 in null", "false"},
      {"1 not in null", "true"},
      {"'x' not in 'abc'", "true"},
      {"1d in [24h]", "true"},
  });
  expect_failures({
      {"1 in 5", "TypeMismatch: in needs array, string or map, not int"},
      {"1 in 'abc'", "TypeMismatch: in needs string, not int"},
      {"1 not in {a: 1}", "TypeMismatch: in needs string, not int"},
  });
}

TEST(Truth, is_as_the_chapter_says) {
  expect_results({
      {"[null, false, 0, 0.0, '', [], {}, 0s].any()", "false"},
      {"[true, 1, 0.1, 'a', [0], {a: 0}, 1ms, 1970-01-01, 1970-01-01T00:00Z].all()", "true"},
      {"!null", "true"},
      {"not 'a'", "false"},
      {"'a' && 2", "true"},
      {"0 || ''", "false"},
      {"1 ? 2 : 3", "2"},
  });
}

TEST(Logic, evaluates_no_more_than_needed) {
  expect_results({
      {"false && (1 / 0)", "false"},
      {"true || (1 / 0)", "true"},
      {"true ? 1 : 1 / 0", "1"},
      {"false ? 1 / 0 : 2", "2"},
      {"1 ?? 1 / 0", "1"},
      {"null ?? 2", "2"},
      {"false ?? 2", "false"},
  });
  EXPECT_EQ(failure("unknown ?? 1"), "UnknownName: unknown name 'unknown'");
}

TEST(Members, follow_the_table) {
  expect_results({
      {"{a: 1}.b", "null"},
      {"{a: 1, b: 2}.length", "2"},
      {"{length: 'x'}.length", "\"x\""},
      {"{a: 1}['a']", "1"},
      {"{a: 1}['length']", "1"},
      {"{a: 1}.keys", "null"},
      {"{keys: 5}.keys", "5"},
      {"{keys: 5}.keys()", "[\"keys\"]"},
      {"[1, 2].length", "2"},
      {"[1, 2].first", "1"},
      {"[1, 2].last", "2"},
      {"[].first", "null"},
      {"[].last", "null"},
      {"[1, 2].last()", "2"},
      {"[1, 2].first()", "1"},
      {"[].first()", "null"},
      {"'ab'.length()", "2"},
      {"[1, 2][0]", "1"},
      {"[1, 2][-2]", "1"},
      {"[1, 2][-3]", "null"},
      {"[1, 2][2]", "null"},
      {"'héllo'[1]", "\"é\""},
      {"'héllo'[-1]", "\"o\""},
      {"'abc'[3]", "null"},
      {"'abc'.text", "\"abc\""},
      {"null.a", "null"},
      {"null[1]", "null"},
      {"null['a'].b", "null"},
      {"[2024-05-06][0].month", "5"},
      {"{d: 2024-05-06}.d.day", "6"},
  });
  expect_failures({
      {"'a'.foo", "UnknownMember: string has no member 'foo'"},
      {"[1].foo", "UnknownMember: array has no member 'foo'"},
      {"(1).foo", "UnknownMember: int has no member 'foo'"},
      {"1.5.foo", "UnknownMember: float has no member 'foo'"},
      {"true.foo", "UnknownMember: bool has no member 'foo'"},
      {"2024-01-01.hour", "UnknownMember: date has no member 'hour'"},
      {"1h.foo", "UnknownMember: duration has no member 'foo'"},
      {"{a: 1}[0]", "TypeMismatch: index needs string, not int"},
      {"[1]['a']", "TypeMismatch: index needs int, not string"},
      {"'a'['a']", "TypeMismatch: index needs int, not string"},
      {"[1][null]", "TypeMismatch: index needs int, not null"},
      {"5[0]", "TypeMismatch: index needs array, map or string, not int"},
      {"2024-01-01[0]", "TypeMismatch: index needs array, map or string, not date"},
  });
}

TEST(Errors, tell_the_expression_and_the_place) {
  Fuel fuel;
  const auto result = evaluate(parse_expression("1 + nothing.lower()").expression, example_scope(), fuel);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "NullValue");
  EXPECT_EQ(result.error().message, "cannot call 'lower' on null");
  EXPECT_EQ(result.error().expression, "1 + nothing.lower()");
  EXPECT_EQ(result.error().offset, 12u);
  const auto refused = evaluate(parse_expression("1 +").expression, example_scope(), fuel);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "ArgumentError");
}

}  // namespace
}  // namespace scaiflow::expr
