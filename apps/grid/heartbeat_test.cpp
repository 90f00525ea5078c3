#include "apps/grid/heartbeat.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

namespace scaiflow::grid {
namespace {

/// A stream that counts what is written and can be taken away.
class CountingSink final : public net::StreamSink {
 public:
  bool write(std::string chunk) override {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    EXPECT_EQ(chunk, ": hb\n\n");
    ++beats_;
    changed_.notify_all();
    return true;
  }
  void close() override {
    std::function<void()> callback;
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      callback = std::exchange(callback_, nullptr);
    }
    if (callback) callback();
  }
  void on_close(std::function<void()> callback) override { callback_ = std::move(callback); }
  bool wait_for_beats(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return beats_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> callback_;
  int beats_ = 0;
  bool closed_ = false;
};

TEST(Heartbeat, BeatsUntilTheStreamEnds) {
  auto sink = std::make_shared<CountingSink>();
  std::weak_ptr<CountingSink> weak = sink;
  net::Pool pool(1);
  net::Timers timers;
  {
    const net::StreamHandle stream(sink);
    keep_alive(timers, pool, stream, 1);
    EXPECT_TRUE(sink->wait_for_beats(3));
    stream.close();
  }
  sink.reset();
  timers.stop();
  pool.stop();
  EXPECT_TRUE(weak.expired()) << "the heart still holds the stream";
}

}  // namespace
}  // namespace scaiflow::grid
