#include "apps/core/host/event_hub.h"

#include <charconv>
#include <utility>

#include "apps/core/machine/step.h"
#include "libs/ir/msgpack.h"

namespace scaiflow::core {

namespace {

constexpr std::size_t depth_max = 96;
constexpr std::size_t page_rows = 64;
constexpr std::size_t behind_max = 1'000;

Json unpacked(std::string_view bytes) {
  Json out;
  if (ir::unpack(bytes, 0, depth_max, out)) return Json::array();
  return out;
}

}  // namespace

std::optional<EventCursor> EventCursor::parse(const std::string& text) {
  EventCursor out;
  const char* end = text.data() + text.size();
  const auto row = std::from_chars(text.data(), end, out.row);
  if (row.ec != std::errc() || row.ptr == end || *row.ptr != '.') return std::nullopt;
  const auto index = std::from_chars(row.ptr + 1, end, out.index);
  if (index.ec != std::errc() || index.ptr != end) return std::nullopt;
  return out;
}

std::string EventCursor::text() const { return std::to_string(row) + "." + std::to_string(index); }

/// Compact events of an execution are arrays of eight; module events are `[type, at, payload]`.
JsonArray wire_events(const Json& items, const std::string& core_id, const std::string& execution_id) {
  JsonArray out;
  if (!items.is_array()) return out;
  for (const Json& item : items.as_array()) {
    if (item.size() != 3) {
      out.push_back(machine::expand_event(item, core_id, execution_id));
      continue;
    }
    const std::int64_t at_ms = item.at(1).is_int() ? item.at(1).as_int() : 0;
    out.push_back(Json::object({{"type", item.at(0)},
                                {"core_id", core_id},
                                {"timestamp", machine::iso_time(at_ms, machine::Millis::Always)},
                                {"payload", item.at(2)}}));
  }
  return out;
}

bool matches(const EventFilter& filter, const Json& event) {
  if (filter.type && event.string_or("type", "").rfind(*filter.type, 0) != 0) return false;
  return !filter.execution_id || event["payload"].string_or("execution_id", "") == *filter.execution_id;
}

Result<EventPage> read_events(store::Connection& db, const EventFilter& filter, EventCursor after,
                              std::size_t limit) {
  std::string sql =
      "SELECT id, core_id, execution_id, body FROM mod_scaicore_events WHERE tenant_id = ? AND id >= ?";
  store::Params params{filter.tenant_id, after.row};
  if (filter.core_id) {
    sql += " AND core_id = ?";
    params.emplace_back(*filter.core_id);
  }
  if (filter.execution_id) {
    sql += " AND execution_id = ?";
    params.emplace_back(*filter.execution_id);
  }
  sql += " ORDER BY id LIMIT ?";
  params.emplace_back(static_cast<std::int64_t>(page_rows));
  EventPage page;
  page.end = after;
  for (bool more = true; more && page.events.size() < limit;) {
    std::size_t rows = 0;
    Result<void> read = db.query(sql, params, [&](const store::Row& row) {
      ++rows;
      if (page.events.size() >= limit) return;
      const JsonArray events = wire_events(unpacked(row.text(3)), row.string(1), row.string(2));
      const std::int64_t id = row.integer(0);
      const std::int64_t first = id == after.row ? after.index + 1 : 0;
      for (auto i = first; i < static_cast<std::int64_t>(events.size()) && page.events.size() < limit; ++i) {
        page.end = {id, i};
        Json event = events[static_cast<std::size_t>(i)];
        if (!matches(filter, event)) continue;
        event.set("id", "evt_" + std::to_string(id) + "_" + std::to_string(i));
        page.events.push_back(std::move(event));
        page.cursors.push_back(page.end);
      }
    });
    if (!read) return tl::unexpected(read.error());
    more = rows == page_rows;
    after = page.end;
    params[1] = after.row;
  }
  return page;
}

Result<EventCursor> newest_event(store::Connection& db) {
  EventCursor out;
  Result<void> read = db.query("SELECT id, n FROM mod_scaicore_events ORDER BY id DESC LIMIT 1", {},
                               [&](const store::Row& row) { out = {row.integer(0), row.integer(1) - 1}; });
  if (!read) return tl::unexpected(read.error());
  return out;
}

struct EventHub::Reader {
  std::int64_t id = 0;
  EventFilter filter;
  EventCursor at;
  std::mutex calling;  ///< held while `deliver` runs, so that the end of a subscription can wait for it
  std::function<void(StreamEntry)> deliver;
  /// What it must be told once it has all stored events; asked then.
  std::function<std::vector<StreamEntry>()> next;
  bool closed = false;

  void give(StreamEntry entry) {
    const std::lock_guard lock(calling);
    if (closed || !deliver) return;
    closed = entry.kind == StreamEntry::Kind::End;
    deliver(std::move(entry));
  }
};

class EventHub::Handle final : public Subscription {
 public:
  Handle(EventHub& hub, std::shared_ptr<Reader> reader) : hub_(hub), reader_(std::move(reader)) {}
  ~Handle() override {
    hub_.remove(reader_->id);
    const std::lock_guard lock(reader_->calling);
    reader_->closed = true;
    reader_->deliver = nullptr;
  }

 private:
  EventHub& hub_;
  std::shared_ptr<Reader> reader_;
};

EventHub::EventHub(store::Database& database) : database_(database), lane_(1) {}
EventHub::~EventHub() { stop(); }
void EventHub::stop() { lane_.stop(); }

std::unique_ptr<Subscription> EventHub::subscribe(const EventFilter& filter, std::optional<EventCursor> from,
                                                  std::function<void(StreamEntry)> deliver,
                                                  std::function<std::vector<StreamEntry>()> present) {
  auto reader = std::make_shared<Reader>();
  reader->filter = filter;
  reader->deliver = std::move(deliver);
  reader->next = std::move(present);
  if (from) {
    reader->at = *from;
  } else {
    reader->at =
        database_.read([](store::Connection& db) { return newest_event(db); }).value_or(EventCursor{});
  }
  {
    const std::lock_guard lock(mutex_);
    reader->id = next_id_++;
    readers_[reader->id] = reader;
    if (filter.execution_id) ++watched_[*filter.execution_id];
  }
  ++readers_count_;
  lane_.at(0).post([this, reader] { read_on(*reader); });
  return std::make_unique<Handle>(*this, reader);
}

void EventHub::remove(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  const auto at = readers_.find(id);
  if (at == readers_.end()) return;
  if (const auto& execution = at->second->filter.execution_id) {
    if (--watched_[*execution] <= 0) watched_.erase(*execution);
  }
  readers_.erase(at);
  --readers_count_;
}

void EventHub::committed() {
  if (readers_count_ == 0 || reading_.exchange(true)) return;
  lane_.at(0).post([this] { read_all(); });
}

void EventHub::read_all() {
  reading_ = false;
  std::vector<std::shared_ptr<Reader>> readers;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, reader] : readers_) readers.push_back(reader);
  }
  for (const auto& reader : readers) read_on(*reader);
}

void EventHub::read_on(Reader& reader) {
  if (!read_stored(reader) || !reader.next) return;
  std::vector<StreamEntry> entries = std::exchange(reader.next, nullptr)();
  // An execution that ended meanwhile has stored its last events before its status.
  if (!entries.empty() && entries.back().kind == StreamEntry::Kind::End && !read_stored(reader)) {
    reader.next = [entries = std::move(entries)] { return entries; };
    return;
  }
  for (StreamEntry& entry : entries) reader.give(std::move(entry));
}

bool EventHub::read_stored(Reader& reader) {
  for (std::size_t given = 0; given < behind_max;) {
    Result<EventPage> page =
        database_.read([&](store::Connection& db) { return read_events(db, reader.filter, reader.at, 200); });
    if (!page) return false;
    if (page->events.empty() && page->end.row == reader.at.row && page->end.index == reader.at.index)
      return true;
    reader.at = page->end;
    for (std::size_t i = 0; i < page->events.size(); ++i) {
      StreamEntry entry;
      entry.cursor = page->cursors[i].text();
      entry.type = page->events[i].string_or("type", "");
      entry.data = std::move(page->events[i]);
      reader.give(std::move(entry));
      ++given;
    }
  }
  lane_.at(0).post([this] { read_all(); });  // others have their turn first
  return false;
}

void EventHub::each_watcher(const std::string& execution_id, const std::function<void(Reader&)>& visit) {
  std::vector<std::shared_ptr<Reader>> readers;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, reader] : readers_) {
      if (reader->filter.execution_id == execution_id) readers.push_back(reader);
    }
  }
  for (const auto& reader : readers) visit(*reader);
}

void EventHub::feed(const std::string& execution_id, const std::string& entry, Json data) {
  if (!is_watched(execution_id)) return;
  lane_.at(0).post([this, execution_id, entry, data] {
    each_watcher(execution_id,
                 [&](Reader& reader) { reader.give({StreamEntry::Kind::Feed, {}, entry, data}); });
  });
}

void EventHub::status(const std::string& execution_id, Json data) {
  tell(execution_id, {{StreamEntry::Kind::Feed, {}, "status", std::move(data)}});
}

void EventHub::ended(const std::string& execution_id, Json result, std::vector<Json> timings) {
  std::vector<StreamEntry> entries;
  for (Json& each : timings)
    entries.push_back({StreamEntry::Kind::Feed, {}, "block.timing", std::move(each)});
  entries.push_back({StreamEntry::Kind::End, {}, "end", std::move(result)});
  tell(execution_id, std::move(entries));
}

void EventHub::tell(const std::string& execution_id, std::vector<StreamEntry> entries) {
  if (!is_watched(execution_id)) return;
  lane_.at(0).post([this, execution_id, entries = std::move(entries)] {
    each_watcher(execution_id, [&](Reader& reader) {
      reader.next = [entries] { return entries; };
      read_on(reader);
    });
  });
}

bool EventHub::is_watched(const std::string& execution_id) const {
  if (readers_count_ == 0) return false;
  const std::lock_guard lock(mutex_);
  return watched_.contains(execution_id);
}

}  // namespace scaiflow::core
