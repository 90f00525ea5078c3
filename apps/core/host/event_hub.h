#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "apps/core/host/engine.h"
#include "libs/net/executor.h"
#include "libs/store/database.h"

namespace scaiflow::core {

/// Place in the stream of stored events: row and index within it.
struct EventCursor {
  std::int64_t row = 0;
  std::int64_t index = -1;  ///< last one seen; -1 = none of the row

  static std::optional<EventCursor> parse(const std::string& text);
  std::string text() const;
};

/// One page of stored events after a cursor (08 §8.8).
struct EventPage {
  JsonArray events;  ///< wire form, each with `id`
  std::vector<EventCursor> cursors;
  EventCursor end;  ///< where the next page begins
};
Result<EventPage> read_events(store::Connection& db, const EventFilter& filter, EventCursor after,
                              std::size_t limit);
Result<EventCursor> newest_event(store::Connection& db);
/// An event row's items in wire form.
JsonArray wire_events(const Json& items, const std::string& core_id, const std::string& execution_id);
bool matches(const EventFilter& filter, const Json& event);

/// Hands committed events and live feed entries to subscribers, on a lane of its own; without subscribers it
/// costs nothing.
class EventHub {
 public:
  explicit EventHub(store::Database& database);
  ~EventHub();

  /// `present` is asked once, when the reader has all stored events: what it gives comes after them and
  /// before any later status.
  std::unique_ptr<Subscription> subscribe(const EventFilter& filter, std::optional<EventCursor> from,
                                          std::function<void(StreamEntry)> deliver,
                                          std::function<std::vector<StreamEntry>()> present = nullptr);
  /// Rows were committed: subscribers read on. Called on the committer's thread.
  void committed();
  /// A live entry for whoever watches the execution.
  void feed(const std::string& execution_id, const std::string& entry, Json data);
  /// The `status` entry (07 §20.2), after the stored events that were committed with it.
  void status(const std::string& execution_id, Json data);
  bool is_watched(const std::string& execution_id) const;
  /// The execution's last stored event is in: its watchers get the `block.timing` entries and `End` after it.
  void ended(const std::string& execution_id, Json result, std::vector<Json> timings = {});
  void stop();

 private:
  struct Reader;
  class Handle;
  /// Hands over what is stored, then what waits for that.
  void read_on(Reader& reader);
  /// True when the reader has all of it.
  bool read_stored(Reader& reader);
  /// Entries that come after the stored events that were committed with them.
  void tell(const std::string& execution_id, std::vector<StreamEntry> entries);
  void read_all();
  void each_watcher(const std::string& execution_id, const std::function<void(Reader&)>& visit);
  void remove(std::int64_t id);

  store::Database& database_;
  std::atomic<std::int64_t> readers_count_ = 0;
  std::atomic<bool> reading_ = false;
  mutable std::mutex mutex_;  ///< guards `readers_` and `watched_`
  std::map<std::int64_t, std::shared_ptr<Reader>> readers_;
  std::map<std::string, std::int64_t> watched_;
  std::int64_t next_id_ = 1;
  net::Lanes lane_;
};

}  // namespace scaiflow::core
