#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/expr/type.h"
#include "libs/ir/findings.h"
#include "libs/ir/names.h"

namespace scaiflow::ir {

/// E421 when the field has a range and `value` is outside; `shown` is how the value stands in the message.
void check_range(double value, const std::string& shown, std::string_view field, const std::string& pointer,
                 Findings& findings);
/// E421 for a count.
void check_count(std::size_t count, std::size_t limit, const std::string& pointer, Findings& findings);

/// E422 for every named type inside `tree` that is not declared.
void check_type(const Json& tree, const std::string& pointer, const ModuleNames& names, Findings& findings);
/// E422 for declared types without end.
void check_endless_types(const Module& module, Findings& findings);

/// True for the names that `assign` may never set (E407); `root` is the part before `.` or `[`.
bool is_read_only(std::string_view root);

}  // namespace scaiflow::ir
