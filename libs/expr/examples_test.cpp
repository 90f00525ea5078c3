#include <gtest/gtest.h>

#include "libs/expr/test_scope.h"

/// The examples of 03 §13, each of which is a test.
namespace scaiflow::expr {
namespace {

enum class Form { Expression, Template };

struct Example {
  int number;
  Form form;
  const char* source;
  const char* result;
};

constexpr Example examples[] = {
    {1, Form::Expression, R"=(amount + 1)=", R"=(121)="},
    {2, Form::Expression, R"=(amount * rate)=", R"=(30.0)="},
    {3, Form::Expression, R"=(7 / 2)=", R"=(3.5)="},
    {4, Form::Expression, R"=(8 / 2)=", R"=(4)="},
    {5, Form::Expression, R"=(-7 % 3)=", R"=(-1)="},
    {6, Form::Expression, R"=(2 + 3 * 4 == 14 && !false)=", R"=(true)="},
    {7, Form::Expression, R"=(1 == 1.0)=", R"=(true)="},
    {8, Form::Expression, R"=("1" == 1)=", R"=(false)="},
    {9, Form::Expression, R"=(1 / 0)=", R"=(error DivisionByZero)="},
    {10, Form::Expression, R"=(9223372036854775807 + 1)=", R"=(error Overflow)="},
    {11, Form::Expression, R"=(classify.confidence > 0.7)=", R"=(true)="},
    {12, Form::Expression, R"=(node_classify.category)=", R"=("question")="},
    {13, Form::Expression, R"=(classify.category == :question)=", R"=(true)="},
    {14, Form::Expression, R"=(classify.missing)=", R"=(null)="},
    {15, Form::Expression, R"=(classify.missing.deeper)=", R"=(null)="},
    {16, Form::Expression, R"=(review)=", R"=(null)="},
    {17, Form::Expression, R"=(review.decision ?? "none")=", R"=("none")="},
    {18, Form::Expression, R"=(node_review.decision == "approve")=", R"=(false)="},
    {19, Form::Expression, R"=(decision == "approve")=", R"=(true)="},
    {20, Form::Expression, R"=(clasify.category)=", R"=(error UnknownName)="},
    {21, Form::Expression, R"=(unknown ?? 1)=", R"=(error UnknownName)="},
    {22, Form::Expression, R"=(trigger.unknown ?? 1)=", R"=(1)="},
    {23, Form::Expression, R"=(nothing > 0)=", R"=(false)="},
    {24, Form::Expression, R"=(nothing.length > 0)=", R"=(false)="},
    {25, Form::Expression, R"=(nothing + 1)=", R"=(error NullValue)="},
    {26, Form::Expression, R"=("x" + nothing)=", R"=("x")="},
    {27, Form::Expression, R"=(nothing.lower())=", R"=(error NullValue)="},
    {28, Form::Expression, R"=(nothing.is_empty())=", R"=(true)="},
    {29, Form::Expression, R"=(message.text.length)=", R"=(11)="},
    {30, Form::Expression, R"=(message.text.lower().split(" "))=", R"=(["hello","world"])="},
    {31, Form::Expression, R"=(message.text.index_of("zz"))=", R"=(null)="},
    {32, Form::Expression, R"=(message.text.slice(-5))=", R"=("World")="},
    {33, Form::Expression, R"=(message.text.matches("Hello*"))=", R"=(true)="},
    {34, Form::Expression, R"=("7".pad_start(3, "0"))=", R"=("007")="},
    {35, Form::Expression, R"=("héllo".length)=", R"=(5)="},
    {36, Form::Expression, R"=(tags.first + tags[-1])=", R"=("ac")="},
    {37, Form::Expression, R"=(tags[10])=", R"=(null)="},
    {38, Form::Expression, R"=("b" in tags and not ("z" in tags))=", R"=(true)="},
    {39, Form::Expression, R"=("lang" in message)=", R"=(true)="},
    {40, Form::Expression, R"=(items.sum(i => i.price * i.qty))=", R"=(20.0)="},
    {41, Form::Expression, R"=(items.filter(i => i.price > 5).map(i => i.name))=", R"=(["book"])="},
    {42, Form::Expression, R"=(items.all(i => i.qty > 0))=", R"=(true)="},
    {43, Form::Expression, R"=(items.sort(i => i.price, "desc").first.name)=", R"=("book")="},
    {44, Form::Expression, R"=(items.max(i => i.price).name)=", R"=("book")="},
    {45, Form::Expression, R"=(tags.map((t, n) => t + n).join("-"))=", R"=("a0-b1-c2")="},
    {46, Form::Expression, R"=([3, 1, 2].sort().reverse())=", R"=([3,2,1])="},
    {47, Form::Expression, R"=([1, [2, 3]].flatten().sum())=", R"=(6)="},
    {48, Form::Expression, R"=(items.reduce((a, i) => a + i.qty, 0))=", R"=(5)="},
    {49, Form::Expression, R"=(items.group_by(i => i.name).keys())=", R"=(["pen","book"])="},
    {50, Form::Expression, R"=(message.merge({lang: "nl"}).lang)=", R"=("nl")="},
    {51, Form::Expression, R"=({a: 1, "b c": 2}["b c"])=", R"=(2)="},
    {52, Form::Expression, R"=(items.name)=", R"=(error UnknownMember)="},
    {53, Form::Expression, R"=(amount > 100 ? "big" : "small")=", R"=("big")="},
    {54, Form::Expression, R"=(empty || [])=", R"=(false)="},
    {55, Form::Expression, R"=(counter in [1, 2, 3])=", R"=(true)="},
    {56, Form::Expression, R"=(2.5.round())=", R"=(3)="},
    {57, Form::Expression, R"=((10 / 3).round(2))=", R"=(3.33)="},
    {58, Form::Expression, R"=(int("12") + int("x", 0))=", R"=(12)="},
    {59, Form::Expression, R"=(int("x"))=", R"=(error ConversionError)="},
    {60, Form::Expression, R"=(date("2024-01-31").add(1, "month"))=", R"=("2024-02-29")="},
    {61, Form::Expression, R"=(2024-03-01 - 2024-02-01 == 29d)=", R"=(true)="},
    {62, Form::Expression, R"=((2024-03-01).format("d MMM yyyy"))=", R"=("1 Mar 2024")="},
    {63, Form::Expression, R"=(90m > 1h)=", R"=(true)="},
    {64, Form::Expression, R"=(1h + 30m)=", R"=(5400000)="},
    {65, Form::Expression, R"=((90s).minutes)=", R"=(1.5)="},
    {66, Form::Expression, R"=(parse_json("{\"a\": [1]}").a[0])=", R"=(1)="},
    {67, Form::Expression, R"=(1 < 2 < 3)=", R"=(F301)="},
    {68, Form::Expression, R"=(a = 1)=", R"=(F301)="},
    {69, Form::Expression, R"=(now())=", R"=(F306)="},
    {70, Form::Template, R"=({{amount}})=", R"=(120)="},
    {71, Form::Template, R"=(Amount: {{amount}})=", R"=("Amount: 120")="},
    {72, Form::Template, R"=({{ tags }})=", R"=(["a","b","c"])="},
    {73, Form::Template, R"=(tags={{ tags }})=", R"=("tags=[\"a\",\"b\",\"c\"]")="},
    {74, Form::Template, R"=(Hi {{review.decision}}!)=", R"=("Hi !")="},
    {75, Form::Template, R"=(\{{not a placeholder}})=", R"=("{{not a placeholder}}")="},
    {76, Form::Template, R"=({{ {a: {b: 1}}.a.b }})=", R"=(1)="},
    {77, Form::Template, R"=({{ }})=", R"=(F301)="},
    {78, Form::Template, R"=({{ amount)=", R"=(F301)="},
    {79, Form::Expression,
     R"=(range(0, 100000).map(x => range(0, 100000).sum()).length)=", R"=(error FuelExhausted)="},
};

class Examples : public testing::TestWithParam<Example> {};

TEST_P(Examples, give_the_result_of_the_chapter) {
  const Example& example = GetParam();
  const Parsed parsed =
      example.form == Form::Template ? parse_template(example.source) : parse_expression(example.source);
  EXPECT_EQ(outcome(parsed, example_scope()), example.result) << example.source;
}

INSTANTIATE_TEST_SUITE_P(Chapter, Examples, testing::ValuesIn(examples),
                         [](const auto& example) { return std::to_string(example.param.number); });

TEST(Examples, are_all_here) { EXPECT_EQ(std::size(examples), 79u); }

}  // namespace
}  // namespace scaiflow::expr
