#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "libs/expr/value.h"

namespace scaiflow::expr {

/// Finds a text in another in time linear to both, whatever they hold.
class Finder {
 public:
  explicit Finder(std::string_view needle);
  /// First place at or after `from`; npos when there is none.
  std::size_t find(std::string_view text, std::size_t from) const;

 private:
  std::string_view needle_;
  std::vector<std::size_t> borders_;  ///< of Knuth, Morris and Pratt; empty for short needles
};

/// A text addressed by code points.
class CodePoints {
 public:
  explicit CodePoints(std::string_view text) : text_(text) {}
  /// Byte position of the code point, the size of the text when there are fewer.
  std::size_t byte_of(std::size_t index) const;
  /// [begin, end) clamped to the text.
  std::string_view slice(std::size_t begin, std::size_t end) const;

 private:
  std::string_view text_;
};

/// `matches` of 03 §10.2: `*` any run, `?` one character, over the whole text. Linear without `?`; with it
/// every look at the text counts as work, and false is given once `work` exceeds `bytes_max`.
bool matches_glob(std::string_view text, std::string_view pattern, Work& work, std::size_t bytes_max);

}  // namespace scaiflow::expr
