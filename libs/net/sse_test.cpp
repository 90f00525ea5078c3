#include "libs/net/sse.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace scaiflow::net {
namespace {

using Events = std::vector<std::string>;

/// `id|event|data` of each event, fed in pieces of `piece` bytes.
Events parse(std::string_view text, std::size_t piece) {
  Events events;
  SseParser parser([&](const SseEvent& e) { events.push_back(e.id + "|" + e.event + "|" + e.data); });
  for (std::size_t at = 0; at < text.size(); at += piece) {
    EXPECT_TRUE(parser.feed(text.substr(at, piece)));
  }
  return events;
}

TEST(SseText, WritesEachLineOfData) {
  EXPECT_EQ(sse_text({"7", "step", "a\nb"}), "id: 7\nevent: step\ndata: a\ndata: b\n\n");
  EXPECT_EQ(sse_text({"", "", ""}), "data: \n\n");
}

TEST(SseParser, ReadsAnyLineEndingInAnyPieces) {
  const std::string text =
      "\xEF\xBB\xBF: hello\ndata: a\ndata:b\r\n\r\nid: 3\revent: x\rdata\r\r"
      "retry: 10\n\ndata: {\"k\": 1}\n\nrest";
  const Events expected{"||a\nb", "3|x|", "3||{\"k\": 1}"};
  for (std::size_t piece = 1; piece < text.size(); ++piece) {
    EXPECT_EQ(parse(text, piece), expected) << piece;
  }
}

TEST(SseParser, ReadsWhatTheWriterWrites) {
  EXPECT_EQ(parse(sse_text({"1", "e", "x\n\ny"}) + sse_text({"2", "", "z"}), 3),
            (Events{"1|e|x\n\ny", "2||z"}));
}

TEST(SseParser, RefusesAnEventAboveItsLimit) {
  SseParser parser([](const SseEvent&) {}, 10);
  EXPECT_TRUE(parser.feed("data: 1234\n\n"));
  EXPECT_FALSE(parser.feed("data: 12345\n"));
}

TEST(SseWriter, WritesOnTheStream) {
  std::optional<HttpResponse> answer;
  const Responder responder = collecting_responder([&](HttpResponse r) { answer = std::move(r); });
  const SseWriter writer(responder.begin_stream(200, sse_headers()));
  EXPECT_TRUE(writer.send({"1", "", "a"}));
  EXPECT_TRUE(writer.heartbeat());
  writer.close();
  EXPECT_FALSE(writer.heartbeat());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "id: 1\ndata: a\n\n: ping\n\n");
}

}  // namespace
}  // namespace scaiflow::net
