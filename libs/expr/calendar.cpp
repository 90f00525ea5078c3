#include "libs/expr/calendar.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "libs/base/text.h"

namespace scaiflow::expr {

namespace {

constexpr std::int64_t first_day = -719'528;  // 0000-01-01
constexpr std::int64_t last_day = 2'932'896;  // 9999-12-31

constexpr std::string_view month_names[] = {"January",   "February", "March",    "April",
                                            "May",       "June",     "July",     "August",
                                            "September", "October",  "November", "December"};
constexpr std::string_view weekday_names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

struct NamedUnit {
  std::string_view name;
  Unit unit;
  std::int64_t ms;
};
constexpr NamedUnit units[] = {
    {"second", Unit::Second, 1000}, {"minute", Unit::Minute, 60'000}, {"hour", Unit::Hour, 3'600'000},
    {"day", Unit::Day, day_ms},     {"week", Unit::Week, 7 * day_ms}, {"month", Unit::Month, 0},
    {"year", Unit::Year, 0},
};

std::string padded(std::int64_t number, std::size_t width) {
  std::string digits = std::to_string(number);
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  return digits;
}

/// Reads fixed-width fields from the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take_digits(std::size_t count, int& out) {
    if (rest_.size() < count) return false;
    out = 0;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return false;
      out = out * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return true;
  }
  std::size_t digits_ahead() const {
    const std::size_t n = rest_.find_first_not_of("0123456789");
    return n == std::string_view::npos ? rest_.size() : n;
  }
  bool take_date(Civil& date) {
    return take_digits(4, date.year) && take('-') && take_digits(2, date.month) && take('-') &&
           take_digits(2, date.day);
  }

 private:
  std::string_view rest_;
};

bool take_fraction(Reader& reader, Fraction fraction, int& millisecond) {
  const std::size_t digits = reader.digits_ahead();
  if (digits == 0 || digits > 9 || (fraction == Fraction::Milliseconds && digits != 3)) return false;
  int value = 0;
  if (!reader.take_digits(digits, value)) return false;
  for (std::size_t i = digits; i < 3; ++i) value *= 10;
  for (std::size_t i = 3; i < digits; ++i) value /= 10;
  millisecond = value;
  return true;
}

/// `Z` or `±hh:mm`, as minutes.
bool take_zone(Reader& reader, int& minutes) {
  minutes = 0;
  if (reader.take('Z')) return true;
  const int sign = reader.take('-') ? -1 : 1;
  if (sign == 1 && !reader.take('+')) return false;
  int hour = 0;
  int minute = 0;
  if (!reader.take_digits(2, hour) || !reader.take(':') || !reader.take_digits(2, minute)) return false;
  minutes = sign * (hour * 60 + minute);
  return hour < 24 && minute < 60;
}

}  // namespace

std::optional<std::int64_t> days_of(const Civil& date) {
  using namespace std::chrono;
  if (date.month < 1 || date.day < 1) return std::nullopt;
  const year_month_day ymd{year{date.year}, month{static_cast<unsigned>(date.month)},
                           day{static_cast<unsigned>(date.day)}};
  if (!ymd.ok()) return std::nullopt;
  return sys_days{ymd}.time_since_epoch().count();
}

Civil civil_of(std::int64_t days) {
  using namespace std::chrono;
  const year_month_day ymd{sys_days{std::chrono::days{static_cast<int>(days)}}};
  return {static_cast<int>(ymd.year()), static_cast<int>(static_cast<unsigned>(ymd.month())),
          static_cast<int>(static_cast<unsigned>(ymd.day()))};
}

std::int64_t days_before(std::int64_t ms) { return ms / day_ms - (ms % day_ms < 0 ? 1 : 0); }

Clock clock_of(std::int64_t ms) {
  Clock clock;
  clock.days = days_before(ms);
  clock.date = civil_of(clock.days);
  const auto rest = static_cast<int>(ms - clock.days * day_ms);
  clock.hour = rest / 3'600'000;
  clock.minute = rest / 60'000 % 60;
  clock.second = rest / 1000 % 60;
  clock.millisecond = rest % 1000;
  return clock;
}

bool is_in_calendar(std::int64_t days) { return days >= first_day && days <= last_day; }

int weekday_of(std::int64_t days) {
  // 1970-01-01 was a Thursday.
  return static_cast<int>(((days + 3) % 7 + 7) % 7) + 1;
}

int day_of_year(std::int64_t days) {
  return static_cast<int>(days - *days_of({civil_of(days).year, 1, 1})) + 1;
}

std::optional<std::int64_t> parse_date(std::string_view text) {
  Reader reader(text);
  Civil date;
  if (!reader.take_date(date) || !reader.done()) return std::nullopt;
  return days_of(date);
}

std::optional<std::int64_t> parse_datetime(std::string_view text, Fraction fraction) {
  Reader reader(text);
  Clock clock;
  if (!reader.take_date(clock.date) || !reader.take('T') || !reader.take_digits(2, clock.hour) ||
      !reader.take(':') || !reader.take_digits(2, clock.minute)) {
    return std::nullopt;
  }
  if (reader.take(':')) {
    if (!reader.take_digits(2, clock.second)) return std::nullopt;
    if (reader.take('.') && !take_fraction(reader, fraction, clock.millisecond)) return std::nullopt;
  }
  int zone_minutes = 0;
  if (!take_zone(reader, zone_minutes) || !reader.done()) return std::nullopt;
  const auto days = days_of(clock.date);
  if (!days || clock.hour > 23 || clock.minute > 59 || clock.second > 59) return std::nullopt;
  const std::int64_t seconds = (clock.hour * 60 + clock.minute - zone_minutes) * 60 + clock.second;
  const std::int64_t ms = *days * day_ms + seconds * 1000 + clock.millisecond;
  if (!is_in_calendar(days_before(ms))) return std::nullopt;
  return ms;
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  std::size_t digits = 0;
  std::int64_t value = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    if (__builtin_mul_overflow(value, 10, &value)) return std::nullopt;
    if (__builtin_add_overflow(value, text[digits] - '0', &value)) return std::nullopt;
  }
  if (digits == 0) return std::nullopt;
  static constexpr std::pair<std::string_view, std::int64_t> suffixes[] = {
      {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", day_ms}, {"w", 7 * day_ms}};
  for (const auto& [suffix, factor] : suffixes) {
    if (text.substr(digits) != suffix) continue;
    if (__builtin_mul_overflow(value, factor, &value)) return std::nullopt;
    return negative ? -value : value;
  }
  return std::nullopt;
}

std::string date_text(std::int64_t days) {
  const Civil date = civil_of(days);
  return padded(date.year, 4) + '-' + padded(date.month, 2) + '-' + padded(date.day, 2);
}

std::string datetime_text(std::int64_t ms) {
  const Clock clock = clock_of(ms);
  std::string out = date_text(clock.days) + 'T' + padded(clock.hour, 2) + ':' + padded(clock.minute, 2) +
                    ':' + padded(clock.second, 2);
  if (clock.millisecond != 0) out += '.' + padded(clock.millisecond, 3);
  return out + 'Z';
}

std::optional<Unit> unit_of(std::string_view name) {
  for (const NamedUnit& unit : units) {
    if (unit.name == name) return unit.unit;
  }
  return std::nullopt;
}

std::int64_t unit_ms(Unit unit) {
  for (const NamedUnit& known : units) {
    if (known.unit == unit) return known.ms;
  }
  return 0;
}

std::optional<std::int64_t> add_months(std::int64_t days, std::int64_t months) {
  Civil date = civil_of(days);
  std::int64_t total = 0;
  if (__builtin_add_overflow(static_cast<std::int64_t>(date.year) * 12 + date.month - 1, months, &total)) {
    return std::nullopt;
  }
  if (total < 0 || total >= 12 * 10'000) return std::nullopt;
  date.year = static_cast<int>(total / 12);
  date.month = static_cast<int>(total % 12) + 1;
  // At most three tries: a month has at least 28 days.
  auto moved = days_of(date);
  for (; !moved; --date.day) moved = days_of({date.year, date.month, date.day - 1});
  return moved;
}

std::int64_t start_of(std::int64_t ms, Unit unit) {
  const Clock clock = clock_of(ms);
  switch (unit) {
    case Unit::Second:
    case Unit::Minute:
    case Unit::Hour:
    case Unit::Day: {
      const std::int64_t size = unit_ms(unit);
      const std::int64_t within = ms % size;
      return ms - (within < 0 ? within + size : within);
    }
    case Unit::Week: return (clock.days - (weekday_of(clock.days) - 1)) * day_ms;
    case Unit::Month: return *days_of({clock.date.year, clock.date.month, 1}) * day_ms;
    case Unit::Year: return *days_of({clock.date.year, 1, 1}) * day_ms;
  }
  return ms;
}

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Text of one token; empty when there is no such token.
std::string token_text(const Clock& clock, std::string_view token) {
  if (token == "yyyy") return padded(clock.date.year, 4);
  if (token == "yy") return padded(clock.date.year % 100, 2);
  const std::string_view month = month_names[clock.date.month - 1];
  if (token == "MMM") return std::string(month.substr(0, 3));
  if (token == "MM") return padded(clock.date.month, 2);
  if (token == "M") return std::to_string(clock.date.month);
  if (token == "dd") return padded(clock.date.day, 2);
  if (token == "d") return std::to_string(clock.date.day);
  if (token == "EEE") return std::string(weekday_names[weekday_of(clock.days) - 1]);
  if (token == "HH") return padded(clock.hour, 2);
  if (token == "mm") return padded(clock.minute, 2);
  if (token == "ss") return padded(clock.second, 2);
  if (token == "SSS") return padded(clock.millisecond, 3);
  return {};
}

/// Copies `'…'` that starts at `at`, `''` being a quote; false when it does not end.
bool copy_quoted(std::string_view pattern, std::size_t& at, std::string& out) {
  const std::size_t from = at++;
  while (at < pattern.size()) {
    if (pattern[at] != '\'') {
      out.push_back(pattern[at++]);
      continue;
    }
    const bool doubled = at + 1 < pattern.size() && pattern[at + 1] == '\'';
    if (!doubled) {
      if (at == from + 1) out.push_back('\'');
      ++at;
      return true;
    }
    out.push_back('\'');
    at += 2;
  }
  return false;
}

}  // namespace

bool format_clock(const Clock& clock, std::string_view pattern, std::string& out) {
  for (std::size_t at = 0; at < pattern.size();) {
    if (pattern[at] == '\'') {
      if (copy_quoted(pattern, at, out)) continue;
      out.assign(1, '\'');
      return false;
    }
    if (!is_letter(pattern[at])) {
      out.push_back(pattern[at++]);
      continue;
    }
    std::size_t end = at;
    while (end < pattern.size() && pattern[end] == pattern[at]) ++end;
    const std::string text = token_text(clock, pattern.substr(at, end - at));
    if (text.empty()) {
      out = cut(pattern.substr(at, end - at), 40);
      return false;
    }
    out += text;
    at = end;
  }
  return true;
}

}  // namespace scaiflow::expr
