#include "libs/net/http_client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "libs/net/http_server.h"
#include "libs/net/loopback_socket.h"

namespace scaiflow::net {
namespace {

using Answer = Result<HttpClientResponse>;

/// The peer: answers by path, and holds `/hang` until the end.
class Peer {
 public:
  Peer() {
    server_ = std::move(*HttpServer::start({}, [this](HttpRequest request, Responder responder) {
      handle(std::move(request), std::move(responder));
    }));
  }
  ~Peer() {
    server_->stop(0);
    held_ = {};
  }

  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + path;
  }
  StreamHandle stream() { return begun_.get_future().get(); }

 private:
  void handle(HttpRequest request, Responder responder) {
    if (request.path == "/hang") {
      held_ = responder;
    } else if (request.path == "/redirect") {
      responder.send({302, {{"Location", "/echo"}}, ""});
    } else if (request.path == "/big") {
      responder.send({200, {}, std::string(1000, 'b')});
    } else if (request.path == "/stream") {
      begun_.set_value(responder.begin_stream(200, {}));
    } else if (request.path == "/refuse") {
      responder.send({503, {{"Retry-After", "2"}}, "not now"});
    } else {
      const std::string type(request.headers.get("Content-Type"));
      responder.send({200,
                      {{"X-Seen", std::string(request.headers.get("X-Sent"))}, {"X-Empty", ""}},
                      request.method + " " + type + " " + request.body});
    }
  }

  std::promise<StreamHandle> begun_;
  Responder held_;
  std::unique_ptr<HttpServer> server_;
};

Answer ask(HttpClient& client, HttpClientRequest request) {
  std::promise<Answer> answer;
  client.send(std::move(request), [&](Answer a) { answer.set_value(std::move(a)); });
  return answer.get_future().get();
}

HttpClientRequest get(std::string url) {
  HttpClientRequest request;
  request.url = std::move(url);
  return request;
}

bool was_sent(const Error& error) { return error.details.bool_or("sent", false); }

TEST(HttpClient, SendsMethodHeadersAndBody) {
  Peer peer;
  HttpClient client;
  for (const char* method : {"GET", "DELETE", "POST", "PUT", "PATCH"}) {
    HttpClientRequest request = get(peer.url("/echo"));
    request.method = method;
    request.headers.add("X-Sent", "v");
    request.headers.add("Content-Type", "text/x");
    request.body = std::string(method) == "GET" ? "" : "the body";
    const std::string expected = std::string(method) + " text/x " + request.body;
    const Answer answer = ask(client, std::move(request));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->headers.get("x-seen"), "v");
    EXPECT_EQ(answer->body, expected);
  }
}

TEST(HttpClient, AnyStatusIsAnAnswer) {
  Peer peer;
  HttpClient client;
  const Answer answer = ask(client, get(peer.url("/refuse")));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->headers.get("retry-after"), "2");
  EXPECT_EQ(answer->body, "not now");
}

TEST(HttpClient, FollowsRedirectsOnlyWhenAsked) {
  Peer peer;
  HttpClient client;
  EXPECT_EQ(ask(client, get(peer.url("/redirect")))->status, 302);
  HttpClientRequest request = get(peer.url("/redirect"));
  request.redirects = Redirects::Follow;
  const Answer answer = ask(client, std::move(request));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->url, peer.url("/echo"));
  EXPECT_FALSE(answer->headers.contains("Location"));
}

TEST(HttpClient, TellsAFailedConnectFromATimeout) {
  Peer peer;
  HttpClient client;
  std::uint16_t closed_port = 0;
  {
    const auto gone = HttpServer::start({}, [](const HttpRequest&, const Responder&) {});
    closed_port = (*gone)->port();
  }
  const Answer refused = ask(client, get("http://127.0.0.1:" + std::to_string(closed_port) + "/"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, client_error::ConnectFailed);
  EXPECT_EQ(refused.error().retry, Retry::Later);
  EXPECT_FALSE(was_sent(refused.error()));
  HttpClientRequest request = get(peer.url("/hang"));
  request.timeout_ms = 50;
  const Answer late = ask(client, std::move(request));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, client_error::Timeout);
  EXPECT_TRUE(was_sent(late.error()));
}

TEST(HttpClient, EndsSilentTransfers) {
  Peer peer;
  HttpClient client;
  HttpClientRequest request = get(peer.url("/hang"));
  request.idle_timeout_ms = 50;
  const Answer answer = ask(client, std::move(request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, client_error::Timeout);
  EXPECT_EQ(answer.error().message, "nothing was received for 50 ms");
}

TEST(HttpClient, RefusesOtherProtocolsAndNonsense) {
  HttpClient client;
  for (const char* url : {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "http://", "::"}) {
    const Answer answer = ask(client, get(url));
    ASSERT_FALSE(answer) << url;
    EXPECT_EQ(answer.error().code, client_error::InvalidUrl) << url;
  }
}

TEST(HttpClient, KeepsToItsBodyLimit) {
  Peer peer;
  HttpClient client;
  HttpClientRequest request = get(peer.url("/big"));
  request.body_max = 1000;
  EXPECT_EQ(ask(client, request)->body.size(), 1000u);
  request.body_max = 999;
  const Answer answer = ask(client, std::move(request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, client_error::BodyTooLarge);
}

TEST(HttpClient, AsksTheFilterBeforeConnecting) {
  Peer peer;
  HttpClient client;
  std::vector<std::string> seen;
  HttpClientRequest request = get(peer.url("/echo"));
  request.address_filter = [&](std::string_view address, std::uint16_t port) {
    seen.push_back(std::string(address) + ":" + std::to_string(port));
    return false;
  };
  const Answer answer = ask(client, std::move(request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, client_error::AddressRefused);
  EXPECT_FALSE(was_sent(answer.error()));
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ("http://" + seen[0] + "/echo", peer.url("/echo"));
}

TEST(HttpClient, AsksTheFilterForReusedConnectionsAndRedirectsToo) {
  Peer peer;
  HttpClient client;
  ASSERT_TRUE(ask(client, get(peer.url("/echo"))));  // leaves an open connection behind
  HttpClientRequest request = get(peer.url("/echo"));
  request.address_filter = [](std::string_view, std::uint16_t) { return false; };
  EXPECT_EQ(ask(client, std::move(request)).error().code, client_error::AddressRefused);
  HttpClientRequest redirected = get(peer.url("/redirect"));
  redirected.redirects = Redirects::Follow;
  auto asked = std::make_shared<std::atomic<int>>(0);
  redirected.connection = ConnectionUse::Fresh;
  redirected.address_filter = [asked](std::string_view, std::uint16_t) { return ++*asked <= 2; };
  EXPECT_EQ(ask(client, std::move(redirected)).error().code, client_error::AddressRefused);
}

TEST(HttpClient, StreamsThePartsOfA2xxAnswer) {
  Peer peer;
  HttpClient client;
  std::promise<void> first;
  std::promise<Answer> done;
  std::string received;
  client.send(
      get(peer.url("/stream")),
      [&](std::string_view chunk) {
        received += chunk;
        if (received == "one") {
          first.set_value();
        }
      },
      [&](Answer answer) { done.set_value(std::move(answer)); });
  const StreamHandle stream = peer.stream();
  stream.write("one");
  first.get_future().wait();  // before the end was written
  stream.write("two");
  stream.close();
  const Answer answer = done.get_future().get();
  ASSERT_TRUE(answer);
  EXPECT_EQ(received, "onetwo");
  EXPECT_EQ(answer->body, "");
}

TEST(HttpClient, GathersTheBodyOfARefusedStream) {
  Peer peer;
  HttpClient client;
  std::promise<Answer> done;
  client.send(
      get(peer.url("/refuse")), [](std::string_view) { ADD_FAILURE(); },
      [&](Answer answer) { done.set_value(std::move(answer)); });
  EXPECT_EQ(done.get_future().get()->body, "not now");
}

TEST(HttpClient, CancelEndsATransferAndClosesItsConnection) {
  Peer peer;
  HttpClient client;
  std::promise<Answer> done;
  const HttpClient::Handle handle = client.send(
      get(peer.url("/stream")), [](std::string_view) {},
      [&](Answer answer) { done.set_value(std::move(answer)); });
  const StreamHandle stream = peer.stream();
  std::promise<void> closed;
  stream.on_close([&] { closed.set_value(); });
  handle.cancel();
  const Answer answer = done.get_future().get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, client_error::Cancelled);
  closed.get_future().wait();
  handle.cancel();
}

TEST(HttpClient, StopAnswersWhatIsInWorkAndWhatComesLater) {
  Peer peer;
  HttpClient client;
  std::promise<Answer> hanging;
  client.send(get(peer.url("/hang")), [&](Answer answer) { hanging.set_value(std::move(answer)); });
  client.stop();
  EXPECT_EQ(hanging.get_future().get().error().code, client_error::Cancelled);
  EXPECT_EQ(ask(client, get(peer.url("/echo"))).error().code, client_error::Cancelled);
}

TEST(HttpClient, RefusesMoreTransfersThanItsLimit) {
  Peer peer;
  HttpClientOptions options;
  options.transfers_max = 1;
  HttpClient client(options);
  std::promise<Answer> first;
  const auto handle = client.send(get(peer.url("/hang")), [&](Answer a) { first.set_value(std::move(a)); });
  EXPECT_EQ(ask(client, get(peer.url("/echo"))).error().code, client_error::Overloaded);
  handle.cancel();
  first.get_future().wait();
  EXPECT_TRUE(ask(client, get(peer.url("/echo"))));
}

TEST(HttpClient, TransfersWaitForAConnectionInOrder) {
  Peer peer;
  HttpClientOptions options;
  options.connections_per_host_max = 1;
  HttpClient client(options);
  std::vector<std::string> ended;  // written on the client's thread alone
  std::promise<void> all;
  const auto note = [&](const std::string& name) {
    return [&ended, &all, name](const Answer& answer) {
      ended.push_back(name + (answer ? "" : " " + answer.error().code));
      if (ended.size() == 4) all.set_value();
    };
  };
  const auto first = client.send(get(peer.url("/hang")), note("first"));
  HttpClientRequest impatient = get(peer.url("/echo"));
  impatient.timeout_ms = 20;
  const Answer late = ask(client, impatient);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, client_error::ConnectFailed);
  EXPECT_EQ(late.error().message, "no connection to the server was free for 20 ms");
  EXPECT_FALSE(was_sent(late.error()));
  client.send(get(peer.url("/echo")), note("second"));
  const auto third = client.send(get(peer.url("/echo")), note("third"));
  client.send(get(peer.url("/big")), note("fourth"));
  third.cancel();
  first.cancel();
  all.get_future().wait();
  const std::string cancelled = std::string(" ") + client_error::Cancelled;
  EXPECT_EQ(ended, (std::vector<std::string>{"third" + cancelled, "first" + cancelled, "second", "fourth"}));
}

TEST(HttpClient, RunsManyTransfersAtOnce) {
  Peer peer;
  HttpClient client;
  std::atomic<int> good = 0;
  std::promise<void> all;
  std::atomic<int> left = 200;
  for (int i = 0; i < 200; ++i) {
    HttpClientRequest request = get(peer.url("/echo"));
    request.method = "POST";
    request.body = std::to_string(i);
    client.send(std::move(request), [&, i](Answer answer) {
      good += answer && answer->body == "POST  " + std::to_string(i) ? 1 : 0;
      if (--left == 0) {
        all.set_value();
      }
    });
  }
  all.get_future().wait();
  EXPECT_EQ(good, 200);
}

}  // namespace
}  // namespace scaiflow::net
