#include "apps/core/host/timing_log.h"

#include <map>
#include <memory>
#include <utility>

#include "libs/ir/msgpack.h"

namespace scaiflow::core {

namespace {

constexpr std::int64_t gather_ms = 100;
constexpr std::size_t waiting_max = 65'536;
constexpr std::size_t depth_max = 8;

enum Place : std::size_t {
  block_at,
  node_at,
  occurrence_at,
  fiber_at,
  queue_at,
  step_at,
  commit_at,
  effect_at
};

Result<void> insert(store::Connection& db, const std::string& execution_id, std::int64_t part,
                    const std::string& body) {
  auto written = db.execute("INSERT INTO mod_scaicore_timings (execution_id, part, body) VALUES (?,?,?)",
                            {execution_id, part, store::Blob{body}});
  if (!written && written.error().code != store::db_error::UniqueViolation)
    return tl::unexpected(written.error());
  return {};
}

}  // namespace

void TimingLog::add(const std::string& execution_id, std::int64_t part, JsonArray rows) {
  std::string body;
  ir::pack(body, Json(std::move(rows)));
  const std::lock_guard lock(mutex_);
  if (waiting_.size() >= waiting_max) return;
  waiting_.push_back({execution_id, part, std::move(body)});
  if (std::exchange(armed_, true)) return;
  timers_.after(gather_ms, pool_, [this] {
    auto entries = std::make_shared<std::vector<Entry>>(take());
    database_.write(
        [entries](store::Connection& db) -> Result<void> {
          for (const Entry& each : *entries) {
            if (Result<void> done = insert(db, each.execution_id, each.part, each.body); !done) return done;
          }
          return {};
        },
        [](const Result<void>&) {});
  });
}

std::vector<TimingLog::Entry> TimingLog::take() {
  const std::lock_guard lock(mutex_);
  armed_ = false;
  return std::exchange(waiting_, {});
}

void TimingLog::flush() {
  const std::vector<Entry> entries = take();
  (void)database_.write_sync(store::Database::Unit([&](store::Connection& db) -> Result<void> {
    for (const Entry& each : entries) {
      if (Result<void> done = insert(db, each.execution_id, each.part, each.body); !done) return done;
    }
    return {};
  }));
}

Json timing_entry(const Json& row) {
  return Json::object({{"block_id", row.at(block_at)},
                       {"node_id", row.at(node_at)},
                       {"occurrence", row.at(occurrence_at)},
                       {"queue_us", row.at(queue_at)},
                       {"step_us", row.at(step_at)},
                       {"commit_us", row.at(commit_at)},
                       {"effect_us", row.at(effect_at)}});
}

Result<std::vector<Json>> read_timings(store::Connection& db, const std::string& execution_id) {
  std::vector<Json> out;
  std::map<std::pair<std::string, std::int64_t>, std::size_t> places;
  const auto merge = [&](const Json& row) {
    Json entry = timing_entry(row);
    const auto [at, is_new] =
        places.try_emplace({entry.string_or("block_id", ""), entry.int_or("occurrence", 0)}, out.size());
    if (is_new) {
      out.push_back(std::move(entry));
      return;
    }
    for (const char* share : {"queue_us", "step_us", "commit_us", "effect_us"})
      out[at->second].set(share, out[at->second].int_or(share, 0) + entry.int_or(share, 0));
  };
  Result<void> read = db.query("SELECT body FROM mod_scaicore_timings WHERE execution_id = ? ORDER BY part",
                               {execution_id}, [&](const store::Row& row) {
                                 Json rows;
                                 if (ir::unpack(row.text(0), 0, depth_max, rows) || !rows.is_array()) return;
                                 for (const Json& each : rows.as_array()) merge(each);
                               });
  if (!read) return tl::unexpected(read.error());
  return out;
}

}  // namespace scaiflow::core
