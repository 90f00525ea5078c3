#include "libs/net/http_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "libs/net/loopback_socket.h"

namespace scaiflow::net {
namespace {

/// Answers with what was asked: `METHOD path body`.
void echo(HttpRequest request, const Responder& responder) {
  responder.send({200, {}, request.method + " " + request.path + " " + request.body});
}

std::unique_ptr<HttpServer> start(HttpServerOptions options = {}, HttpHandler handler = echo) {
  auto server = HttpServer::start(std::move(options), std::move(handler));
  EXPECT_TRUE(server.has_value()) << (server ? "" : server.error().message);
  return server ? std::move(*server) : nullptr;
}

std::string body_of(const std::string& response) { return response.substr(response.find("\r\n\r\n") + 4); }
std::string status_of(const std::string& response) { return response.substr(9, 3); }

TEST(HttpServer, ServesSeveralRequestsOnOneConnection) {
  const auto server = start();
  LoopbackSocket client(server->port());
  for (int i = 0; i < 3; ++i) {
    client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
    EXPECT_EQ(body_of(client.read_response()), "POST /a hi");
  }
  EXPECT_EQ(server->connections(), 1u);
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  const auto server = start();
  LoopbackSocket client(server->port());
  std::string requests;
  for (int i = 0; i < 100; ++i) {
    requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }
  client.send(requests);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(body_of(client.read_response()), "GET /" + std::to_string(i) + " ");
  }
}

TEST(HttpServer, WaitsForAnAnswerBeforeTheNextPipelinedRequest) {
  std::promise<Responder> first;
  std::atomic<int> calls = 0;
  const auto server = start({}, [&](HttpRequest request, const Responder& responder) {
    if (++calls == 1) {
      first.set_value(responder);
    } else {
      echo(std::move(request), responder);
    }
  });
  LoopbackSocket client(server->port());
  client.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
  const Responder responder = first.get_future().get();
  EXPECT_EQ(calls, 1);
  responder.send({200, {}, "late"});  // from this thread, which is not the loop's
  EXPECT_EQ(body_of(client.read_response()), "late");
  EXPECT_EQ(body_of(client.read_response()), "GET /2 ");
}

TEST(HttpServer, ReadsARequestByteByByte) {
  const auto server = start();
  LoopbackSocket client(server->port());
  for (const char c : std::string("\r\nPUT /x?a=1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                                  "2;e=1\r\nab\r\n1\r\nc\r\n0\r\nTrailer: t\r\n\r\n")) {
    client.send(std::string(1, c));
  }
  EXPECT_EQ(body_of(client.read_response()), "PUT /x abc");
}

TEST(HttpServer, GivesTheHandlerAPlainRequest) {
  std::promise<HttpRequest> seen;
  const auto server = start({}, [&](HttpRequest request, const Responder& responder) {
    seen.set_value(request);
    responder.send({204, {}, "dropped"});
  });
  LoopbackSocket client(server->port());
  client.send("GET /a%2Fb?q=1+2&r HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nX-Request-Id: mine-1\r\n\r\n");
  const HttpRequest request = seen.get_future().get();
  EXPECT_EQ(request.target, "/a%2Fb?q=1+2&r");
  EXPECT_EQ(request.path, "/a%2Fb");
  EXPECT_EQ(*request.query_value("q"), "1 2");
  EXPECT_EQ(request.headers.get("x-a"), "1");
  EXPECT_EQ(request.remote_address, "127.0.0.1");
  EXPECT_EQ(request.request_id, "mine-1");
  const std::string response = client.read_until("\r\n\r\n");
  EXPECT_EQ(status_of(response), "204");
  EXPECT_EQ(response.find("Content-Length"), std::string::npos);
  EXPECT_NE(response.find("X-Request-Id: mine-1\r\n"), std::string::npos);
}

TEST(HttpServer, ReplacesAMalformedRequestId) {
  const auto server = start();
  LoopbackSocket client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: a b\r\n\r\n");
  EXPECT_NE(client.read_response().find("X-Request-Id: req_"), std::string::npos);
}

TEST(HttpServer, AnswersHeadWithTheLengthAlone) {
  const auto server = start();
  LoopbackSocket client(server->port());
  client.send("HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\nGET /d HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(client.read_until("\r\n\r\n").find("Content-Length: 10\r\n"), std::string::npos);
  EXPECT_EQ(body_of(client.read_response()), "GET /d ");
}

TEST(HttpServer, SendsLargeBodiesToASlowReader) {
  const std::string big(20u << 20, 'b');
  const auto server = start({}, [&](const HttpRequest&, const Responder& responder) {
    responder.send({200, {}, big});
  });
  LoopbackSocket client(server->port(), 4096);
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(body_of(client.read_response()), big);
}

TEST(HttpServer, KeepsToTheRulesOfHttp10) {
  const auto server = start();
  LoopbackSocket client(server->port());
  client.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_NE(client.read_response().find("Connection: keep-alive\r\n"), std::string::npos);
  client.send("GET /b HTTP/1.0\r\n\r\n");
  const std::string last = client.read_all();
  EXPECT_NE(last.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(body_of(last), "GET /b ");
}

TEST(HttpServer, ClosesWhenAsked) {
  const auto server = start();
  LoopbackSocket client(server->port());
  client.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(body_of(client.read_all()), "GET /a ");
}

TEST(HttpServer, AsksForTheBodyOnExpect) {
  const auto server = start();
  LoopbackSocket client(server->port());
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hi");
  EXPECT_EQ(body_of(client.read_response()), "POST /a hi");
}

TEST(HttpServer, Answers500WhenTheHandlerDropsItsResponder) {
  const auto server = start({}, [](const HttpRequest&, const Responder&) {});
  LoopbackSocket client(server->port());
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string response = client.read_response();
  EXPECT_EQ(status_of(response), "500");
  EXPECT_EQ(body_of(response),
            R"({"detail":{"error":"internal_error","message":"The request was not answered."}})");
}

TEST(HttpServer, SurvivesAHandlerThatThrows) {
  std::promise<std::string> reported;
  HttpServerOptions options;
  options.handler_failed = [&](std::string_view request_id, std::string_view what) {
    reported.set_value(std::string(request_id) + ": " + std::string(what));
  };
  const auto server = start(std::move(options), [](HttpRequest request, const Responder& responder) {
    if (request.path == "/throw") {
      throw std::runtime_error("our bug");
    }
    echo(std::move(request), responder);
  });
  LoopbackSocket client(server->port());
  client.send("GET /throw HTTP/1.1\r\nHost: x\r\nX-Request-Id: r1\r\n\r\n");
  EXPECT_EQ(status_of(client.read_response()), "500");
  EXPECT_EQ(reported.get_future().get(), "r1: our bug");
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(body_of(client.read_response()), "GET /a ");
}

// Limits, each at its value and one over.

std::string padded_head(std::size_t size) {
  const std::string start = "GET / HTTP/1.1\r\nHost: x\r\nX-Pad: ";
  return start + std::string(size - start.size() - 4, 'p') + "\r\n\r\n";
}

std::string padded_line(std::size_t size) {
  return "GET /" + std::string(size - 14, 'p') + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

std::string ask(std::uint16_t port, const std::string& request) {
  LoopbackSocket client(port);
  client.send(request);
  return client.read_response();
}

TEST(HttpServerLimits, RequestLine) {
  const auto server = start();
  EXPECT_EQ(status_of(ask(server->port(), padded_line(8192))), "200");
  const std::string refused = ask(server->port(), padded_line(8193));
  EXPECT_EQ(status_of(refused), "414");
  EXPECT_NE(refused.find(R"("error":"uri_too_long")"), std::string::npos);
  EXPECT_NE(refused.find(R"("limit":8192)"), std::string::npos);
  EXPECT_EQ(status_of(ask(server->port(), std::string(9000, 'G'))), "414");
}

TEST(HttpServerLimits, Headers) {
  const auto server = start();
  EXPECT_EQ(status_of(ask(server->port(), padded_head(32768))), "200");
  EXPECT_EQ(status_of(ask(server->port(), padded_head(32769))), "431");
  EXPECT_EQ(status_of(ask(server->port(), padded_head(40000).substr(0, 39000))), "431");
}

TEST(HttpServerLimits, BodyByPath) {
  HttpServerOptions options;
  options.body_max = [](const HttpHead& head) -> std::size_t { return head.path == "/big" ? 100 : 10; };
  options.problem = [](const HttpProblem& problem) {
    return HttpResponse{problem.status, {},
                        problem.code + " " + std::to_string(problem.limit) + " " + problem.path};
  };
  const auto server = start(std::move(options));
  const auto post = [&](const std::string& path, std::size_t size) {
    const std::string head = "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: ";
    return ask(server->port(), head + std::to_string(size) + "\r\n\r\n" + std::string(size, 'b'));
  };
  EXPECT_EQ(status_of(post("/small", 10)), "200");
  EXPECT_EQ(body_of(post("/small", 11)), "body_too_large 10 /small");
  EXPECT_EQ(status_of(post("/big", 100)), "200");
  EXPECT_EQ(status_of(post("/big", 101)), "413");
}

TEST(HttpServerLimits, ChunkedBody) {
  HttpServerOptions options;
  options.body_default_max = 10;
  const auto server = start(std::move(options));
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(status_of(ask(server->port(), head + "5\r\n12345\r\n5\r\n12345\r\n0\r\n\r\n")), "200");
  EXPECT_EQ(status_of(ask(server->port(), head + "5\r\n12345\r\n6\r\n123456\r\n0\r\n\r\n")), "413");
  EXPECT_EQ(status_of(ask(server->port(), head + "ffffffffffffffff\r\n")), "413");
}

TEST(HttpServerLimits, RefusedBodiesAreDroppedSoThatTheAnswerArrives) {
  HttpServerOptions options;
  options.body_default_max = 10;
  const auto server = start(std::move(options));
  LoopbackSocket client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8388608\r\n\r\n");
  client.send(std::string(8u << 20, 'b'));
  const std::string response = client.read_all();
  EXPECT_EQ(status_of(response), "413");
  EXPECT_NE(response.find("Connection: close\r\n"), std::string::npos);
}

TEST(HttpServerLimits, MalformedRequests) {
  const auto server = start();
  const std::string refused[] = {
      "GET / HTTP/1.1\r\n\r\n",                                                        // no Host
      "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",                                  // two
      "GET x HTTP/1.1\r\nHost: a\r\n\r\n",                                             // no path
      "GET / HTTP/2.0\r\nHost: a\r\n\r\n",                                             // version
      "GET / HTTP/1.1\r\nHost a\r\n\r\n",                                              // no colon
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",                       // no number
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",  // contradiction
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n",
      "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
  };
  for (const std::string& request : refused) {
    EXPECT_EQ(status_of(ask(server->port(), request)), "400") << request;
  }
}

TEST(HttpServerLimits, SlowHeadersAreAnswered408AndClosed) {
  HttpServerOptions options;
  options.header_timeout_ms = 50;
  const auto server = start(std::move(options));
  LoopbackSocket silent(server->port());
  EXPECT_EQ(silent.read_all(), "");
  LoopbackSocket slow(server->port());
  slow.send("GET / HT");
  EXPECT_EQ(status_of(slow.read_all()), "408");
}

TEST(HttpServerLimits, SlowBodiesAreAnswered408) {
  HttpServerOptions options;
  options.body_timeout_ms = 60;
  const auto server = start(std::move(options));
  LoopbackSocket client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_EQ(status_of(client.read_all()), "408");
}

TEST(HttpServerLimits, BodiesBelowTheRateAreAnswered408) {
  HttpServerOptions options;
  options.body_rate_grace_ms = 50;
  options.body_rate_min = 1'000'000;
  const auto server = start(std::move(options));
  LoopbackSocket client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n" + std::string(4000, 'b'));
  EXPECT_EQ(status_of(client.read_all()), "408");
}

TEST(HttpServerLimits, IdleConnectionsAreClosed) {
  HttpServerOptions options;
  options.keep_alive_ms = 50;
  const auto server = start(std::move(options));
  LoopbackSocket client(server->port());
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(body_of(client.read_all()), "GET /a ");
}

TEST(HttpServerLimits, ConnectionsAboveTheLimitAreTurnedAway) {
  HttpServerOptions options;
  options.connections_max = 1;
  const auto server = start(std::move(options));
  LoopbackSocket first(server->port());
  first.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_of(first.read_response()), "200");
  LoopbackSocket second(server->port());
  EXPECT_EQ(status_of(second.read_all()), "503");
}

// Start and stop.

TEST(HttpServerLife, RefusesAPortInUse) {
  const auto server = start();
  HttpServerOptions options;
  options.port = server->port();
  const auto second = HttpServer::start(options, echo);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, "address_in_use");
  options.address = "nonsense";
  EXPECT_EQ(HttpServer::start(options, echo).error().code, "bind_failed");
}

TEST(HttpServerLife, StopLetsRequestsInWorkAnswer) {
  std::promise<Responder> asked;
  const auto server =
      start({}, [&](const HttpRequest&, const Responder& responder) { asked.set_value(responder); });
  LoopbackSocket idle(server->port());
  LoopbackSocket busy(server->port());
  busy.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const Responder responder = asked.get_future().get();
  std::thread stopper([&] { server->stop(10'000); });
  EXPECT_EQ(idle.read_all(), "");  // closed at once: the stop has begun
  responder.send({200, {}, "in time"});
  const std::string response = busy.read_response();
  EXPECT_NE(response.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(body_of(response), "in time");
  busy.close();
  stopper.join();
  EXPECT_FALSE(LoopbackSocket(server->port()).connected());
}

TEST(HttpServerLife, LateAnswersAfterStopAreHarmless) {
  std::promise<Responder> asked;
  auto server =
      start({}, [&](const HttpRequest&, const Responder& responder) { asked.set_value(responder); });
  LoopbackSocket client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const Responder responder = asked.get_future().get();
  server->stop(0);
  server.reset();
  EXPECT_EQ(client.read_all(), "");
  EXPECT_TRUE(responder.send({200, {}, "too late"}));
}

TEST(HttpServerLife, ServesManyConnectionsAtOnce) {
  const auto server = start();
  std::vector<std::unique_ptr<LoopbackSocket>> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(std::make_unique<LoopbackSocket>(server->port()));
    clients.back()->send("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  for (int i = 0; i < 200; ++i) {
    const std::string response = clients[static_cast<std::size_t>(i)]->read_response();
    EXPECT_EQ(body_of(response), "GET /" + std::to_string(i) + " ");
  }
}

}  // namespace
}  // namespace scaiflow::net
