#include "libs/net/deadline.h"

#include <atomic>
#include <memory>

namespace scaiflow::net {

namespace {

/// Stands between the handler and the connection until one of them has answered.
class Guarded final : public ResponseSink {
 public:
  Guarded(Responder inner, Timers& timers) : inner_(std::move(inner)), timers_(timers) {}
  ~Guarded() override { calm(); }

  void watch(Timers::Id timer) { timer_.store(timer); }

  void send(HttpResponse response) override {
    calm();
    inner_.send(std::move(response));
  }

  std::shared_ptr<StreamSink> begin_stream(int status, Headers headers) override {
    calm();
    return std::make_shared<Passed>(inner_.begin_stream(status, std::move(headers)));
  }

 private:
  class Passed final : public StreamSink {
   public:
    explicit Passed(StreamHandle stream) : stream_(std::move(stream)) {}
    bool write(std::string chunk) override { return stream_.write(std::move(chunk)); }
    void close() override { stream_.close(); }
    void on_close(std::function<void()> callback) override { stream_.on_close(std::move(callback)); }

   private:
    StreamHandle stream_;
  };

  void calm() {
    if (const Timers::Id timer = timer_.exchange(0)) timers_.cancel(timer);
  }

  Responder inner_;
  Timers& timers_;
  std::atomic<Timers::Id> timer_{0};
};

}  // namespace

Responder with_deadline(Responder inner, Timers& timers, Executor& executor, std::int64_t delay_ms,
                        HttpResponse late) {
  auto sink = std::make_shared<Guarded>(inner, timers);
  sink->watch(timers.after(delay_ms, executor, [inner, late = std::move(late)] { inner.send(late); }));
  return Responder(std::move(sink));
}

}  // namespace scaiflow::net
