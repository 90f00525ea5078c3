#include "libs/net/http_text.h"

#include <gtest/gtest.h>

namespace scaiflow::net {
namespace {

TEST(AppendHead, WritesStatusFieldsAndFraming) {
  HeadContext context;
  context.body_size = 5;
  context.date = "Sun, 06 Nov 1994 08:49:37 GMT";
  context.request_id = "req_1";
  std::string out;
  append_head(out, 201, {{"A", "b"}, {"content-length", "99"}}, context);
  EXPECT_EQ(out,
            "HTTP/1.1 201 Created\r\nA: b\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-Request-Id: req_1\r\n"
            "Content-Length: 5\r\n\r\n");
}

TEST(AppendHead, LetsNoValueBreakOut) {
  std::string out;
  append_head(out, 200, {{"A", "b\r\nEvil: 1"}}, {});
  EXPECT_NE(out.find("A: b  Evil: 1\r\n"), std::string::npos);
}

TEST(AppendHead, SaysHowAStreamEnds) {
  HeadContext context;
  context.framing = Framing::Chunked;
  std::string out;
  append_head(out, 200, {}, context);
  EXPECT_EQ(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  context.framing = Framing::ToClose;
  context.keep_alive = false;
  out.clear();
  append_head(out, 200, {}, context);
  EXPECT_EQ(out, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
}

TEST(AppendChunk, WritesHexLengthAndNeverTheLastChunk) {
  std::string out;
  append_chunk(out, std::string(26, 'x'));
  EXPECT_EQ(out, "1a\r\n" + std::string(26, 'x') + "\r\n");
  out.clear();
  append_chunk(out, "");
  EXPECT_EQ(out, "");
}

TEST(HttpDate, IsInImfFixdate) { EXPECT_EQ(http_date(784111777000), "Sun, 06 Nov 1994 08:49:37 GMT"); }

TEST(IsRequestId, KeepsToTheSetAndLength) {
  EXPECT_TRUE(is_request_id("aZ9._-"));
  EXPECT_TRUE(is_request_id(std::string(64, 'a')));
  EXPECT_FALSE(is_request_id(std::string(65, 'a')));
  EXPECT_FALSE(is_request_id(""));
  EXPECT_FALSE(is_request_id("a b"));
}

TEST(ProblemResponse, HasTheErrorShape) {
  const HttpResponse response = problem_response({413, "body_too_large", "Too large.", 10, "/x", "req_1"});
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.body, R"({"detail":{"error":"body_too_large","message":"Too large.","limit":10}})");
}

}  // namespace
}  // namespace scaiflow::net
