#pragma once

#include <cstddef>
#include <string_view>

namespace scaiflow {

/// Where a value stands in a JSON text: bytes `[from, to)`.
struct JsonPlace {
  std::size_t from = 0;
  std::size_t to = 0;
};

/// The value at `path` (`nodes[2].config.goal`, 06 §3), or the innermost one around it that is there. The
/// text should be JSON; of anything else some place comes out. One pass, without recursion.
JsonPlace find_place(std::string_view text, std::string_view path);

}  // namespace scaiflow
