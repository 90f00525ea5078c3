// Events and memory from outside (08 §8.8, §8.11).
#include "apps/core/host/engine_impl.h"
#include "libs/net/clock.h"

namespace scaiflow::core {

namespace {

using store::Connection;

/// What a new watcher must know beside the stored events: the status, or that the execution has ended and how
/// long its blocks took.
std::vector<StreamEntry> present_of(store::Database& database, const std::string& execution_id) {
  std::vector<StreamEntry> out;
  Result<void> read = database.read([&](Connection& db) -> Result<void> {
    Result<Json> status = stored_status(db, execution_id);
    if (!status) return tl::unexpected(status.error());
    const std::string name = status->string_or("status", "");
    if (name != "completed" && name != "failed" && name != "cancelled") {
      out.push_back({StreamEntry::Kind::Feed, {}, "status", std::move(*status)});
      return {};
    }
    Result<Json> result = stored_result(db, "", execution_id);
    if (!result) return tl::unexpected(result.error());
    auto timings = read_timings(db, execution_id);
    for (Json& each : timings ? *timings : std::vector<Json>())
      out.push_back({StreamEntry::Kind::Feed, {}, "block.timing", std::move(each)});
    out.push_back({StreamEntry::Kind::End, {}, "end", std::move(*result)});
    return {};
  });
  return read ? std::move(out) : std::vector<StreamEntry>();
}

}  // namespace

Result<Page> EngineImpl::list_events(const EventFilter& filter) {
  std::optional<EventCursor> after = EventCursor{};
  if (filter.cursor == "latest") {
    Result<EventCursor> newest = host_->database.read([](Connection& db) { return newest_event(db); });
    if (!newest) return tl::unexpected(newest.error());
    return Json::object({{"events", Json::array()}, {"next_cursor", newest->text()}, {"has_more", false}});
  }
  if (!filter.cursor.empty()) after = EventCursor::parse(filter.cursor);
  if (!after) {
    return tl::unexpected(
        Error{"VALIDATION_ERROR", "the cursor cannot be read", Retry::Never,
              Json::array({Json::object({{"field", "cursor"}, {"message", "cannot be read"}})})});
  }
  Result<EventPage> page = host_->database.read([&](Connection& db) {
    return read_events(db, filter, *after, static_cast<std::size_t>(filter.limit));
  });
  if (!page) return tl::unexpected(page.error());
  const bool more = static_cast<std::int64_t>(page->events.size()) == filter.limit;
  return Json::object(
      {{"events", std::move(page->events)}, {"next_cursor", page->end.text()}, {"has_more", more}});
}

std::unique_ptr<Subscription> EngineImpl::subscribe(const EventFilter& filter,
                                                    std::function<void(StreamEntry)> deliver) {
  std::optional<EventCursor> from;
  if (!filter.cursor.empty() && filter.cursor != "latest") from = EventCursor::parse(filter.cursor);
  return host_->hub.subscribe(filter, from, std::move(deliver));
}

Result<std::unique_ptr<Subscription>> EngineImpl::watch(const std::string& tenant_id,
                                                        const std::string& execution_id,
                                                        std::function<void(StreamEntry)> deliver) {
  EventFilter filter;
  filter.tenant_id = tenant_id;
  filter.execution_id = execution_id;
  Result<Json> known =
      host_->database.read([&](Connection& db) { return stored_result(db, tenant_id, execution_id); });
  if (!known) return tl::unexpected(known.error());
  return host_->hub.subscribe(filter, EventCursor{}, std::move(deliver), [host = host_.get(), execution_id] {
    return present_of(host->database, execution_id);
  });
}

void EngineImpl::append_event(const std::string& tenant_id, const std::string& core_id,
                              const std::string& type, Json payload) {
  auto batch = std::make_shared<EventBatch>();
  batch->tenant_id = tenant_id;
  batch->core_id = core_id;
  batch->events.push_back(Json::array({type, host_->wall_ms(), std::move(payload)}));
  host_->database.write([this, batch](Connection& db) { return insert_events(db, *batch, host_->event_ids); },
                        [this](const Result<void>& written) {
                          if (written) host_->hub.committed();
                        });
}

Result<void> EngineImpl::append_event(Connection& db, const std::string& tenant_id,
                                      const std::string& core_id, const std::string& type, Json payload) {
  EventBatch batch{tenant_id, core_id, std::nullopt, {}, {}};
  batch.events.push_back(Json::array({type, host_->wall_ms(), std::move(payload)}));
  return insert_events(db, batch, host_->event_ids);
}

Result<Page> EngineImpl::list_memory(const MemoryFilter& filter) {
  return host_->database.read([&](Connection& db) { return core::list_memory(db, filter); });
}

void EngineImpl::write_memory(const MemoryEdit& edit, std::function<void(Result<void>)> done) {
  const Partition partition{edit.core_id, edit.partition_key};
  host_->memory_turns.enter(partition, [this, partition, edit, done = std::move(done)] {
    host_->database.write([edit](Connection& db) { return edit_memory(db, edit); },
                          [this, partition, done](const Result<void>& written) {
                            host_->memory_turns.leave(partition);
                            done(written);
                          });
  });
}

}  // namespace scaiflow::core
