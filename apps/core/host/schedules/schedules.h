#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "apps/core/host/schedules/schedule_rows.h"
#include "libs/net/executor.h"

namespace scaiflow::core {

struct Host;

/// Fires the ticks of schedules (07 §16): each in one unit of work with the execution that it starts, so that
/// a tick is had once whoever looks. A tick that is later than the grace, or whose Core does not run, is
/// counted as skipped and never made up for.
class Schedules {
 public:
  explicit Schedules(Host& host) : host_(host) {}

  /// Fires what is due and arms the next look, at the latest in a minute. Blocks: run it on the pool.
  void look();

 private:
  void repair();
  void come_to(ScheduleRow row);
  void fire(const ScheduleRow& row);
  void skip(const ScheduleRow& row);
  void move(const ScheduleRow& row, std::int64_t from_due_ms);
  void arm();

  Host& host_;
  std::mutex mutex_;  ///< guards what follows
  net::Timers::Id timer_ = 0;
  std::int64_t offset_ms_ = 0;  ///< wall minus steady clock at the last look
  bool looked_ = false;
};

}  // namespace scaiflow::core
