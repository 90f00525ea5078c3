#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "libs/base/json.h"
#include "libs/base/result.h"
#include "libs/net/executor.h"
#include "libs/store/database.h"

namespace scaiflow::core {

/// Keeps where the wall time of blocks went, so that a past run shows it too. What it holds is measured after
/// the commit that it measures, so it is written later, for many executions at once; a crash loses the last
/// moments of it and nothing else.
class TimingLog {
 public:
  TimingLog(store::Database& database, net::Timers& timers, net::Executor& pool)
      : database_(database), timers_(timers), pool_(pool) {}

  /// Rows `[block_id, node_id, occurrence, fiber, queue_us, step_us, commit_us, effect_us, waiting_us]` of
  /// one execution; `part` grows with each call for it. Any thread.
  void add(const std::string& execution_id, std::int64_t part, JsonArray rows);
  /// Writes what is waiting and returns once it is written.
  void flush();

 private:
  struct Entry {
    std::string execution_id;
    std::int64_t part = 0;
    std::string body;
  };
  std::vector<Entry> take();

  store::Database& database_;
  net::Timers& timers_;
  net::Executor& pool_;
  std::mutex mutex_;
  std::vector<Entry> waiting_;
  bool armed_ = false;
};

/// `block.timing` entries of 07 §20.2, one for each block and occurrence, in order of their ends.
Result<std::vector<Json>> read_timings(store::Connection& db, const std::string& execution_id);
/// One such entry from a row of `add`.
Json timing_entry(const Json& row);

}  // namespace scaiflow::core
