#include <algorithm>
#include <charconv>
#include <tuple>

#include "generated/cpp/limits.h"
#include "libs/flow/document.h"
#include "libs/flow/schema.h"

namespace scaiflow::flow {
namespace {

/// Where a path lies: top-level keys in canonical order, then the index (06 §3). No path comes first.
struct Rank {
  std::size_t key = 0;
  std::size_t index = 0;
  auto operator<=>(const Rank&) const = default;
};

Rank rank_of(const diag::Diagnostic& diagnostic) {
  if (!diagnostic.path) return {};
  const std::string_view path = *diagnostic.path;
  const std::string_view key = path.substr(0, path.find_first_of(".["));
  const auto rules = document_rules();
  Rank rank;
  while (rank.key < rules.size() && rules[rank.key].key != key) ++rank.key;
  ++rank.key;
  if (path.size() > key.size() && path[key.size()] == '[') {
    std::from_chars(path.data() + key.size() + 1, path.data() + path.size(), rank.index);
  }
  return rank;
}

}  // namespace

void arrange(diag::Diagnostics& diagnostics) {
  std::vector<std::pair<Rank, diag::Diagnostic>> ranked;
  ranked.reserve(diagnostics.size());
  for (diag::Diagnostic& diagnostic : diagnostics) {
    const Rank rank = rank_of(diagnostic);
    ranked.emplace_back(rank, std::move(diagnostic));
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first, a.second.code, a.second.message) <
           std::tie(b.first, b.second.code, b.second.message);
  });
  const auto equal = [](const auto& a, const auto& b) { return a.second == b.second; };
  ranked.erase(std::unique(ranked.begin(), ranked.end(), equal), ranked.end());
  const auto is_error = [](const auto& item) { return item.second.severity == diag::Severity::Error; };
  const auto errors = static_cast<std::size_t>(std::count_if(ranked.begin(), ranked.end(), is_error));
  std::size_t errors_left = std::min<std::size_t>(errors, limits::diagnostics_max);
  std::size_t warnings_left = limits::diagnostics_max - errors_left;
  diagnostics.clear();
  for (auto& item : ranked) {
    std::size_t& left = is_error(item) ? errors_left : warnings_left;
    if (left == 0) continue;
    --left;
    diagnostics.push_back(std::move(item.second));
  }
  if (const std::size_t cut = ranked.size() - diagnostics.size(); cut > 0) {
    diagnostics.push_back(diag::make(diag::Code::F999, {std::to_string(cut)}));
  }
}

}  // namespace scaiflow::flow
