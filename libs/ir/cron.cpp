#include "libs/ir/cron.h"

#include "libs/base/text.h"

namespace scaiflow::ir {
namespace {

constexpr std::array<std::string_view, 12> months = {"jan", "feb", "mar", "apr", "may", "jun",
                                                     "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekdays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

enum class Names : std::uint8_t { None, Months, Weekdays };

struct CronField {
  int lowest;
  int highest;
  Names names;
};

/// Minute, hour, day, month, weekday (02 §2.3).
constexpr std::array<CronField, 5> fields = {{
    {0, 59, Names::None},
    {0, 23, Names::None},
    {1, 31, Names::None},
    {1, 12, Names::Months},
    {0, 7, Names::Weekdays},
}};

std::optional<int> number(std::string_view text) {
  if (text.empty() || text.size() > 3) return std::nullopt;
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

template <std::size_t N>
std::optional<int> position(const std::array<std::string_view, N>& names, const std::string& name,
                            int first) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<int>(i) + first;
  }
  return std::nullopt;
}

std::optional<int> value_of(std::string_view text, const CronField& field) {
  if (const auto value = number(text)) {
    return *value >= field.lowest && *value <= field.highest ? value : std::nullopt;
  }
  switch (field.names) {
    case Names::None: return std::nullopt;
    case Names::Months: return position(months, to_lower(text), 1);
    case Names::Weekdays: return position(weekdays, to_lower(text), 0);
  }
  return std::nullopt;
}

using Values = std::bitset<64>;

/// Adds the values of `*`, `a`, `a-b`, `*/n`, `a-b/n`; false when it is none of these.
bool add_item(std::string_view text, const CronField& field, Values& values) {
  const std::size_t slash = text.find('/');
  const std::string_view range = text.substr(0, slash);
  const std::size_t dash = range.find('-');
  int step = 1;
  if (slash != std::string_view::npos) {
    const auto given = number(text.substr(slash + 1));
    const bool steppable = range == "*" || dash != std::string_view::npos;
    if (!given || *given < 1 || !steppable) return false;
    step = *given;
  }
  const bool all = range == "*";
  const auto first = all ? field.lowest : value_of(range.substr(0, dash), field);
  const auto last = all                              ? field.highest
                    : dash == std::string_view::npos ? first
                                                     : value_of(range.substr(dash + 1), field);
  if (!first || !last || *first > *last) return false;
  for (int value = *first; value <= *last; value += step) values.set(static_cast<std::size_t>(value));
  return true;
}

std::optional<Values> values_of(std::string_view text, const CronField& field) {
  Values values;
  for (const std::string_view item : split(text, ',')) {
    if (!add_item(item, field, values)) return std::nullopt;
  }
  return values;
}

}  // namespace

std::optional<Cron> parse_cron(std::string_view text) {
  std::array<Values, fields.size()> values;
  std::array<std::string_view, fields.size()> texts;
  std::size_t count = 0;
  for (const std::string_view part : split(trim(text), ' ')) {
    if (part.empty()) continue;
    const auto found = count < fields.size() ? values_of(part, fields[count]) : std::nullopt;
    if (!found) return std::nullopt;
    texts[count] = part;
    values[count++] = *found;
  }
  if (count != fields.size()) return std::nullopt;
  Cron out;
  out.minutes = values[0].to_ullong();
  out.hours = values[1].to_ullong();
  out.days = values[2].to_ullong();
  out.months = values[3].to_ullong();
  out.weekdays = values[4].to_ullong() & 0x7f;
  if (values[4].test(7)) out.weekdays.set(0);
  out.any_day = texts[2] == "*";
  out.any_weekday = texts[4] == "*";
  out.every_hour =
      texts[1] == "*" || (texts[1].starts_with("*/") && texts[1].find(',') == std::string_view::npos);
  return out;
}

bool is_cron(std::string_view text) { return parse_cron(text).has_value(); }

}  // namespace scaiflow::ir
