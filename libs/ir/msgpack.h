#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "libs/base/json.h"

namespace scaiflow::ir {

/// Appends `value` in the canonical MessagePack of 04 §8: smallest formats, floats as float 64, no bin, no
/// ext.
void pack(std::string& out, const Json& value);

/// What is wrong with a run of bytes that should be one MessagePack value, in the order of 04 §8.
struct PackProblem {
  enum class Kind : std::uint8_t { Truncated, Trailing, TooDeep, BadValue };
  Kind kind = Kind::Truncated;
  std::size_t at = 0;  ///< offset of the value; for Trailing the number of bytes left over
};

/// The problem of `bytes` from `start` on, or nothing and then `out` is the value.
std::optional<PackProblem> unpack(std::string_view bytes, std::size_t start, std::size_t depth_max,
                                  Json& out);

}  // namespace scaiflow::ir
