#include "apps/core/host/schedules/schedules.h"

#include <algorithm>
#include <cstdlib>

#include "apps/core/host/host.h"
#include "libs/net/clock.h"

namespace scaiflow::core {

namespace {

constexpr std::int64_t look_every_ms = 60'000;
constexpr std::int64_t jump_ms = 1'000;
constexpr std::int64_t rows_per_look = 500;
constexpr int missed_max = 100'000;  ///< ticks counted one by one; a longer absence counts as so many

}  // namespace

Json tick_input(const std::string& name, std::int64_t due_ms) {
  return Json::object({{"scheduled_at", net::wire_time(due_ms)}, {"entry", name}});
}

void Schedules::look() {
  if (host_.stopping) return;
  const std::int64_t offset_ms = host_.wall_ms() - net::steady_ms();
  bool jumped = false;
  {
    const std::lock_guard lock(mutex_);
    jumped = !looked_ || std::abs(offset_ms - offset_ms_) > jump_ms;
    looked_ = true;
    offset_ms_ = offset_ms;
  }
  if (jumped) repair();
  auto due = host_.database.read(
      [&](store::Connection& db) { return read_due(db, host_.wall_ms(), rows_per_look); });
  if (due) {
    for (ScheduleRow& row : *due) come_to(std::move(row));
  }
  arm();
}

/// After a jump of the clock, or an absence, a stored time may lie further ahead than the schedule says.
void Schedules::repair() {
  auto rows = host_.database.read([](store::Connection& db) { return read_enabled(db); });
  if (!rows) return;
  const std::int64_t now_ms = host_.wall_ms();
  for (ScheduleRow& row : *rows) {
    const auto stored = row.next_due_at_ms;
    const auto next = row.due_after(std::max(now_ms, row.last_due_at_ms.value_or(0)), now_ms);
    if (!stored || !next || *next >= *stored) continue;
    row.next_due_at_ms = next;
    move(row, *stored);
  }
}

/// Passes the ticks that are too late, and fires the one that is not.
void Schedules::come_to(ScheduleRow row) {
  const std::int64_t now_ms = host_.wall_ms();
  const std::int64_t oldest_ms = now_ms - host_.settings.schedule_grace_ms;
  const std::int64_t stored_ms = *row.next_due_at_ms;
  for (int missed = 0; row.next_due_at_ms && *row.next_due_at_ms < oldest_ms; ++missed) {
    ++row.skipped;
    row.next_due_at_ms = row.due_after(missed < missed_max ? *row.next_due_at_ms : oldest_ms, now_ms);
  }
  if (row.next_due_at_ms != stored_ms) move(row, stored_ms);
  if (row.next_due_at_ms && *row.next_due_at_ms <= now_ms) fire(row);
}

/// The start of the execution and the step to the next tick are one transaction.
void Schedules::fire(const ScheduleRow& row) {
  const std::int64_t due_ms = *row.next_due_at_ms;
  StartRequest request;
  request.tenant_id = row.tenant_id;
  request.core_id = row.core_id;
  request.trigger = row.trigger_name;
  request.input = tick_input(row.trigger_name, due_ms);
  request.instance_key = row.trigger_name;
  request.idempotency_key = "schedule:" + row.trigger_name + ":" + std::to_string(due_ms);
  request.invoked_by = row.core_id;
  request.identity = Json::object({{"kind", "core"}, {"id", row.core_id}});
  ScheduleRow after = row;
  after.last_due_at_ms = due_ms;
  after.next_due_at_ms = row.due_after(due_ms, host_.wall_ms());
  request.beside = [after, due_ms](store::Connection& db, const std::string& execution_id) {
    ScheduleRow fired = after;
    fired.last_execution_id = execution_id;
    return advance(db, fired, due_ms);
  };
  auto reply = std::make_shared<Reply>();
  reply->done = [this, gate = host_.gate, row](const Result<StartOutcome>& outcome) {
    // A runtime that is full or a store that is away may have room within the grace.
    const bool later =
        !outcome && (outcome.error().code == "SERVICE_UNAVAILABLE" || outcome.error().code == "STORAGE_FULL");
    if (outcome || later) return;
    gate->pass([&] { skip(row); });
  };
  host_.start(std::move(request), std::nullopt, reply);
}

void Schedules::skip(const ScheduleRow& row) {
  ScheduleRow after = row;
  const std::int64_t due_ms = *row.next_due_at_ms;
  ++after.skipped;
  after.next_due_at_ms = row.due_after(due_ms, host_.wall_ms());
  move(after, due_ms);
}

void Schedules::move(const ScheduleRow& row, std::int64_t from_due_ms) {
  host_.database.write(
      [row, from_due_ms](store::Connection& db) -> Result<void> {
        auto moved = advance(db, row, from_due_ms);
        return moved ? Result<void>() : Result<void>(tl::unexpected(moved.error()));
      },
      [](const Result<void>&) {});
}

void Schedules::arm() {
  auto first = host_.database.read([](store::Connection& db) { return first_due(db); });
  std::int64_t delay_ms = look_every_ms;
  // What is overdue now could not be started: it is tried again soon.
  if (first && *first) delay_ms = std::clamp<std::int64_t>(**first - host_.wall_ms(), 1'000, look_every_ms);
  const std::lock_guard lock(mutex_);
  if (host_.stopping) return;
  host_.timers.cancel(timer_);
  timer_ = host_.timers.after(delay_ms, host_.pool, [this] { look(); });
}

}  // namespace scaiflow::core
