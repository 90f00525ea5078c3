#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Dates and times of expressions (03 §1, §10.6): days and milliseconds since 1970-01-01, UTC, years 0 to
/// 9999.
namespace scaiflow::expr {

inline constexpr std::int64_t day_ms = 86'400'000;

struct Civil {
  int year = 0;
  int month = 0;
  int day = 0;
};

/// A point in time taken apart.
struct Clock {
  Civil date;
  std::int64_t days = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int millisecond = 0;
};

/// Days of a date; nullopt when it does not exist.
std::optional<std::int64_t> days_of(const Civil& date);
Civil civil_of(std::int64_t days);
Clock clock_of(std::int64_t ms);
bool is_in_calendar(std::int64_t days);
/// Days before the point in time, rounded down.
std::int64_t days_before(std::int64_t ms);

/// 1 = Monday … 7.
int weekday_of(std::int64_t days);
int day_of_year(std::int64_t days);

/// How many digits a fraction of seconds may have.
enum class Fraction : std::uint8_t {
  Milliseconds,  ///< exactly three, as a literal
  Any,           ///< one to nine, cut to milliseconds, as stored text
};

/// `YYYY-MM-DD` and nothing else.
std::optional<std::int64_t> parse_date(std::string_view text);
/// `YYYY-MM-DDThh:mm[:ss[.fff]]` and `Z` or `±hh:mm`.
std::optional<std::int64_t> parse_datetime(std::string_view text, Fraction fraction);
/// `90s`, `-2h` with units `ms s m h d w`; nullopt also when it does not fit in 64 bit.
std::optional<std::int64_t> parse_duration(std::string_view text);

std::string date_text(std::int64_t days);
/// `.fff` only when it is not zero.
std::string datetime_text(std::int64_t ms);

enum class Unit : std::uint8_t { Minute, Hour, Second, Day, Week, Month, Year };
std::optional<Unit> unit_of(std::string_view name);
/// Milliseconds of a unit of fixed length; 0 for month and year.
std::int64_t unit_ms(Unit unit);

/// Moves by months, the day clamped to the month's end; nullopt outside the calendar.
std::optional<std::int64_t> add_months(std::int64_t days, std::int64_t months);
/// The first moment of the unit that holds `ms`; weeks begin on Monday.
std::int64_t start_of(std::int64_t ms, Unit unit);

/// `format` of 10.6. False when the pattern has an unknown token, named in `out`.
bool format_clock(const Clock& clock, std::string_view pattern, std::string& out);

}  // namespace scaiflow::expr
