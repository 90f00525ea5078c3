#include "libs/net/http_parser.h"

#include <gtest/gtest.h>

namespace scaiflow::net {
namespace {

using State = HttpRequestParser::State;

HttpRequestParser make_parser() {
  return HttpRequestParser({8 * 1024, 32 * 1024, [](const HttpHead&) -> std::size_t { return 1024; }});
}

/// Feeds as a connection does: what was not taken comes again with more behind it.
struct Feeder {
  HttpRequestParser parser = make_parser();
  std::string pending;
  std::vector<std::string> done;

  void add(std::string_view bytes) {
    pending += bytes;
    std::size_t taken = 1;
    while (taken > 0 && !pending.empty() && parser.state() != State::Failed) {
      taken = parser.feed(pending);
      pending.erase(0, taken);
      if (parser.state() == State::Done) {
        const HttpRequest request = parser.take();
        done.push_back(request.method + " " + request.path + " " + request.body);
        parser.reset();
      }
    }
  }
};

const std::string two_requests =
    "\r\n\r\nPUT /x?a=1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    "2;e=1\r\nab\r\n1\r\nc\r\n0\r\nTrailer: t\r\n\r\n"
    "\r\nPOST /y HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\ndef";
const std::vector<std::string> both{"PUT /x abc", "POST /y def"};

TEST(HttpRequestParser, ReadsTheSameWhereverTheBytesAreSplit) {
  for (std::size_t at = 0; at <= two_requests.size(); ++at) {
    Feeder feeder;
    feeder.add(std::string_view(two_requests).substr(0, at));
    feeder.add(std::string_view(two_requests).substr(at));
    EXPECT_EQ(feeder.done, both) << at;
    EXPECT_EQ(feeder.pending, "") << at;
  }
}

TEST(HttpRequestParser, ReadsByteByByte) {
  Feeder feeder;
  for (const char c : two_requests) {
    feeder.add(std::string_view(&c, 1));
  }
  EXPECT_EQ(feeder.done, both);
}

TEST(HttpRequestParser, DropsTrailers) {
  HttpRequestParser parser = make_parser();
  const std::string request =
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nAuthorization: evil\r\n\r\n";
  EXPECT_EQ(parser.feed(request), request.size());
  ASSERT_EQ(parser.state(), State::Done);
  EXPECT_FALSE(parser.request().headers.contains("Authorization"));
}

TEST(HttpRequestParser, TakesTheAbsoluteForm) {
  for (const auto& [target, path] : std::vector<std::pair<std::string, std::string>>{
           {"http://h/a?b", "/a"}, {"https://h", "/"}, {"*", "*"}, {"/a//b", "/a//b"}}) {
    HttpRequestParser parser = make_parser();
    parser.feed("OPTIONS " + target + " HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_EQ(parser.state(), State::Done) << target;
    EXPECT_EQ(parser.request().path, path);
  }
}

TEST(HttpRequestParser, RefusesEndlessChunkHeadersAndTrailers) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& start : {std::string("1;"), std::string("0\r\nA: ")}) {
    Feeder feeder;
    feeder.add(head + start);
    for (int i = 0; i < 40 && feeder.parser.state() != State::Failed; ++i) {
      feeder.add(std::string(1024, 'a'));
    }
    ASSERT_EQ(feeder.parser.state(), State::Failed) << start;
    EXPECT_TRUE(feeder.parser.problem().status == 431 || feeder.parser.problem().status == 400);
  }
}

}  // namespace
}  // namespace scaiflow::net
