#include <array>
#include <optional>

#include "libs/base/text.h"
#include "libs/ir/verify.h"

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

/// `*`, `a`, `a-b`, `*/n`, `a-b/n`.
bool is_item(std::string_view text, const CronField& field) {
  const std::size_t slash = text.find('/');
  const std::string_view range = text.substr(0, slash);
  const std::size_t dash = range.find('-');
  if (slash != std::string_view::npos) {
    const auto step = number(text.substr(slash + 1));
    const bool steppable = range == "*" || dash != std::string_view::npos;
    if (!step || *step < 1 || !steppable) return false;
  }
  if (range == "*") return true;
  const auto first = value_of(range.substr(0, dash), field);
  if (dash == std::string_view::npos) return first.has_value();
  const auto last = value_of(range.substr(dash + 1), field);
  return first && last && *first <= *last;
}

bool is_field(std::string_view text, const CronField& field) {
  for (const std::string_view item : split(text, ',')) {
    if (!is_item(item, field)) return false;
  }
  return true;
}

}  // namespace

bool is_cron(std::string_view text) {
  std::size_t count = 0;
  for (const std::string_view part : split(trim(text), ' ')) {
    if (part.empty()) continue;
    if (count == fields.size() || !is_field(part, fields[count])) return false;
    ++count;
  }
  return count == fields.size();
}

}  // namespace scaiflow::ir
