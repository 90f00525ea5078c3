#include "apps/grid/scaicore/stream.h"

#include <mutex>
#include <vector>

#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "apps/grid/heartbeat.h"
#include "libs/base/json_text.h"
#include "libs/net/sse.h"

namespace scaiflow::grid {

namespace {

/// A stream and the subscription that feeds it. Entries may come before the headers are sent, and the client
/// may go away at any time: both are decided under the lock.
class EntryStream : public std::enable_shared_from_this<EntryStream> {
 public:
  void deliver(const core::StreamEntry& entry) {
    const std::lock_guard lock(mutex_);
    if (!stream_) {
      early_.push_back(entry);
      return;
    }
    write(entry);
  }

  void open(net::StreamHandle stream) {
    const std::lock_guard lock(mutex_);
    stream_ = std::move(stream);
    for (const core::StreamEntry& entry : early_) write(entry);
    early_.clear();
  }

 private:
  void write(const core::StreamEntry& entry) {
    const char* name = entry.kind == core::StreamEntry::Kind::End        ? "end"
                       : entry.kind == core::StreamEntry::Kind::Overflow ? "overflow"
                                                                         : entry.type.c_str();
    const bool written = stream_.write(net::sse_text({entry.cursor, name, to_ecma_text(entry.data)}));
    const bool last =
        entry.kind == core::StreamEntry::Kind::End || entry.kind == core::StreamEntry::Kind::Overflow;
    if (last && written) stream_.close();
  }

  std::mutex mutex_;
  net::StreamHandle stream_;
  std::vector<core::StreamEntry> early_;
};

/// What lives as long as an open stream.
struct Live {
  std::shared_ptr<EntryStream> entries;
  std::unique_ptr<core::Subscription> subscription;
  std::shared_ptr<void> slot;
};

}  // namespace

std::shared_ptr<void> StreamSlots::take() const {
  std::shared_ptr<void> place(free_.get(), [free = free_](void*) { ++*free; });
  return --*free_ >= 0 ? place : nullptr;
}

void stream_entries(Services& services, net::Responder responder, const std::string& request_id,
                    const Subscribe& subscribe) {
  std::shared_ptr<void> slot = services.streams.take();
  if (!slot) {
    responder.send(failure(request_id, make_error("SERVICE_UNAVAILABLE", "too many streams are open")));
    return;
  }
  auto entries = std::make_shared<EntryStream>();
  // The subscription calls back into the stream while it lives, so it must not own it.
  const std::weak_ptr<EntryStream> weak = entries;
  auto subscription = subscribe([weak](core::StreamEntry entry) {
    if (const auto alive = weak.lock()) alive->deliver(entry);
  });
  if (!subscription) {
    responder.send(failure(request_id, subscription.error()));
    return;
  }
  net::StreamHandle stream = responder.begin_stream(200, net::sse_headers());
  if (!stream) return;
  stream.write("retry: 2000\n\n");
  keep_alive(services.timers, services.pool, stream);
  auto live = std::make_shared<Live>(Live{entries, std::move(*subscription), std::move(slot)});
  stream.on_close(
      [&pool = services.pool, live = std::move(live)]() mutable { pool.post([ended = std::move(live)] {}); });
  entries->open(std::move(stream));
}

}  // namespace scaiflow::grid
