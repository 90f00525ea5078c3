#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scaiflow::expr {

/// The Damerau-Levenshtein distance: insertions, deletions, replacements, and swaps of neighbours.
int edit_distance(std::string_view a, std::string_view b);

/// The candidate that `name` most likely meant (03 §8): within 2 edits for names of five or more characters,
/// 1 for three and four; the first of the nearest.
std::optional<std::string> nearest_name(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace scaiflow::expr
