#include "libs/base/text.h"
#include "libs/expr/calendar.h"
#include "libs/expr/methods.h"

namespace scaiflow::expr {

namespace {

bool is_date(const Call& call) { return call.self.is(ValueKind::Date); }

/// The unit named by an argument; nullopt after an error.
std::optional<Unit> unit_argument(const Call& call, std::size_t i) {
  const std::string* name = call.text(i);
  if (!name) return std::nullopt;
  const auto unit = unit_of(*name);
  if (!unit) call.bad_argument("unknown unit '" + cut(*name, 40) + "'");
  return unit;
}

Value unfit_unit(const Call& call, std::size_t i) {
  return call.bad_argument("unit '" + call.argument(i).as_string() + "' does not fit " +
                           std::string(name_of(call.self.kind())));
}

bool is_clock_unit(Unit unit) { return unit == Unit::Hour || unit == Unit::Minute || unit == Unit::Second; }

Value add_by_months(const Call& call, std::int64_t months) {
  const std::int64_t amount = call.self.amount();
  const std::int64_t days = is_date(call) ? amount : days_before(amount);
  const auto moved = add_months(days, months);
  if (!moved) return call.cx.overflow();
  return is_date(call) ? Value::date(*moved) : Value::datetime(*moved * day_ms + (amount - days * day_ms));
}

Value add(const Call& call) {
  const auto count = call.integer(0);
  const auto unit = count ? unit_argument(call, 1) : std::nullopt;
  if (!unit) return {};
  if (is_date(call) && is_clock_unit(*unit)) return unfit_unit(call, 1);
  if (*unit == Unit::Month || *unit == Unit::Year) {
    std::int64_t months = 0;
    if (__builtin_mul_overflow(*count, *unit == Unit::Year ? 12 : 1, &months)) return call.cx.overflow();
    return add_by_months(call, months);
  }
  const std::int64_t step = is_date(call) ? unit_ms(*unit) / day_ms : unit_ms(*unit);
  std::int64_t moved = 0;
  if (__builtin_mul_overflow(*count, step, &moved) ||
      __builtin_add_overflow(moved, call.self.amount(), &moved)) {
    return call.cx.overflow();
  }
  if (!is_in_calendar(is_date(call) ? moved : days_before(moved))) return call.cx.overflow();
  return is_date(call) ? Value::date(moved) : Value::datetime(moved);
}

Value start(const Call& call) {
  const auto unit = unit_argument(call, 0);
  if (!unit) return {};
  const bool fits_date = *unit == Unit::Week || *unit == Unit::Month || *unit == Unit::Year;
  if (*unit == Unit::Second || (is_date(call) && !fits_date)) return unfit_unit(call, 0);
  const std::int64_t ms = start_of(is_date(call) ? call.self.amount() * day_ms : call.self.amount(), *unit);
  // The first week of the calendar begins before it.
  if (!is_in_calendar(days_before(ms))) return call.cx.overflow();
  return is_date(call) ? Value::date(days_before(ms)) : Value::datetime(ms);
}

Value format(const Call& call) {
  const std::string* pattern = call.text(0);
  if (!pattern) return {};
  call.cx.work.bytes += pattern->size();
  std::string out;
  const Clock clock = clock_of(is_date(call) ? call.self.amount() * day_ms : call.self.amount());
  if (!format_clock(clock, *pattern, out)) return call.bad_argument("unknown token '" + out + "'");
  return call.cx.make_string(std::move(out));
}

constexpr MethodEntry entries[] = {
    {Method::Add, add},
    {Method::StartOf, start},
    {Method::Format, format},
};

}  // namespace

constinit const MethodTable temporal_methods = method_table(entries);

}  // namespace scaiflow::expr
