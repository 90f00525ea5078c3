#include <gtest/gtest.h>

#include <future>

#include "libs/net/http_server.h"
#include "libs/net/loopback_socket.h"
#include "libs/net/sse.h"

namespace scaiflow::net {
namespace {

/// A server whose only answer is a stream, handed to the test.
struct StreamServer {
  std::promise<StreamHandle> begun;
  std::unique_ptr<HttpServer> server;

  explicit StreamServer(HttpServerOptions options = {}) {
    auto started = HttpServer::start(options, [this](const HttpRequest& request, const Responder& responder) {
      if (request.path == "/plain") {
        responder.send({200, {}, "plain"});
      } else {
        begun.set_value(responder.begin_stream(200, sse_headers()));
      }
    });
    server = std::move(*started);
  }
  StreamHandle stream() { return begun.get_future().get(); }
};

constexpr std::string_view get_stream = "GET /s HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(HttpStream, ArrivesPieceByPieceAndTheConnectionGoesOn) {
  StreamServer s;
  LoopbackSocket client(s.server->port());
  client.send(get_stream);
  const SseWriter writer(s.stream());
  std::promise<void> closed;
  writer.stream().on_close([&] { closed.set_value(); });
  EXPECT_NE(client.read_until("\r\n\r\n").find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_TRUE(writer.send({"1", "", "a"}));
  EXPECT_EQ(client.read_until("a\n\n\r\n"), "f\r\nid: 1\ndata: a\n\n\r\n");
  EXPECT_TRUE(writer.heartbeat());
  EXPECT_EQ(client.read_until("ping\n\n\r\n"), "8\r\n: ping\n\n\r\n");
  writer.close();
  EXPECT_EQ(client.read_until("0\r\n\r\n"), "0\r\n\r\n");
  closed.get_future().wait();
  EXPECT_FALSE(writer.heartbeat());
  client.send("GET /plain HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.read_response().ends_with("plain"));
}

TEST(HttpStream, ManyWritesFromAnotherThreadKeepTheirOrder) {
  StreamServer s;
  LoopbackSocket client(s.server->port());
  client.send(get_stream);
  const StreamHandle stream = s.stream();
  std::string expected;
  for (int i = 0; i < 2000; ++i) {
    const std::string text = std::to_string(i) + ";";
    expected += text;
    ASSERT_TRUE(stream.write(text));
  }
  stream.close();
  client.read_until("\r\n\r\n");
  std::string received;
  while (true) {
    const std::string size = client.read_until("\r\n");
    const std::size_t bytes = std::stoul(size, nullptr, 16);
    if (bytes == 0) {
      break;
    }
    received += client.read_bytes(bytes);
    client.read_bytes(2);
  }
  EXPECT_EQ(received, expected);
}

TEST(HttpStream, NoticesThatTheClientWentAway) {
  StreamServer s;
  auto client = std::make_unique<LoopbackSocket>(s.server->port());
  client->send(get_stream);
  const StreamHandle stream = s.stream();
  std::promise<void> closed;
  stream.on_close([&] { closed.set_value(); });
  client->read_until("\r\n\r\n");
  client.reset();
  closed.get_future().wait();  // though nothing was written
  EXPECT_FALSE(stream.write("x"));
}

TEST(HttpStream, ClosesAReaderThatIsTooSlow) {
  HttpServerOptions options;
  options.stream_buffer_max = 64 * 1024;
  StreamServer s(std::move(options));
  LoopbackSocket client(s.server->port(), 4096);
  client.send(get_stream);
  const StreamHandle stream = s.stream();
  std::promise<void> closed;
  stream.on_close([&] { closed.set_value(); });
  const std::string chunk(16 * 1024, 'x');
  std::size_t written = 0;
  while (stream.write(chunk)) {
    written += chunk.size();
    ASSERT_LT(written, 64u << 20);
  }
  EXPECT_GE(written, 64u * 1024);
  closed.get_future().wait();
}

TEST(HttpStream, DroppingTheHandleEndsTheAnswer) {
  StreamServer s;
  LoopbackSocket client(s.server->port());
  client.send(get_stream);
  {
    const StreamHandle stream = s.stream();
    stream.write("ab");
  }
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_until("0\r\n\r\n"), "2\r\nab\r\n0\r\n\r\n");
}

TEST(HttpStream, EndsWithTheConnectionInHttp10) {
  StreamServer s;
  LoopbackSocket client(s.server->port());
  client.send("GET /s HTTP/1.0\r\n\r\n");
  const StreamHandle stream = s.stream();
  stream.write("ab");
  stream.write("cd");
  stream.close();
  EXPECT_TRUE(client.read_all().ends_with("\r\n\r\nabcd"));
}

TEST(HttpStream, HasNoBodyUnderHead) {
  StreamServer s;
  LoopbackSocket client(s.server->port());
  client.send("HEAD /s HTTP/1.1\r\nHost: x\r\n\r\n");
  const StreamHandle stream = s.stream();
  std::promise<void> closed;
  stream.on_close([&] { closed.set_value(); });
  closed.get_future().wait();
  EXPECT_FALSE(stream.write("x"));
  EXPECT_NE(client.read_until("\r\n\r\n").find("200 OK"), std::string::npos);
  client.send("GET /plain HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 200"));
}

TEST(HttpStream, StopEndsStreamsInGoodOrder) {
  StreamServer s;
  LoopbackSocket client(s.server->port());
  client.send(get_stream);
  const StreamHandle stream = s.stream();
  stream.write("ab");
  client.read_until("ab\r\n");
  auto stopped = std::async(std::launch::async, [&] { s.server->stop(10'000); });
  EXPECT_EQ(client.read_until("0\r\n\r\n"), "0\r\n\r\n");
  client.close();
  stopped.wait();
}

}  // namespace
}  // namespace scaiflow::net
