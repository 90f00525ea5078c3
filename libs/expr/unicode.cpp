#include "libs/expr/unicode.h"

#ifdef __wasm__
#include "libs/expr/unicode_tables.h"
#else
#include <utf8proc.h>
#endif

namespace scaiflow::expr {

#ifdef __wasm__

char32_t to_lower(char32_t c) { return lower_by_table(c); }
char32_t to_upper(char32_t c) { return upper_by_table(c); }

#else

char32_t to_lower(char32_t c) {
  return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
}

char32_t to_upper(char32_t c) {
  // utf8proc gives ẞ; the simple mapping of the standard leaves ß alone.
  if (c == 0xdf) return c;
  return static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(c)));
}

#endif

bool is_white_space(char32_t c) {
  if (c <= 0x20) return c == 0x20 || (c >= 0x09 && c <= 0x0d);
  return c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
         c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

}  // namespace scaiflow::expr
