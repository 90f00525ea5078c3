#include "apps/grid/heartbeat.h"

#include <memory>
#include <mutex>

namespace scaiflow::grid {

namespace {

class Heart : public std::enable_shared_from_this<Heart> {
 public:
  Heart(net::Timers& timers, net::Executor& pool, net::StreamHandle stream, std::int64_t every_ms)
      : timers_(timers), pool_(pool), stream_(std::move(stream)), every_ms_(every_ms) {}

  void arm() {
    const std::lock_guard lock(mutex_);
    if (over_) return;
    timer_ = timers_.after(every_ms_, pool_, [self = shared_from_this()] {
      if (self->stream_.write(": hb\n\n")) self->arm();
    });
  }
  void stop() {
    const std::lock_guard lock(mutex_);
    over_ = true;
    timers_.cancel(timer_);
  }

 private:
  net::Timers& timers_;
  net::Executor& pool_;
  const net::StreamHandle stream_;
  const std::int64_t every_ms_;
  std::mutex mutex_;
  bool over_ = false;
  net::Timers::Id timer_ = 0;
};

}  // namespace

void keep_alive(net::Timers& timers, net::Executor& pool, const net::StreamHandle& stream,
                std::int64_t every_ms) {
  auto heart = std::make_shared<Heart>(timers, pool, stream, every_ms);
  heart->arm();
  const std::weak_ptr<Heart> weak = heart;
  stream.on_close([weak] {
    if (const auto alive = weak.lock()) alive->stop();
  });
}

}  // namespace scaiflow::grid
