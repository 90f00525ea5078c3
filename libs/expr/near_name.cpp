#include "libs/expr/near_name.h"

#include <algorithm>
#include <array>

namespace scaiflow::expr {

namespace {

/// Longer names are not compared: the work grows with the square.
constexpr std::size_t name_bytes_max = 256;

int edits_allowed(std::size_t length) { return length >= 5 ? 2 : length >= 3 ? 1 : 0; }

}  // namespace

int edit_distance(std::string_view a, std::string_view b) {
  // One row and column more than usual hold "infinity", so that a swap need not look outside.
  const std::size_t width = b.size() + 2;
  std::vector<int> table((a.size() + 2) * width);
  const auto at = [&](std::size_t i, std::size_t j) -> int& { return table[i * width + j]; };
  const int far = static_cast<int>(a.size() + b.size());
  at(0, 0) = far;
  for (std::size_t i = 0; i <= a.size(); ++i) at(i + 1, 0) = far, at(i + 1, 1) = static_cast<int>(i);
  for (std::size_t j = 0; j <= b.size(); ++j) at(0, j + 1) = far, at(1, j + 1) = static_cast<int>(j);
  std::array<std::size_t, 256> last_row{};  // where each byte of `a` was seen last
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t last_match = 0;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t row = last_row[static_cast<unsigned char>(b[j - 1])];
      const std::size_t column = last_match;
      const bool same = a[i - 1] == b[j - 1];
      if (same) last_match = j;
      const int swap = at(row, column) + static_cast<int>((i - row - 1) + 1 + (j - column - 1));
      at(i + 1, j + 1) = std::min({at(i, j) + (same ? 0 : 1), at(i + 1, j) + 1, at(i, j + 1) + 1, swap});
    }
    last_row[static_cast<unsigned char>(a[i - 1])] = i;
  }
  return at(a.size() + 1, b.size() + 1);
}

std::optional<std::string> nearest_name(std::string_view name, const std::vector<std::string>& candidates) {
  int best = edits_allowed(name.size()) + 1;
  const std::string* nearest = nullptr;
  if (name.size() > name_bytes_max) return std::nullopt;
  for (const std::string& candidate : candidates) {
    const std::size_t difference =
        candidate.size() > name.size() ? candidate.size() - name.size() : name.size() - candidate.size();
    if (static_cast<int>(difference) >= best || candidate == name) continue;
    const int distance = edit_distance(name, candidate);
    if (distance >= best) continue;
    best = distance;
    nearest = &candidate;
  }
  return nearest ? std::optional(*nearest) : std::nullopt;
}

}  // namespace scaiflow::expr
