#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "libs/ir/cron.h"

namespace date {
class time_zone;
}

namespace scaiflow::core {

/// A zone of the system's IANA database.
using ZonePtr = std::shared_ptr<const date::time_zone>;

/// The rules of a zone as they are on disk, read again once a day (07 §16); null when the system does not
/// have it. Thread safe.
ZonePtr find_zone(const std::string& name, std::int64_t now_ms);

/// The first time after `after_ms` at which the schedule is due (07 §16), or nothing within nine years:
/// local times that daylight saving skips fire once after the gap, repeated ones at their first passage;
/// an hour field `*` or `*/n` follows real time.
std::optional<std::int64_t> next_due(const ir::Cron& cron, const date::time_zone& zone,
                                     std::int64_t after_ms);

}  // namespace scaiflow::core
