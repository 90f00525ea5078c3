#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "libs/base/json.h"

/// Texts by words and lists by items: what two sequences have in common, at bounded cost.
namespace scaiflow::flow {

/// A sequence with a number for each token: equal tokens have equal numbers.
using Tokens = std::vector<std::uint32_t>;

/// Gives out the numbers. Sequences that are compared share one.
class TokenTable {
 public:
  Tokens words(std::string_view text);
  Tokens items(const Json& list);
  /// Tokens put together again. For words alone.
  std::string text(std::span<const std::uint32_t> tokens) const;
  bool is_blank(std::uint32_t token) const;

 private:
  std::uint32_t number(std::string_view token);
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<const std::string*> texts_;
};

/// `length` tokens from `a` in the first sequence are those from `b` in the second.
struct Match {
  std::size_t a = 0;
  std::size_t b = 0;
  std::size_t length = 0;
};

/// A shortest edit (Myers, linear space) as what stays, in order. The search stops after a number of steps
/// that is linear in the lengths; what is not understood by then counts as replaced.
std::vector<Match> align(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b);

/// What was `[a_from, a_to)` became `[b_from, b_to)`; at least one is not empty.
struct Hunk {
  std::size_t a_from = 0, a_to = 0;
  std::size_t b_from = 0, b_to = 0;
};

/// The gaps between the matches.
std::vector<Hunk> hunks_of(const std::vector<Match>& matches, std::size_t a_size, std::size_t b_size);

/// Hunks of two texts; those with nothing but blanks between them are one, so that people read whole phrases.
std::vector<Hunk> word_hunks(const TokenTable& table, const Tokens& a, const Tokens& b);

/// Where two changes of one sequence come so near to each other that they count as one.
enum class Nearness : std::uint8_t {
  SameWords,  ///< no word stands between them
  SameItems,  ///< they share an item, or both add at one place
};

/// A run of the merged sequence: tokens `[from, to)` of one of the three.
struct Piece {
  enum class Of : std::uint8_t { Base, A, B } of = Of::Base;
  std::size_t from = 0, to = 0;
};

/// Both sides' changes of `base`, whose hunks `in_a` and `in_b` are; none when they come too near to each
/// other. `a` and `b` are the changed sequences: equal changes are one.
struct Sides {
  const Tokens& base;
  const Tokens& a;
  const Tokens& b;
};
std::optional<std::vector<Piece>> merge_hunks(const Sides& sides, const std::vector<Hunk>& in_a,
                                              const std::vector<Hunk>& in_b, const TokenTable& table,
                                              Nearness nearness);

}  // namespace scaiflow::flow
