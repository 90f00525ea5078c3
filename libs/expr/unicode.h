#pragma once

/// What expressions need of Unicode (03 §10.2). One implementation file stands behind it, so that a build
/// without utf8proc swaps that file alone.
namespace scaiflow::expr {

/// Simple case mapping; the code point itself when it has none.
char32_t to_lower(char32_t c);
char32_t to_upper(char32_t c);
/// The property White_Space.
bool is_white_space(char32_t c);

}  // namespace scaiflow::expr
