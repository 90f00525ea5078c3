#include <gtest/gtest.h>

#include "libs/expr/calendar.h"
#include "libs/expr/test_scope.h"
#include "libs/expr/text_search.h"

namespace scaiflow::expr {
namespace {

using Cases = std::vector<std::pair<const char*, const char*>>;

void expect_results(const Cases& cases) {
  for (const auto& [text, expected] : cases) EXPECT_EQ(run(text), expected) << text;
}
void expect_failures(const Cases& cases) {
  for (const auto& [text, expected] : cases) EXPECT_EQ(failure(text), expected) << text;
}

TEST(FreeFunctions, convert) {
  expect_results({
      {"len('héllo')", "5"},
      {"len([1, 2])", "2"},
      {"len({length: 9})", "1"},
      {"len(null)", "0"},
      {"[null, true, 1, 1.0, '', [], {}, 2024-01-01, 2024-01-01T00:00Z, 1s].map(x => type_of(x))",
       R"(["null","bool","int","float","string","array","map","date","datetime","duration"])"},
      {"string(1.0)", "\"1\""},
      {"string(null)", "\"\""},
      {"string({a: [1.0]})", R"("{\"a\":[1.0]}")"},
      {"int(2.9)", "2"},
      {"int(-2.9)", "-2"},
      {"int('-012')", "-12"},
      {"int(true)", "1"},
      {"int('-0')", "0"},
      {"int('9223372036854775807')", "9223372036854775807"},
      {"int('9223372036854775808', 1)", "1"},
      {"int(1e300, 1)", "1"},
      {"int(null, 5)", "5"},
      {"int('1.5', null)", "null"},
      {"int('1e3', 0)", "0"},
      {"float(1)", "1.0"},
      {"float('2.50')", "2.5"},
      {"float('1e3')", "1000.0"},
      {"float('007')", "7.0"},
      {"float(false)", "0.0"},
      {"float('x', 1)", "1"},
      {"float('1e999', 0)", "0"},
      {"float('', 0)", "0"},
      {"bool('TRUE')", "true"},
      {"bool('false')", "false"},
      {"bool(0.0)", "false"},
      {"bool(2)", "true"},
      {"bool(null)", "false"},
      {"bool('yes', false)", "false"},
      {"date('2024-02-29')", "\"2024-02-29\""},
      {"date(2024-02-29T23:59Z)", "\"2024-02-29\""},
      {"date('2024-02-29T23:00:00.123456-02:00')", "\"2024-03-01\""},
      {"date('2023-02-29', null)", "null"},
      {"datetime('2024-02-29T23:00:00.123456+00:00')", "\"2024-02-29T23:00:00.123Z\""},
      {"datetime(2024-02-29)", "\"2024-02-29T00:00:00Z\""},
      {"datetime('2024-02-29')", "\"2024-02-29T00:00:00Z\""},
      {"datetime(1500)", "\"1970-01-01T00:00:01.500Z\""},
      {"datetime(-1)", "\"1969-12-31T23:59:59.999Z\""},
      {"datetime(9223372036854775807, 0)", "0"},
      {"duration('90s')", "90000"},
      {"duration(5)", "5"},
      {"duration('-2h')", "-7200000"},
      {"duration('2y', 0)", "0"},
      {"duration('9223372036854775807w', 0)", "0"},
  });
}

TEST(FreeFunctions, work_with_json_ranges_and_encodings) {
  expect_results({
      {"json({a: [1, 'x', null]})", R"("{\"a\":[1,\"x\",null]}")"},
      {"json(2024-01-01)", R"("\"2024-01-01\"")"},
      {"parse_json('{\"a\": 1.0}').a", "1.0"},
      {"parse_json('{', 7)", "7"},
      {"parse_json('null') ?? 1", "1"},
      {"min(3, 1.5, 2)", "1.5"},
      {"max('a', 'b')", "\"b\""},
      {"max(null, 2, null)", "2"},
      {"min(null, null)", "null"},
      {"min(1, 1.0)", "1"},
      {"max(1h, 2h)", "7200000"},
      {"coalesce(null, false, 1)", "false"},
      {"coalesce(null, null)", "null"},
      {"range(3)", "[0,1,2]"},
      {"range(1, 3)", "[1,2]"},
      {"range(3, 0, -2)", "[3,1]"},
      {"range(0)", "[]"},
      {"range(3, 1)", "[]"},
      {"range(9223372036854775806, 9223372036854775807, 5)", "[9223372036854775806]"},
      {"url_encode('a b/é~')", "\"a%20b%2F%C3%A9~\""},
      {"url_decode('a%20b%2f%C3%A9+')", "\"a b/é+\""},
      {"base64_encode('é')", "\"w6k=\""},
      {"base64_decode('w6k=')", "\"é\""},
      {"sha256('abc')", "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\""},
  });
}

TEST(FreeFunctions, refuse_what_does_not_fit) {
  expect_failures({
      {"len(5)", "TypeMismatch: len needs string, array or map, not int"},
      {"int('x')", "ConversionError: cannot convert x to int"},
      {"int([1])", "ConversionError: cannot convert [1] to int"},
      {"int(null)", "ConversionError: cannot convert null to int"},
      {"int(' 1')", "ConversionError: cannot convert  1 to int"},
      {"float('abcdefghijabcdefghijabcdefghijabcdefghijk')",
       "ConversionError: cannot convert abcdefghijabcdefghijabcdefghijabcdefghij… to float"},
      {"date('tomorrow')", "ConversionError: cannot convert tomorrow to date"},
      {"datetime('2024-01-01T10:00')", "ConversionError: cannot convert 2024-01-01T10:00 to datetime"},
      {"duration(1.5)", "ConversionError: cannot convert 1.5 to duration"},
      {"bool([])", "ConversionError: cannot convert [] to bool"},
      {"parse_json('{')", "ConversionError: cannot convert { to json"},
      {"parse_json(1)", "TypeMismatch: parse_json needs string, not int"},
      {"min(1, 'a')", "TypeMismatch: min needs int, not string"},
      {"max(true, false)", "TypeMismatch: max needs numbers, strings, dates or durations, not bool"},
      {"range(1, 2, 0)", "ArgumentError: range: step must not be 0"},
      {"range('a')", "TypeMismatch: range needs int, not string"},
      {"url_encode(null)", "TypeMismatch: url_encode needs string, not null"},
      {"url_decode('%2')", "ArgumentError: url_decode: invalid escape"},
      {"url_decode('%')", "ArgumentError: url_decode: invalid escape"},
      {"url_decode('%ff')", "ArgumentError: url_decode: the result is not UTF-8 text"},
      {"base64_decode('w6k')", "ArgumentError: base64_decode: invalid base64"},
      {"base64_decode('/w==')", "ArgumentError: base64_decode: the result is not UTF-8 text"},
  });
}

TEST(StringMethods, give_what_the_table_says) {
  expect_results({
      {"'ÄÖß Ω'.lower()", "\"äöß ω\""},
      {"'äöß ω'.upper()", "\"ÄÖß Ω\""},
      {"'éa'.capitalize()", "\"Éa\""},
      {"''.capitalize()", "\"\""},
      {"'\\u00a0 a \\u2003'.trim()", "\"a\""},
      {"' a '.trim_start()", "\"a \""},
      {"' a '.trim_end()", "\" a\""},
      {"'  '.trim()", "\"\""},
      {"'abc'.contains('bc')", "true"},
      {"'abc'.contains('')", "true"},
      {"'abc'.starts_with('ab')", "true"},
      {"'abc'.starts_with('abcd')", "false"},
      {"'abc'.ends_with('bc')", "true"},
      {"'abc'.ends_with('xabc')", "false"},
      {"'aXbX'.replace('X', '--')", "\"a--b--\""},
      {"'aaa'.replace('aa', 'b')", "\"ba\""},
      {"'aXbX'.replace_first('X', '')", "\"abX\""},
      {"'a,b,,c'.split(',')", R"(["a","b","","c"])"},
      {"'héy'.split('')", R"(["h","é","y"])"},
      {"''.split(',')", "[\"\"]"},
      {"''.split('')", "[]"},
      {"'a--b'.split('--')", R"(["a","b"])"},
      {"'héllo'.slice(1, 3)", "\"él\""},
      {"'héllo'.slice(-3)", "\"llo\""},
      {"'héllo'.slice(-100, -1)", "\"héll\""},
      {"'héllo'.slice(3, 1)", "\"\""},
      {"'héllo'.slice(2, 100)", "\"llo\""},
      {"'héllo'.index_of('l')", "2"},
      {"'abc'.index_of('z')", "null"},
      {"'7'.pad_start(3)", "\"  7\""},
      {"'7'.pad_end(4, 'ab')", "\"7aba\""},
      {"'1234'.pad_start(3)", "\"1234\""},
      {"'é'.pad_start(3, 'ü')", "\"üüé\""},
      {"'ab'.repeat(3)", "\"ababab\""},
      {"'ab'.repeat(0)", "\"\""},
      {"'abc'.is_empty()", "false"},
      {"''.is_empty()", "true"},
      {"'a\\nb\\r\\nc'.lines()", R"(["a","b","c"])"},
      {"'a\\n'.lines()", R"(["a",""])"},
      {"'Hello World'.truncate(8)", "\"Hello W…\""},
      {"'Hello'.truncate(5)", "\"Hello\""},
      {"'Hello'.truncate(4, '..')", "\"He..\""},
      {"'Hello'.truncate(2, '...')", "\"..\""},
      {"'Hello'.truncate(0)", "\"\""},
      {"'a'.to_string()", "\"a\""},
      {"'a'.to_json()", R"("\"a\"")"},
  });
  expect_failures({
      {"'a'.contains(1)", "TypeMismatch: contains needs string, not int"},
      {"'a'.replace('', 'b')", "ArgumentError: replace: the text to replace is empty"},
      {"'a'.replace('a', null)", "TypeMismatch: replace needs string, not null"},
      {"'a'.slice('b')", "TypeMismatch: slice needs int, not string"},
      {"'a'.pad_start(5, '')", "ArgumentError: pad_start: the fill is empty"},
      {"'a'.repeat(-1)", "ArgumentError: repeat: the count is negative"},
      {"'a'.truncate(-1)", "ArgumentError: truncate: the length is negative"},
      {"'a'.to_string(2)", "ArgumentError: to_string: takes 0 arguments, not 1"},
      {"nothing.upper()", "NullValue: cannot call 'upper' on null"},
      {"amount.upper()", "UnknownMethod: int has no method 'upper'"},
      {"message.upper()", "UnknownMethod: map has no method 'upper'"},
  });
}

TEST(Glob, fits_the_whole_text) {
  const auto fits = [](std::string_view text, std::string_view pattern) {
    Work work;
    return matches_glob(text, pattern, work, 1'000'000);
  };
  EXPECT_TRUE(fits("", ""));
  EXPECT_TRUE(fits("", "*"));
  EXPECT_FALSE(fits("", "?"));
  EXPECT_TRUE(fits("abc", "abc"));
  EXPECT_FALSE(fits("abcd", "abc"));
  EXPECT_TRUE(fits("abc", "a?c"));
  EXPECT_TRUE(fits("aéc", "a?c"));
  EXPECT_FALSE(fits("ac", "a?c"));
  EXPECT_TRUE(fits("abc", "a*"));
  EXPECT_TRUE(fits("abc", "*c"));
  EXPECT_TRUE(fits("abcbc", "a*bc"));
  EXPECT_TRUE(fits("xaybzc", "*a*b*c"));
  EXPECT_TRUE(fits("xaybzc", "*a?b?c"));
  EXPECT_FALSE(fits("xaybzc", "*a??b*"));
  EXPECT_FALSE(fits("ab", "ab*b"));
  EXPECT_TRUE(fits("abb", "ab*b"));
  EXPECT_TRUE(fits("aéé", "*?é"));
  EXPECT_TRUE(fits("a*b", "a*b"));
  EXPECT_FALSE(fits("Abc", "a*"));
}

TEST(Finder, agrees_with_plain_search) {
  const std::string text = "aabaabaaabaabaabaaabaabaabaaabaab";
  for (std::size_t length = 1; length < text.size(); ++length) {
    for (std::size_t at = 0; at + length <= text.size(); ++at) {
      const std::string needle = text.substr(at, length);
      EXPECT_EQ(Finder(needle).find(text, 0), text.find(needle)) << needle;
      EXPECT_EQ(Finder(needle).find(text, 5), text.find(needle, 5)) << needle;
    }
  }
}

TEST(ArrayMethods, give_what_the_table_says) {
  expect_results({
      {"[].is_empty()", "true"},
      {"[1, 2.0].contains(2)", "true"},
      {"[1].contains('1')", "false"},
      {"[[1], {a: 1}].index_of({a: 1.0})", "1"},
      {"[1].index_of(2)", "null"},
      {"[1, 2, 3].slice(1)", "[2,3]"},
      {"[1, 2, 3].slice(-2, -1)", "[2]"},
      {"[1, 2].slice(5)", "[]"},
      {"[1, 2].reverse()", "[2,1]"},
      {"[1].concat([2])", "[1,2]"},
      {"[1].append([2])", "[1,[2]]"},
      {"[1, [2, [3]], []].flatten()", "[1,2,[3]]"},
      {"[1, 2].map((x, i) => x * i)", "[0,2]"},
      {"[3, 4].filter((x, i) => i == 1)", "[4]"},
      {"[1, 2].flat_map(x => [x, x])", "[1,1,2,2]"},
      {"[1, 2].flat_map((x, i) => i)", "[0,1]"},
      {"[1, 2, 3].find(x => x > 1)", "2"},
      {"[1].find(x => x > 1)", "null"},
      {"[1, 2].any(x => x > 1)", "true"},
      {"[].any(x => true)", "false"},
      {"[].all(x => false)", "true"},
      {"[1, 0].all(x => x)", "false"},
      {"[0, 1].any()", "true"},
      {"[0, 1].all()", "false"},
      {"[0, 1].count()", "2"},
      {"[0, 1].count(x => x)", "1"},
      {"[1, null, 2].sum()", "3"},
      {"[1, 2.5].sum()", "3.5"},
      {"[].sum()", "0"},
      {"[1, null, 2].avg()", "1.5"},
      {"[2, 4].avg()", "3"},
      {"[].avg()", "null"},
      {"[null].avg()", "null"},
  });
}

TEST(ArrayMethods, order_and_group_by_keys) {
  expect_results({
      {"[3, 1, null, 2].min()", "1"},
      {"['b', 'a'].max()", "\"b\""},
      {"[].min()", "null"},
      {"[2024-01-02, 2024-01-01].min()", "\"2024-01-01\""},
      {"items.min(i => i.qty).name", "\"book\""},
      {"[{a: 1, b: 1}, {a: 1, b: 2}].max(x => x.a).b", "1"},
      {"[2, null, 1.5].sort()", "[1.5,2,null]"},
      {"[2, null, 1].sort('desc')", "[2,1,null]"},
      {"[{k: 1, n: 'a'}, {k: 0, n: 'b'}, {k: 1, n: 'c'}].sort(x => x.k).map(x => x.n).join('')", "\"bac\""},
      {"[{k: 1, n: 'a'}, {k: 2, n: 'b'}, {k: 1, n: 'c'}].sort(x => x.k, 'desc').map(x => x.n).join('')",
       "\"bac\""},
      {"['b', 'B', 'a'].sort()", R"(["B","a","b"])"},
      {"[2h, 90m].sort()", "[5400000,7200000]"},
      {"[1, 1.0, '1', 2, [1], [1.0]].unique()", "[1,\"1\",2,[1]]"},
      {"['a', 'A'].unique(x => x.lower())", "[\"a\"]"},
      {"[{a: 1, b: 2}, {b: 2.0, a: 1}].unique().length", "1"},
      {"[1s, 1000, 1.5, 1.5].unique()", "[1000,1000,1.5]"},
      {"['a', 'b', 'aa'].group_by(x => x.length)", R"({"1":["a","b"],"2":["aa"]})"},
      {"[{k: 'x', v: 1}, {k: 'x', v: 2}].index_by(x => x.k).x.v", "2"},
      {"[1, 2, 3].reduce((a, x) => a + x, 10)", "16"},
      {"[].reduce((a, x) => a, 'i')", "\"i\""},
      {"[1, null, 'a', 1.0].join()", "\"1,,a,1\""},
      {"['a', 'b'].join(', ')", "\"a, b\""},
      {"[].join()", "\"\""},
      {"[[1, 2], [3]].map(r => r.map(x => x + r.length))", "[[3,4],[4]]"},
      {"[1, 2].map(x => [1, 2].map(y => x * y).sum()).sum()", "9"},
      {"[1].map(amount => amount)", "[1]"},
      {"[1].map(x => [2].map(x => x).first + x)", "[3]"},
      {"[1].to_json()", "\"[1]\""},
  });
  expect_failures({
      {"['a'].sum()", "TypeMismatch: sum needs numbers, not string"},
      {"[9223372036854775807, 1].sum()", "Overflow: number out of range"},
      {"[1, 'a'].sort()", "TypeMismatch: sort needs int, not string"},
      {"[true].sort()", "TypeMismatch: sort needs numbers, strings, dates or durations, not bool"},
      {"[1].sort('up')", "ArgumentError: sort: order must be \"asc\" or \"desc\""},
      {"[1].sort(x => x, 1)", "TypeMismatch: sort needs string, not int"},
      {"[1, 'a'].max()", "TypeMismatch: max needs int, not string"},
      {"[1].concat(2)", "TypeMismatch: concat needs array, not int"},
      {"[1].join(2)", "TypeMismatch: join needs string, not int"},
      {"[1].map(x => 1 / 0)", "DivisionByZero: division by zero"},
      {"nothing.map(x => x)", "NullValue: cannot call 'map' on null"},
      {"message.map(x => x)", "UnknownMethod: map has no method 'map'"},
      {"amount.filter(x => x)", "UnknownMethod: int has no method 'filter'"},
  });
}

TEST(MapMethods, give_what_the_table_says) {
  expect_results({
      {"{b: 1, a: 2}.keys()", R"(["b","a"])"},
      {"{b: 1, a: 2}.values()", "[1,2]"},
      {"{a: 1}.entries()", R"([{"key":"a","value":1}])"},
      {"{a: null}.has('a')", "true"},
      {"{}.has('a')", "false"},
      {"{}.is_empty()", "true"},
      {"{a: null}.get('a', 5)", "5"},
      {"{a: 1}.get('a')", "1"},
      {"{}.get('a')", "null"},
      {"{a: 1, b: 2}.set('a', 3)", R"({"a":3,"b":2})"},
      {"{a: 1}.set('b', 2)", R"({"a":1,"b":2})"},
      {"{a: 1, b: 2}.remove('a')", R"({"b":2})"},
      {"{a: 1, b: 2}.merge({c: 3, a: 9})", R"({"a":9,"b":2,"c":3})"},
      {"{a: 1, b: 2, c: 3}.pick(['c', 'a', 'z'])", R"({"c":3,"a":1})"},
      {"{a: 1, b: 2}.omit(['a'])", R"({"b":2})"},
      {"{a: 1, b: 2}.map_values((v, k) => k + v)", R"({"a":"a1","b":"b2"})"},
      {"{a: 1, b: 2}.filter((v, k) => v > 1 || k == 'a').length()", "2"},
      {"{a: 1, b: 2}.filter(v => v > 1)", R"({"b":2})"},
      {"{a: 1, a: 2}", R"({"a":2})"},
      {"message.set('lang', 1d).lang", "86400000"},
  });
  expect_failures({
      {"{}.has(1)", "TypeMismatch: has needs string, not int"},
      {"{}.merge(1)", "TypeMismatch: merge needs map, not int"},
      {"{}.pick('a')", "TypeMismatch: pick needs array, not string"},
      {"{}.omit([1])", "TypeMismatch: omit needs array of strings, not int"},
  });
}

TEST(MapMethods, cope_with_many_members) {
  EXPECT_EQ(run("range(0, 500).group_by(x => x % 100).map_values(v => v.sum()).get('99')"), "1495");
  EXPECT_EQ(run("range(0, 50).index_by(x => x).merge({'7': 0}).remove('8').omit(['9']).length"), "48");
}

TEST(NumberMethods, give_what_the_table_says) {
  expect_results({
      {"(-3).abs()", "3"},
      {"(-2.5).abs()", "2.5"},
      {"2.5.round()", "3"},
      {"(-2.5).round()", "-3"},
      {"0.4.round()", "0"},
      {"(-0.4).round()", "0"},
      {"1.005.round(2)", "1.01"},
      {"2.675.round(2)", "2.68"},
      {"9.995.round(2)", "10.0"},
      {"0.05.round(1)", "0.1"},
      {"0.004.round(2)", "0.0"},
      {"5e-7.round(6)", "0.000001"},
      {"7.round(2)", "7"},
      {"1234.5.round(20)", "1234.5"},
      {"2.7.floor()", "2"},
      {"(-2.1).floor()", "-3"},
      {"2.1.ceil()", "3"},
      {"5.ceil()", "5"},
      {"5.clamp(1, 3)", "3"},
      {"0.5.clamp(1, 3)", "1"},
      {"2.5.clamp(1, 3)", "2.5"},
      {"5.to_string()", "\"5\""},
      {"5.to_string(2)", "\"5.00\""},
      {"3.14159.to_string(2)", "\"3.14\""},
      {"(-0.001).to_string(2)", "\"0.00\""},
      {"(-1.5).to_string(0)", "\"-2\""},
      {"1e21.to_string(1)", "\"1000000000000000000000.0\""},
      {"1.5e-7.to_string(8)", "\"0.00000015\""},
      {"123.456.to_string(1)", "\"123.5\""},
      {"0.0.to_string(1)", "\"0.0\""},
      {"1e21.to_string()", "\"1e+21\""},
      {"2.0.to_string()", "\"2\""},
      {"2.0.to_json()", "\"2.0\""},
  });
  expect_failures({
      {"(-9223372036854775808).abs()", "Overflow: number out of range"},
      {"1e300.round()", "Overflow: number out of range"},
      {"9.3e18.floor()", "Overflow: number out of range"},
      {"1.5.round(21)", "ArgumentError: round: digits must be 0 to 20"},
      {"1.5.round(-1)", "ArgumentError: round: digits must be 0 to 20"},
      {"5.clamp(3, 1)", "ArgumentError: clamp: the lower bound is above the upper one"},
      {"5.clamp('a', 1)", "TypeMismatch: clamp needs numbers, not string"},
  });
}

TEST(TimeMethods, give_what_the_table_says) {
  expect_results({
      {"[2024-12-31].map(d => [d.year, d.month, d.day, d.weekday, d.day_of_year]).first",
       "[2024,12,31,2,366]"},
      {"[2024-01-02T03:04:05.006Z].map(d => [d.hour, d.minute, d.second, d.millisecond, d.epoch_ms]).first",
       "[3,4,5,6,1704164645006]"},
      {"2024-01-02T03:04Z.date", "\"2024-01-02\""},
      {"1969-12-31T23:00Z.hour", "23"},
      {"1969-12-31.weekday", "3"},
      {"2024-01-31.add(1, 'month')", "\"2024-02-29\""},
      {"2024-02-29.add(-1, 'year')", "\"2023-02-28\""},
      {"2024-01-31.add(1, 'week')", "\"2024-02-07\""},
      {"2024-01-31.add(-13, 'month')", "\"2022-12-31\""},
      {"2024-01-31T10:30Z.add(1, 'month')", "\"2024-02-29T10:30:00Z\""},
      {"2024-01-31T10:30Z.add(90, 'minute')", "\"2024-01-31T12:00:00Z\""},
      {"1969-12-31T23:30Z.add(1, 'month')", "\"1970-01-31T23:30:00Z\""},
      {"2024-05-16.start_of('week')", "\"2024-05-13\""},
      {"2024-05-16.start_of('month')", "\"2024-05-01\""},
      {"2024-05-16.start_of('year')", "\"2024-01-01\""},
      {"2024-05-16T10:30:20Z.start_of('hour')", "\"2024-05-16T10:00:00Z\""},
      {"1969-12-31T23:30:20Z.start_of('day')", "\"1969-12-31T00:00:00Z\""},
      {"2024-05-16T10:30:20Z.start_of('minute')", "\"2024-05-16T10:30:00Z\""},
      {"2024-05-06T07:08:09.010Z.format(\"yyyy yy MM M MMM dd d EEE HH mm ss SSS 'o''clock' ''\")",
       "\"2024 24 05 5 May 06 6 Mon 07 08 09 010 o'clock '\""},
      {"2024-05-06.format('HH:mm')", "\"00:00\""},
      {"90s.ms", "90000"},
      {"90s.seconds", "90"},
      {"90s.minutes", "1.5"},
      {"36h.days", "1.5"},
      {"2h.hours", "2"},
      {"2h.to_string()", "\"2h\""},
      {"2024-01-01.to_json()", R"("\"2024-01-01\"")"},
  });
  expect_failures({
      {"2024-01-01.add(1, 'hour')", "ArgumentError: add: unit 'hour' does not fit date"},
      {"2024-01-01.add(1, 'days')", "ArgumentError: add: unknown unit 'days'"},
      {"2024-01-01.add('1', 'day')", "TypeMismatch: add needs int, not string"},
      {"2024-01-01.start_of('day')", "ArgumentError: start_of: unit 'day' does not fit date"},
      {"2024-01-01T00:00Z.start_of('second')",
       "ArgumentError: start_of: unit 'second' does not fit datetime"},
      {"2024-01-01.format('YYYY')", "ArgumentError: format: unknown token 'YYYY'"},
      {"2024-01-01.format(\"'x\")", "ArgumentError: format: unknown token '''"},
      {"9999-12-31.add(1, 'day')", "Overflow: number out of range"},
      {"9999-12-31.add(1, 'month')", "Overflow: number out of range"},
      {"2024-01-01.add(9223372036854775807, 'year')", "Overflow: number out of range"},
      {"2024-01-01T00:00Z.add(9223372036854775807, 'week')", "Overflow: number out of range"},
      {"0000-01-01.start_of('week')", "Overflow: number out of range"},
  });
}

TEST(Calendar, takes_every_day_apart_and_together) {
  for (std::int64_t days = *days_of({0, 1, 1}); is_in_calendar(days); days += 97) {
    ASSERT_EQ(days_of(civil_of(days)), days);
    ASSERT_EQ(parse_date(date_text(days)), days);
    ASSERT_EQ(parse_datetime(datetime_text(days * day_ms + 3'723'004), Fraction::Any),
              days * day_ms + 3'723'004);
  }
  EXPECT_EQ(date_text(*days_of({9999, 12, 31})), "9999-12-31");
  EXPECT_FALSE(is_in_calendar(*days_of({9999, 12, 31}) + 1));
  EXPECT_FALSE(is_in_calendar(*days_of({0, 1, 1}) - 1));
}

}  // namespace
}  // namespace scaiflow::expr
