#include "apps/grid/rate_headers.h"

#include <memory>

namespace scaiflow::grid {

namespace {

constexpr std::int64_t window_s = 60;

class RateHeaders final : public net::ResponseSink {
 public:
  RateHeaders(net::Responder inner, const RateWindows::Standing& standing, std::int64_t now_ms)
      : inner_(std::move(inner)), standing_(standing), now_s_(now_ms / 1'000) {}

  void send(net::HttpResponse response) override {
    add(response.headers);
    inner_.send(std::move(response));
  }
  std::shared_ptr<net::StreamSink> begin_stream(int status, net::Headers headers) override {
    add(headers);
    return std::make_shared<Stream>(inner_.begin_stream(status, std::move(headers)));
  }

 private:
  class Stream final : public net::StreamSink {
   public:
    explicit Stream(net::StreamHandle handle) : handle_(std::move(handle)) {}
    bool write(std::string chunk) override { return handle_.write(std::move(chunk)); }
    void close() override { handle_.close(); }
    void on_close(std::function<void()> callback) override { handle_.on_close(std::move(callback)); }

   private:
    net::StreamHandle handle_;
  };

  void add(net::Headers& headers) const {
    const std::int64_t wait_s = standing_.allowed ? window_s : standing_.wait_s;
    headers.set("X-Scaigrid-Ratelimit-Limit", std::to_string(standing_.limit));
    headers.set("X-Scaigrid-Ratelimit-Remaining", std::to_string(standing_.remaining));
    headers.set("X-Scaigrid-Ratelimit-Reset", std::to_string(now_s_ + wait_s));
  }

  const net::Responder inner_;
  const RateWindows::Standing standing_;
  const std::int64_t now_s_;
};

}  // namespace

net::Responder with_rate_headers(net::Responder responder, const RateWindows::Standing& standing,
                                 std::int64_t now_ms) {
  return net::Responder(std::make_shared<RateHeaders>(std::move(responder), standing, now_ms));
}

}  // namespace scaiflow::grid
