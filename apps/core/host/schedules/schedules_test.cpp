#include <date/date.h>

#include <fstream>
#include <sstream>

#include "apps/core/host/schedules/cron_times.h"
#include "apps/core/host/schedules/schedule_rows.h"
#include "apps/core/host/test_world.h"
#include "libs/base/text.h"

namespace scaiflow::core {
namespace {

std::int64_t at(const std::string& text) {
  std::istringstream in(text);
  date::sys_time<std::chrono::milliseconds> time;
  in >> date::parse("%FT%TZ", time);
  EXPECT_FALSE(in.fail()) << text;
  return time.time_since_epoch().count();
}

std::string shown(std::optional<std::int64_t> ms) { return ms ? net::wire_time(*ms) : "never"; }

std::string due(const std::string& cron, const std::string& zone, const std::string& after) {
  const ZonePtr found = find_zone(zone, net::wall_ms());
  return found ? shown(next_due(*ir::parse_cron(cron), *found, at(after))) : "no zone";
}

/// The gaps of a line of the stored list, unpacked: `distance*count` in minutes.
std::vector<std::int64_t> gaps_of(const std::string& text) {
  std::vector<std::int64_t> out;
  for (const std::string_view run : split(trim(text), ' ')) {
    const std::string item(run);
    const std::size_t star = item.find('*');
    out.insert(out.end(), std::stoul(item.substr(star + 1)), std::stoll(item.substr(0, star)));
  }
  return out;
}

TEST(CronTimes, EveryTickOfTwoYearsIsThatOfTheStoredList) {
  std::ifstream list(std::string(SCAIFLOW_SOURCE_DIR) + "/apps/core/host/schedules/ticks.txt");
  int lines = 0;
  for (std::string line; std::getline(list, line); ++lines) {
    const auto parts = split(line, '|');
    ASSERT_EQ(parts.size(), 4u);
    const std::string zone(trim(parts[0])), cron(trim(parts[1])), first(trim(parts[2]));
    const ZonePtr rules = find_zone(zone, net::wall_ms());
    ASSERT_TRUE(rules) << zone;
    const ir::Cron parsed = *ir::parse_cron(cron);
    std::int64_t tick = *next_due(parsed, *rules, at("2023-12-31T23:59:59Z"));
    ASSERT_EQ(tick, at(first.substr(0, 16) + ":00Z")) << line.substr(0, 60);
    for (const std::int64_t gap : gaps_of(std::string(parts[3]))) {
      const auto next = next_due(parsed, *rules, tick);
      ASSERT_EQ(shown(next), shown(tick + gap * 60'000)) << zone << " " << cron;
      tick = *next;
    }
    EXPECT_GE(*next_due(parsed, *rules, tick), at("2026-01-01T00:00:00Z")) << zone << " " << cron;
  }
  EXPECT_EQ(lines, 40);
}

TEST(CronTimes, SkippedTimesFireOnceAndRepeatedOnesAtTheirFirstPassage) {
  const std::string zone = "Europe/Amsterdam";
  EXPECT_EQ(due("30 2 * * *", zone, "2024-03-30T12:00:00Z"), "2024-03-31T01:00:00.000Z");
  EXPECT_EQ(due("*/10 2 * * *", zone, "2024-03-31T01:00:00Z"), "2024-04-01T00:00:00.000Z");
  EXPECT_EQ(due("30 2 * * *", zone, "2024-10-26T12:00:00Z"), "2024-10-27T00:30:00.000Z");
  EXPECT_EQ(due("30 2 * * *", zone, "2024-10-27T00:30:00Z"), "2024-10-28T01:30:00.000Z");
  EXPECT_EQ(due("30 * * * *", zone, "2024-10-27T00:30:00Z"), "2024-10-27T01:30:00.000Z");
  EXPECT_EQ(due("30 2 * * *", zone, "2024-10-27T00:59:00Z"), "2024-10-28T01:30:00.000Z");
}

TEST(CronTimes, AScheduleMayBeRareOrNever) {
  EXPECT_EQ(due("0 0 29 2 *", "UTC", "2025-01-01T00:00:00Z"), "2028-02-29T00:00:00.000Z");
  EXPECT_EQ(due("0 0 30 2 *", "UTC", "2025-01-01T00:00:00Z"), "never");
  EXPECT_EQ(due("0 0 * * *", "Europe/Nowhere", "2025-01-01T00:00:00Z"), "no zone");
  EXPECT_EQ(due("59 23 31 dec *", "UTC", "2025-12-31T23:58:59Z"), "2025-12-31T23:59:00.000Z");
}

const char* const tick_body = R"J([
  {"kind":"rigid","id":"a","source_location":{},
   "statements":[{"kind":"return","value":"{{entry}} at {{scheduled_at}}"}]}])J";
const char* const every_five = R"J({"triggers":[
  {"kind":"schedule","name":"tick","target_flow":"main","cron":"*/5 * * * *","timezone":"UTC"}]})J";

/// A world whose schedules go by a clock that the test moves.
class ScheduleWorld {
 public:
  explicit ScheduleWorld(const std::string& begin) {
    world.set_clock(at(begin));
    world.restart();
    watch();
  }
  void deploy(const std::string& more = every_five) {
    core_ = world.deploy("clock", tick_body, more);
    schedule(more);
  }
  void schedule(const std::string& more) {
    std::vector<ir::Trigger> triggers;
    const Json module = *try_parse_json(more);
    for (const Json& each : module["triggers"].as_array()) {
      ir::Trigger& trigger = triggers.emplace_back();
      trigger.kind = each.string_or("kind", "");
      trigger.name = each.string_or("name", "");
      trigger.cron = each.string_or("cron", "");
      trigger.timezone = each.string_or("timezone", "UTC");
    }
    ASSERT_TRUE(world.database()
                    .write_sync(store::Database::Unit([&](store::Connection& db) {
                      return replace_schedules(db, "acme", core_, triggers, world.clock());
                    }))
                    .has_value());
  }
  void move_to(const std::string& time) {
    world.set_clock(at(time));
    world.engine().look_at_schedules();
  }
  void wait_for_runs(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, 10s, [&] { return runs_ >= count; })) << runs_ << " of " << count;
  }
  ScheduleRow row() {
    auto rows = world.database().read([&](store::Connection& db) { return read_schedules(db, core_); });
    return rows->at(0);
  }
  /// The row once its next tick is this one.
  ScheduleRow row_at(const std::string& next_due) {
    const std::int64_t wanted = at(next_due);
    const auto late = std::chrono::steady_clock::now() + 10s;
    ScheduleRow seen = row();
    while (seen.next_due_at_ms != wanted && std::chrono::steady_clock::now() < late) {
      std::this_thread::yield();
      seen = row();
    }
    return seen;
  }
  std::int64_t executions() { return world.number("SELECT COUNT(*) FROM mod_scaicore_executions"); }
  void watch() {
    EventFilter filter;
    filter.tenant_id = "acme";
    filter.type = "scaicore.runtime.invocation.completed";
    subscription_ = world.engine().subscribe(filter, [this](const StreamEntry&) {
      const std::lock_guard lock(mutex_);
      ++runs_;
      changed_.notify_all();
    });
  }
  void unwatch() { subscription_.reset(); }

  World world;

 private:
  std::string core_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t runs_ = 0;
  std::unique_ptr<Subscription> subscription_;
};

TEST(Schedules, ATickStartsAnExecutionOnceHoweverOftenOneLooks) {
  ScheduleWorld s("2026-01-01T00:00:30Z");
  s.deploy();
  EXPECT_EQ(shown(s.row().next_due_at_ms), "2026-01-01T00:05:00.000Z");
  s.move_to("2026-01-01T00:04:59Z");
  for (int i = 0; i < 10; ++i) s.move_to("2026-01-01T00:05:00Z");
  s.wait_for_runs(1);
  const ScheduleRow fired = s.row();
  EXPECT_EQ(shown(fired.next_due_at_ms), "2026-01-01T00:10:00.000Z");
  EXPECT_EQ(shown(fired.last_due_at_ms), "2026-01-01T00:05:00.000Z");
  const Json stored = *s.world.engine().get_execution("acme", fired.last_execution_id.value_or(""));
  EXPECT_EQ(stored["output"], Json("tick at 2026-01-01T00:05:00.000Z"));
  EXPECT_EQ(stored["trigger"]["kind"], Json("schedule"));
  for (int i = 0; i < 10; ++i) s.move_to("2026-01-01T00:10:00Z");
  s.wait_for_runs(2);
  EXPECT_EQ(s.executions(), 2);
  EXPECT_EQ(s.row().skipped, 0);
}

TEST(Schedules, TicksOlderThanTheGraceAreCountedAndNotMadeUpFor) {
  ScheduleWorld s("2026-01-01T00:00:30Z");
  s.deploy();
  s.move_to("2026-01-01T03:10:59Z");
  s.wait_for_runs(1);
  EXPECT_EQ(s.row().skipped, 37);
  EXPECT_EQ(shown(s.row().last_due_at_ms), "2026-01-01T03:10:00.000Z");
  s.move_to("2026-01-01T03:16:01Z");
  EXPECT_EQ(s.row_at("2026-01-01T03:20:00Z").skipped, 38);
  EXPECT_EQ(s.executions(), 1);
}

TEST(Schedules, APausedCoreSkipsItsTicks) {
  ScheduleWorld s("2026-01-01T00:00:30Z");
  s.deploy();
  CoreSpec core = *s.world.directory().by_id("core_clock");
  core.status = "paused";
  s.world.directory().put(core);
  s.world.engine().update_core(core);
  s.move_to("2026-01-01T00:05:00Z");
  EXPECT_EQ(s.row_at("2026-01-01T00:10:00Z").skipped, 1);
  EXPECT_EQ(s.executions(), 0);
}

TEST(Schedules, AClockThatGoesBackRepeatsNoTickAndOneThatWasWrongIsForgotten) {
  ScheduleWorld s("2026-01-01T00:00:30Z");
  s.deploy();
  s.move_to("2026-01-01T00:05:00Z");
  s.wait_for_runs(1);
  s.move_to("2025-12-31T23:59:00Z");
  s.move_to("2026-01-01T00:05:00Z");
  s.move_to("2026-01-01T00:10:00Z");
  s.wait_for_runs(2);
  EXPECT_EQ(s.executions(), 2);

  ScheduleWorld wrong("2030-01-01T00:00:30Z");
  wrong.deploy();
  wrong.move_to("2026-01-01T00:00:30Z");
  EXPECT_EQ(shown(wrong.row_at("2026-01-01T00:05:00Z").next_due_at_ms), "2026-01-01T00:05:00.000Z");
}

TEST(Schedules, WhatIsKnownOfATriggerStaysOverDeployments) {
  ScheduleWorld s("2026-01-01T00:00:30Z");
  s.deploy();
  s.move_to("2026-01-01T00:05:00Z");
  s.wait_for_runs(1);
  s.schedule(every_five);
  EXPECT_EQ(shown(s.row().last_due_at_ms), "2026-01-01T00:05:00.000Z");
  EXPECT_EQ(shown(s.row().next_due_at_ms), "2026-01-01T00:10:00.000Z");
  s.schedule(
      R"J({"triggers":[{"kind":"schedule","name":"tick","cron":"0 12 * * *","timezone":"Asia/Tokyo"}]})J");
  EXPECT_EQ(shown(s.row().next_due_at_ms), "2026-01-01T03:00:00.000Z");
  EXPECT_TRUE(s.row().last_execution_id.has_value());
}

TEST(Schedules, ATickThatWasDueWhileNobodyRanFiresWithinTheGrace) {
  ScheduleWorld s("2026-01-01T00:00:30Z");
  s.deploy();
  s.unwatch();
  s.world.set_clock(at("2026-01-01T00:05:40Z"));
  s.world.restart();
  s.watch();
  s.world.engine().look_at_schedules();
  EXPECT_EQ(s.row_at("2026-01-01T00:10:00Z").skipped, 0);
  EXPECT_EQ(s.executions(), 1);
}

}  // namespace
}  // namespace scaiflow::core
