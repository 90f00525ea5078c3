#include "libs/net/http_types.h"

#include <gtest/gtest.h>

#include <optional>

namespace scaiflow::net {
namespace {

TEST(Headers, FindsNamesInAnyCase) {
  Headers headers{{"Content-Type", "a"}, {"X-Two", "1"}, {"x-two", "2"}};
  EXPECT_EQ(headers.get("content-TYPE"), "a");
  EXPECT_EQ(headers.count("X-TWO"), 2u);
  EXPECT_EQ(headers.find("absent"), nullptr);
  headers.set("X-two", "3");
  EXPECT_EQ(headers.count("x-two"), 1u);
  EXPECT_EQ(headers.get("x-two"), "3");
}

TEST(PercentDecode, RefusesWhatIsMalformed) {
  EXPECT_EQ(percent_decode("a%2Fb%c3%a9"), "a/b\xc3\xa9");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  EXPECT_EQ(percent_decode("%4"), std::nullopt);
  EXPECT_EQ(percent_decode("%zz"), std::nullopt);
  EXPECT_EQ(percent_decode("a%00"), std::nullopt);
}

TEST(PercentEncode, KeepsUnreservedCharacters) { EXPECT_EQ(percent_encode("a-._~/ \xc3"), "a-._~%2F%20%C3"); }

TEST(ParseQuery, DecodesPairs) {
  const QueryPairs expected{{"a", "1 2"}, {"b", ""}, {"c=", "&"}, {"d", "%zz"}};
  EXPECT_EQ(parse_query("a=1+2&b&&c%3D=%26&d=%zz"), expected);
  EXPECT_TRUE(parse_query("").empty());
}

TEST(Responder, FirstAnswerWins) {
  std::vector<HttpResponse> answers;
  const Responder responder = collecting_responder([&](HttpResponse r) { answers.push_back(std::move(r)); });
  EXPECT_FALSE(responder.answered());
  EXPECT_TRUE(responder.send({201, {}, "one"}));
  EXPECT_FALSE(responder.send({202, {}, "two"}));
  EXPECT_FALSE(responder.begin_stream(200, {}));
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].status, 201);
}

TEST(Responder, DroppingTheLastCopyAnswers500) {
  std::optional<HttpResponse> answer;
  {
    Responder first = collecting_responder([&](HttpResponse r) { answer = std::move(r); });
    const Responder second = first;
    first = {};
    EXPECT_FALSE(answer);
  }
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 500);
}

TEST(CollectingResponder, GathersAStream) {
  std::optional<HttpResponse> answer;
  const Responder responder = collecting_responder([&](HttpResponse r) { answer = std::move(r); });
  StreamHandle stream = responder.begin_stream(200, {{"A", "b"}});
  int closed = 0;
  stream.on_close([&] { ++closed; });
  EXPECT_TRUE(stream.write("one "));
  EXPECT_TRUE(stream.write("two"));
  EXPECT_FALSE(answer);
  stream = {};
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "one two");
  EXPECT_EQ(answer->headers.get("a"), "b");
  EXPECT_EQ(closed, 1);
}

TEST(CollectingResponder, StopsAtItsLimit) {
  std::optional<HttpResponse> answer;
  const Responder responder = collecting_responder([&](HttpResponse r) { answer = std::move(r); }, 4);
  const StreamHandle stream = responder.begin_stream(200, {});
  EXPECT_TRUE(stream.write("1234"));
  EXPECT_FALSE(stream.write("5"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "1234");
  bool called = false;
  stream.on_close([&] { called = true; });
  EXPECT_TRUE(called);
}

}  // namespace
}  // namespace scaiflow::net
