#include "apps/grid/scaibunker/egress.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <future>

namespace scaiflow::grid {
namespace {

/// A server that answers one connection with what it was sent.
class OneAnswer {
 public:
  OneAnswer() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(listener_.get(), 4), 0);
    socklen_t size = sizeof address;
    getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    served_ = std::async(std::launch::async, [this] {
      const OwnedFd peer(accept(listener_.get(), nullptr, nullptr));
      char bytes[4'096];
      const ssize_t n = recv(peer.get(), bytes, sizeof bytes, 0);
      const std::string heard(bytes, static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
      const std::string reply = "heard: " + heard;
      send(peer.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
      return heard;
    });
  }
  ~OneAnswer() { shutdown(listener_.get(), SHUT_RDWR); }
  int port() const { return port_; }

 private:
  OwnedFd listener_{socket(AF_INET, SOCK_STREAM, 0)};
  int port_ = 0;
  std::future<std::string> served_;
};

class Proxy : public ::testing::Test {
 protected:
  void open(bool refuse_all) {
    EgressRule rule;
    rule.hosts = {"localhost", "*.example.com"};
    rule.ports = {server_.port()};
    rule.is_refused = [refuse_all](const std::string&) { return refuse_all; };
    egress_ = *Egress::open(std::move(rule), static_cast<int>(getuid()));
    serving_ = std::async(std::launch::async, [this] { egress_->serve(over_); });
  }
  void TearDown() override {
    over_.stop();
    serving_.wait();
    const std::string path = egress_->socket_path();
    egress_.reset();
    EXPECT_FALSE(std::filesystem::exists(path));
  }
  /// All that comes back for `text`, as a program in the sandbox would see it.
  std::string ask(const std::string& text, const std::string& more = "") {
    const OwnedFd fd(socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, egress_->socket_path().c_str());
    EXPECT_EQ(connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL);
    std::string out;
    char bytes[4'096];
    for (ssize_t n = 1; n > 0;) {
      if (!more.empty() && out.ends_with("\r\n\r\n")) send(fd.get(), more.data(), more.size(), MSG_NOSIGNAL);
      n = recv(fd.get(), bytes, sizeof bytes, 0);
      if (n > 0) out.append(bytes, static_cast<std::size_t>(n));
    }
    return out;
  }
  std::string port() const { return std::to_string(server_.port()); }

  OneAnswer server_;
  std::unique_ptr<Egress> egress_;
  StopSwitch over_;
  std::future<void> serving_;
};

TEST(EgressRules, names_are_exact_or_one_label_below) {
  EgressRule rule;
  rule.hosts = {"example.org", "*.example.com"};
  EXPECT_TRUE(rule.allows("example.org", 443));
  EXPECT_TRUE(rule.allows("a.example.com", 80));
  for (const char* host :
       {"a.example.org", "example.com", "a.b.example.com", "evilexample.com", ".example.com"})
    EXPECT_FALSE(rule.allows(host, 443)) << host;
  EXPECT_FALSE(rule.allows("example.org", 22));
}

TEST_F(Proxy, tunnels_to_an_allowed_host) {
  open(false);
  EXPECT_EQ(ask("CONNECT localhost:" + port() + " HTTP/1.1\r\n\r\n", "hello"),
            "HTTP/1.1 200 Connection established\r\n\r\nheard: hello");
}

TEST_F(Proxy, sends_plain_requests_on_in_their_own_form) {
  open(false);
  EXPECT_EQ(ask("GET http://localhost:" + port() + "/a?b HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            "heard: GET /a?b HTTP/1.1\r\nConnection: close\r\nHost: localhost\r\n\r\n");
}

TEST_F(Proxy, refuses_other_hosts_and_ports) {
  open(false);
  for (const std::string place :
       {"other.test:" + port(), std::string("localhost:1"), std::string("localhost:x")}) {
    const std::string answer = ask("CONNECT " + place + " HTTP/1.1\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 40")) << place << answer;
  }
  EXPECT_TRUE(ask("GET /relative HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 400"));
  EXPECT_TRUE(ask("GET http://localhost/" + std::string(20'000, 'x')).starts_with("HTTP/1.1 431"));
}

TEST_F(Proxy, refuses_addresses_behind_allowed_names) {
  open(true);
  EXPECT_TRUE(ask("CONNECT localhost:" + port() + " HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 502"));
}

}  // namespace
}  // namespace scaiflow::grid
