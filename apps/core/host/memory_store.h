#pragma once

#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "apps/core/host/engine.h"
#include "apps/core/machine/command.h"
#include "apps/core/machine/event.h"
#include "libs/store/database.h"

namespace scaiflow::core {

/// Where a Core's memory lies: one partition of it (07 §12).
struct Partition {
  std::string core_id;
  std::string key;
};

/// Rows of the fields, read at one moment.
Result<machine::MemoryRows> load_memory(store::Connection& db, const Partition& partition,
                                        const std::vector<std::string>& fields);

/// A memory statement made ready: the event that answers it and the write that must commit with it.
struct PreparedMemory {
  machine::EventBody event;
  std::function<Result<bool>(store::Connection&)> write;  ///< unset when the event is a failure
};
Result<PreparedMemory> prepare_memory(store::Connection& db, const Partition& partition,
                                      const machine::WriteMemory& write, const Json& default_value);

/// Writers of one partition take turns, so that what one prepared still holds when it commits.
class MemoryTurns {
 public:
  /// `go` runs now or when the writers before have called `leave`.
  void enter(const Partition& partition, std::function<void()> go);
  void leave(const Partition& partition);

 private:
  std::mutex mutex_;
  std::map<std::string, std::list<std::function<void()>>> waiting_;  ///< present = somebody writes
};

/// The API over memory (08 §8.11).
Result<Page> list_memory(store::Connection& db, const MemoryFilter& filter);
/// Errors `VERSION_CONFLICT`, `VALIDATION_ERROR`, and `PAYLOAD_TOO_LARGE` for a full partition.
Result<void> edit_memory(store::Connection& db, const MemoryEdit& edit);
/// Fills a partition that nobody has written yet with rows as they stand; false when somebody has.
Result<bool> seed_partition(store::Connection& db, const Partition& partition,
                            const machine::MemoryRows& rows);
/// Drops a whole partition, tombstones too.
Result<void> drop_partition(store::Connection& db, const Partition& partition);

}  // namespace scaiflow::core
