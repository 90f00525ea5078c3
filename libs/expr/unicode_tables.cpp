#include "libs/expr/unicode_tables.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace scaiflow::expr {

namespace {

/// Every `step`-th code point from first to last moves by `delta`.
struct CaseRun {
  char32_t first;
  char32_t last;
  char32_t step;
  std::int32_t delta;
};

#include "libs/expr/unicode_tables.inc"

template <std::size_t N>
char32_t mapped(const CaseRun (&runs)[N], char32_t c) {
  const auto* run = std::upper_bound(std::begin(runs), std::end(runs), c,
                                     [](char32_t code, const CaseRun& r) { return code < r.first; });
  if (run == std::begin(runs)) return c;
  --run;
  if (c > run->last || (c - run->first) % run->step != 0) return c;
  return static_cast<char32_t>(static_cast<std::int32_t>(c) + run->delta);
}

}  // namespace

char32_t lower_by_table(char32_t c) { return mapped(to_lower_runs, c); }
char32_t upper_by_table(char32_t c) { return mapped(to_upper_runs, c); }

}  // namespace scaiflow::expr
