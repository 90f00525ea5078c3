#include "apps/core/host/schedules/cron_times.h"

#include <date/tz.h>
#include <date/tz_private.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <stdexcept>

namespace scaiflow::core {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using LocalMinutes = date::local_time<minutes>;

constexpr std::int64_t day_ms = 86'400'000;
constexpr date::days searched{9 * 366};

bool is_day(const ir::Cron& cron, date::local_days day) {
  const date::year_month_day date_of{day};
  if (!cron.months.test(static_cast<unsigned>(date_of.month()))) return false;
  const bool by_date = cron.days.test(static_cast<unsigned>(date_of.day()));
  const bool by_weekday = cron.weekdays.test(date::weekday{day}.c_encoding());
  if (cron.any_day || cron.any_weekday) return by_date && by_weekday;
  return by_date || by_weekday;
}

/// The first time of day from `from` on, in minutes.
std::optional<int> minute_of_day(const ir::Cron& cron, int from) {
  for (int hour = from / 60; hour < 24; ++hour) {
    if (!cron.hours.test(static_cast<std::size_t>(hour))) continue;
    for (int minute = hour == from / 60 ? from % 60 : 0; minute < 60; ++minute) {
      if (cron.minutes.test(static_cast<std::size_t>(minute))) return hour * 60 + minute;
    }
  }
  return std::nullopt;
}

/// The first matching local time in [begin, end).
std::optional<LocalMinutes> first_match(const ir::Cron& cron, LocalMinutes begin, LocalMinutes end) {
  for (auto day = date::floor<date::days>(begin); day < end; day += date::days{1}) {
    if (!is_day(cron, day)) continue;
    const auto from = day < begin ? static_cast<int>((begin - day).count()) : 0;
    const auto minute = minute_of_day(cron, from);
    if (!minute) continue;
    const LocalMinutes found = day + minutes{*minute};
    return found < end ? std::optional(found) : std::nullopt;
  }
  return std::nullopt;
}

LocalMinutes local_of(date::sys_time<minutes> at, seconds offset) {
  return LocalMinutes{date::ceil<minutes>(at.time_since_epoch() + offset)};
}

/// The first due time in a stretch of one offset, from `from` on and before `until`. `before` is the offset
/// that ended where the stretch begins.
std::optional<date::sys_time<minutes>> next_in(const ir::Cron& cron, const date::sys_info& stretch,
                                               seconds before, date::sys_time<minutes> from,
                                               date::sys_time<minutes> until) {
  const auto begin = date::ceil<minutes>(stretch.begin);
  const seconds offset = stretch.offset;
  LocalMinutes earliest = local_of(from, offset);
  if (!cron.every_hour && from == begin && before < offset) {
    const LocalMinutes gap_begin = local_of(begin, before);
    if (first_match(cron, gap_begin, earliest)) return begin;
  }
  if (!cron.every_hour && before > offset) earliest = std::max(earliest, local_of(begin, before));
  const auto found = first_match(cron, earliest, local_of(until, offset));
  if (!found) return std::nullopt;
  return date::sys_time<minutes>{date::ceil<minutes>(found->time_since_epoch() - offset)};
}

struct LoadedZone {
  ZonePtr zone;
  std::int64_t read_at_ms = 0;
};

}  // namespace

ZonePtr find_zone(const std::string& name, std::int64_t now_ms) {
  static std::mutex mutex;
  static std::map<std::string, LoadedZone> zones;
  const std::lock_guard lock(mutex);
  LoadedZone& known = zones[name];
  if (known.zone && now_ms - known.read_at_ms < day_ms && now_ms >= known.read_at_ms) return known.zone;
  try {
    // The library's own list is read once per process; a zone made here is read from disk now.
    auto fresh = std::make_shared<const date::time_zone>(name, date::detail::undocumented{});
    (void)fresh->get_info(date::sys_seconds{});
    known = {std::move(fresh), now_ms};
  } catch (const std::exception&) {
    if (!known.zone) {
      zones.erase(name);
      return nullptr;
    }
  }
  return known.zone;
}

std::optional<std::int64_t> next_due(const ir::Cron& cron, const date::time_zone& zone,
                                     std::int64_t after_ms) {
  using Millis = date::sys_time<std::chrono::milliseconds>;
  auto from = date::floor<minutes>(Millis{std::chrono::milliseconds{after_ms}}) + minutes{1};
  const auto end = from + searched;
  date::sys_info stretch = zone.get_info(date::sys_seconds{from});
  seconds before = stretch.offset;
  const bool has_past = stretch.begin > date::sys_days{date::year{1900} / 1 / 1};
  if (has_past) before = zone.get_info(stretch.begin - seconds{1}).offset;
  while (from < end) {
    const date::sys_seconds far{end};
    const auto until = date::ceil<minutes>(std::min(stretch.end, far));
    if (const auto found = next_in(cron, stretch, before, from, until))
      return std::chrono::duration_cast<std::chrono::milliseconds>(found->time_since_epoch()).count();
    if (stretch.end >= far) break;
    from = until;
    before = stretch.offset;
    stretch = zone.get_info(stretch.end);
  }
  return std::nullopt;
}

}  // namespace scaiflow::core
