#pragma once

#include <cstddef>
#include <vector>

#include "libs/expr/expr.h"
#include "libs/expr/program.h"

namespace scaiflow::expr {

/// Parses text[begin, end) of the program and appends its nodes (03 §2). False when the grammar or the lexis
/// is broken; then nothing was appended. Problems of calls (F302, F303, F306) leave the nodes in place.
bool parse_range(Program& program, std::size_t begin, std::size_t end, std::vector<Problem>& problems);

/// Position of the first unescaped `{{` from `from` on; npos when there is none (03 §6.5).
std::size_t find_placeholder(std::string_view text, std::size_t from);
/// Position of the `}}` that ends the placeholder whose expression begins at `from`; npos when there is none.
std::size_t find_placeholder_end(std::string_view text, std::size_t from);

}  // namespace scaiflow::expr
