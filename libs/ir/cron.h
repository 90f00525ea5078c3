#pragma once

#include <array>
#include <bitset>
#include <optional>
#include <string_view>

namespace scaiflow::ir {

/// A schedule of five fields (02 §2.3, 07 §16) as the sets of values they name. Sunday is 0.
struct Cron {
  std::bitset<60> minutes;
  std::bitset<24> hours;
  std::bitset<32> days;    ///< of the month, from 1
  std::bitset<13> months;  ///< from 1
  std::bitset<7> weekdays;
  bool any_day = false, any_weekday = false;  ///< the field is `*`
  bool every_hour = false;                    ///< the hour field is `*` or `*/n`: it follows real time
};

/// Nothing when the text is no schedule.
std::optional<Cron> parse_cron(std::string_view text);
bool is_cron(std::string_view text);

}  // namespace scaiflow::ir
