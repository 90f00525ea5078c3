#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libs/base/json.h"

namespace scaiflow::flow {

/// Milliseconds of a duration: a text like `90s`, or a number of seconds from 0, at most 365 days (01 §1).
std::optional<std::int64_t> duration_of(const Json& value);

/// A value as messages show it: texts as they are, all else as JSON, cut to 40 characters (01 §8).
std::string shown(const Json& value);

/// `object`, `array`, `string`, `integer`, `number`, `boolean`, `null`: the types of messages.
std::string_view type_name(const Json& value);

}  // namespace scaiflow::flow
