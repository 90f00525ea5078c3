#pragma once

/// Case mapping by our own tables, for WebAssembly, which links no utf8proc; a test holds the two together.
namespace scaiflow::expr {

char32_t lower_by_table(char32_t c);
char32_t upper_by_table(char32_t c);

}  // namespace scaiflow::expr
